"""`kid` and the key stores: where a key is looked up, by which names, and what a key proves that has none."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import (
    CN,
    OWN,
    SELF,
    SELF_SIGNED,
    STORE,
    anchors,
    as_jwk,
    both,
    by_kid,
    claims,
    header,
    jwk,
    keyed,
)
from tests.vectors.draft import Case, Signer, invalidated, rejected, text
from tests.vectors.pki import authority, issue, unknown

KEY: Final = "p256-signer"
KID: Final = "the nv2 prototype: kid is the key's libtrust id"
STORES: Final = f"{OWN}: a kid is looked up in keys/ alone, x5c in x509/ alone"
UNKNOWN: Final = rejected("unknown_key")
AMBIGUOUS: Final = rejected("ambiguous_key")
MISMATCH: Final = rejected("key_mismatch")
PROFILE: Final = rejected("certificate_profile")

PEM: Final = keyed("key.pem", jose.public_pem(KEY))
CERTIFICATE: Final = keyed("certificate.pem", SELF_SIGNED.pem)


def cases() -> Iterator[Case]:
    """Keys found, not found, and found twice."""
    yield from _names()
    yield from _files()
    yield from _not_found()
    yield from _several()
    yield from _beside_x5c()
    yield from _certificates()
    yield from _without_a_name()


def _names() -> Iterator[Case]:
    yield from both("kid-libtrust", "`kid` is the libtrust id that the prototype writes.", KID, signer=by_kid(KEY, PEM))
    why = "`kid` is the key's thumbprint."
    yield from both("kid-thumbprint", why, "RFC 7638", signer=by_kid(KEY, PEM, jose.thumbprint(KEY)))
    for key in ("rsa-2048", "ed25519"):
        signer = by_kid(key, keyed("key.jwk", jwk(key)), jose.thumbprint(key))
        why = "`kid` is the key's thumbprint, which is made of other members for another type of key."
        yield from both(f"kid-thumbprint-{key}", why, "RFC 7638 section 3.2, RFC 8037 section 2", signer=signer)
    named = keyed("key.jwk", jwk(KEY, kid="wabbit release 2026"))
    why = "`kid` is the one that the JWK in the store has."
    yield from both("kid-of-jwk", why, "RFC 7517 section 4.5", signer=by_kid(KEY, named, "wabbit release 2026"))
    why = "A JWK that has a kid of its own still goes by its libtrust id."
    yield from both("kid-libtrust-of-named-jwk", why, KID, signer=by_kid(KEY, named))


def _files() -> Iterator[Case]:
    rule = f"{OWN}: keys/ holds JWK, JWKS, PEM public keys and certificates"
    jwks = text((("keys", [jwk("p256-other"), jwk(KEY)]),))
    yield from both(
        "keys-jwks", "The store has a JWK set.", "RFC 7517 section 5", signer=by_kid(KEY, keyed("keys.json", jwks))
    )
    der = by_kid(KEY, keyed("certificate.der", SELF_SIGNED.der), certificate=SELF_SIGNED)
    yield from both("keys-certificate-der", "The store has a certificate in DER.", rule, signer=der)
    two = keyed("bundle.pem", issue(CN, "p384").pem + SELF_SIGNED.pem)
    signer = by_kid(KEY, two, certificate=SELF_SIGNED)
    yield from both("keys-certificate-bundle", "The store has a file of two certificates.", rule, signer=signer)


def _not_found() -> Iterator[Case]:
    kid = jose.libtrust_id(KEY)
    why = "The key stores hold another key."
    yield from both(
        "kid-unknown", why, STORES, UNKNOWN, signer=by_kid(KEY, keyed("other.pem", jose.public_pem("p256-other")))
    )
    why = "The key's certificate lies in x509/ alone: it anchors chains, and is not looked up by kid."
    yield from both("kid-in-x509-alone", why, STORES, UNKNOWN, signer=by_kid(KEY, anchors(SELF_SIGNED)))
    for name, changed in (
        ("lower-case", kid.lower()),
        ("without-colons", kid.replace(":", "")),
        ("shortened", kid.rpartition(":")[0]),
        ("space", f"{kid} "),
        ("spki-digest", jose.public_digest(KEY)),
    ):
        why = f"`kid` is compared exactly: {name.replace('-', ' ')}."
        yield from both(f"kid-{name}", why, KID, UNKNOWN, signer=by_kid(KEY, PEM, changed))
    why = "`kid` is compared exactly: in another case than the JWK's own."
    named = keyed("key.jwk", jwk(KEY, kid="release"))
    yield from both("kid-of-jwk-other-case", why, "RFC 7517 section 4.5", UNKNOWN, signer=by_kid(KEY, named, "Release"))
    why = "The certificate lies in keys/ alone: it is looked up by kid, and anchors no chain."
    yield from both("x5c-in-keys-alone", why, STORES, rejected("untrusted"), signer=replace(SELF, trust=CERTIFICATE))


def _several() -> Iterator[Case]:
    rule = f"{OWN}: a kid that matches several different keys is a rejection"
    two = {**keyed("one.jwk", jwk(KEY, kid="release")), **keyed("two.jwk", jwk("p256-other", kid="release"))}
    why = "Two keys of one store have the same kid."
    yield from both("kid-ambiguous", why, rule, AMBIGUOUS, signer=by_kid(KEY, two, "release"))
    stores = {**keyed("key.jwk", jwk(KEY, kid="release")), **keyed("key.jwk", jwk("p256-other", kid="release"), "acme")}
    why = "Two keys of two stores have the same kid."
    yield from both("kid-ambiguous-stores", why, rule, AMBIGUOUS, signer=by_kid(KEY, stores, "release"))
    taken = {**PEM, **keyed("key.jwk", jwk("p256-other", kid=jose.libtrust_id(KEY)), "acme")}
    why = "Another key has taken the libtrust id of this one as its own kid."
    yield from both("kid-ambiguous-taken", why, rule, AMBIGUOUS, signer=by_kid(KEY, taken))
    same = {**PEM, **keyed("key.jwk", jwk(KEY), "acme")}
    why = "Two stores have the same key: that is one key, and both are listed."
    signer = by_kid(KEY, same, stores=(STORE, "acme"))
    listed = [{"name": name, "type": "keys", "fingerprint": jose.public_digest(KEY)} for name in ("acme", STORE)]
    expected = {"signer": signer.expected() | {"trustStores": listed}}
    yield from both("kid-in-two-stores", why, rule, signer=signer, more=expected)


def _beside_x5c() -> Iterator[Case]:
    rule = f"{OWN}: a kid beside an x5c must be the leaf's libtrust id or thumbprint"
    for name, kid in (("libtrust", jose.libtrust_id(KEY)), ("thumbprint", jose.thumbprint(KEY))):
        why = f"`kid` stands beside `x5c`, and is the leaf's {name}."
        yield from both(f"x5c-and-kid-{name}", why, rule, signer=_also_named(kid))
    for name, kid in (
        ("other", jose.libtrust_id("p256-other")),
        ("lower-case", jose.libtrust_id(KEY).lower()),
        ("free", "release"),
    ):
        why = "`kid` stands beside `x5c`, and is not the leaf's."
        yield from both(f"x5c-and-kid-{name}", why, rule, MISMATCH, signer=_also_named(kid))
    why = "`kid` names another key that is known: x5c does not win silently."
    signer = replace(_also_named(jose.libtrust_id("p256-other")), trust={**SELF.trust, **as_jwk("p256-other").trust})
    yield from both("x5c-and-kid-other-known", why, rule, MISMATCH, signer=signer)
    why = "`x5c` is empty beside a good `kid`."
    both_named = header(by_kid(KEY, PEM), x5c=[])
    yield from both(
        "x5c-empty-and-kid",
        why,
        "RFC 7515 section 4.1.6",
        rejected("malformed_envelope"),
        signer=by_kid(KEY, PEM),
        header=both_named,
    )
    why = "The chain is not anchored, though the leaf's key lies in a key store: x5c is anchored by x509/ alone."
    signer = replace(_also_named(jose.libtrust_id(KEY)), trust=CERTIFICATE)
    yield from both("x5c-and-kid-of-key-store", why, STORES, rejected("untrusted"), signer=signer)


def _also_named(kid: str) -> Signer:
    return replace(SELF, named=(*SELF.named, ("kid", kid)))


def _certificates() -> Iterator[Case]:
    rule = f"{OWN}: a certificate in keys/ counts with its name and its dates, and needs no usages"
    found = by_kid(KEY, CERTIFICATE, certificate=SELF_SIGNED)
    yield from both("kid-certificate", "The key is found with a certificate, which has a name.", rule, signer=found)
    why = "The reference lies outside the name of the certificate in the key store."
    stated = claims(references=["registry.acme-rockets.io/net-monitor:v1"])
    yield from both("kid-certificate-name", why, rule, rejected("reference_mismatch"), signer=found, claims=stated)
    old = issue(CN, KEY, end=datetime(2026, 11, 30, tzinfo=UTC))
    signer = by_kid(KEY, keyed("old.pem", old.pem), certificate=old)
    why = "The certificate in the key store has expired: its dates count for a kid as well."
    yield from both("kid-certificate-expired", why, rule, invalidated("certificateExpired"), signer=signer)
    young = issue(CN, KEY, start=datetime(2026, 12, 2, tzinfo=UTC))
    signer = by_kid(KEY, keyed("young.pem", young.pem), certificate=young)
    why = "The certificate in the key store is not yet valid."
    yield from both("kid-certificate-not-yet-valid", why, rule, invalidated("certificateNotYetValid"), signer=signer)
    ca = authority(CN, KEY)
    signer = by_kid(KEY, keyed("ca.pem", ca.pem), certificate=ca)
    yield from both(
        "kid-certificate-ca", "The certificate in the key store is a CA without digitalSignature.", rule, signer=signer
    )
    issued = issue(CN, KEY, authority("Some Root", "p256-root"), usage=frozenset({"key_agreement"}))
    signer = by_kid(KEY, keyed("issued.pem", issued.pem), certificate=issued)
    why = "The certificate in the key store is somebody's leaf without digitalSignature; its issuer is not asked for."
    yield from both("kid-certificate-issued", why, rule, signer=signer)
    profile = f"{OWN}: key size, signature algorithm, unknown critical extensions and one common name are checked"
    for name, certificate, why in (
        ("critical", issue(CN, KEY, more=(unknown(critical=True),)), "has a critical extension that nobody knows"),
        ("two-names", issue((CN, "acme"), KEY), "has two common names"),
        ("no-name", issue((), KEY), "has no common name"),
        ("sha1", issue(CN, "rsa-2048", sha1=True), "is signed with SHA-1"),
    ):
        signer = by_kid(certificate.key, keyed("certificate.pem", certificate.pem), certificate=certificate)
        yield from both(
            f"kid-certificate-{name}", f"The certificate in the key store {why}.", profile, PROFILE, signer=signer
        )


def _without_a_name() -> Iterator[Case]:
    rule = f"{OWN}: a key without a certificate has no name, so that it binds no reference"
    stated = claims(references=["registry.acme-rockets.io/net-monitor:v1"])
    why = "A bare key signs any reference: what was signed is reported, and that nothing was compared."
    yield from both("kid-references-unbound", why, rule, signer=by_kid(KEY, PEM), claims=stated)
