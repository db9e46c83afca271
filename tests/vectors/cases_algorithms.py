"""Which algorithm a key may sign with: a fixed table, and never the envelope's choice."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import (
    CN,
    NV2,
    OWN,
    RSA_SELF,
    RSA_SELF_SIGNED,
    SELF,
    as_jwk,
    by_chain,
    by_kid,
    header,
    json_form,
    jwk,
    jwt,
    keyed,
)
from tests.vectors.draft import MALFORMED, Case, rejected
from tests.vectors.pki import issue

NOT_ALLOWED: Final = rejected("algorithm_not_allowed")
JWA: Final = "RFC 7518 section 3.1"
TABLE: Final = f"{OWN}: the table of algorithms"

P384: Final = by_chain(issue(CN, "p384"))
P521: Final = by_chain(issue(CN, "p521"))


def cases() -> Iterator[Case]:
    """Every algorithm that is read, and those that look like one."""
    yield from _with_certificates()
    yield from _with_keys()
    yield from _narrowed()
    yield from _confused()
    yield from _malformed()


def _with_certificates() -> Iterator[Case]:
    for algorithm in ("RS256", "RS384", "RS512"):
        signer = replace(RSA_SELF, algorithm=algorithm)
        yield from jwt(f"alg-{algorithm.lower()}", f"An RSA certificate may sign with {algorithm}.", JWA, signer=signer)
    for signer in (SELF, P384, P521):
        why = f"A certificate of that curve signs with {signer.algorithm}, and with it alone."
        yield from jwt(f"alg-{signer.algorithm.lower()}", why, "RFC 7518 section 3.4", signer=signer)
    why = "RSA keys of other sizes than 2048 are read as well; the algorithm does not depend on the size."
    yield from jwt("alg-rs256-3072", why, TABLE, signer=by_chain(issue(CN, "rsa-3072")))


def _with_keys() -> Iterator[Case]:
    rsa = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
    for key, algorithms in (
        ("rsa-2048", rsa),
        ("p256-signer", ("ES256",)),
        ("p384", ("ES384",)),
        ("p521", ("ES512",)),
        ("ed25519", ("EdDSA",)),
    ):
        for algorithm in algorithms:
            why = f"A key that the key store has as a JWK may sign with {algorithm}."
            yield from jwt(f"alg-jwk-{algorithm.lower()}", why, TABLE, signer=as_jwk(key, algorithm))
    only_jwk = f"{OWN}: PS256 and EdDSA are for keys given as JWK; nv2 itself has neither"
    pem = by_kid("rsa-2048", keyed("key.pem", jose.public_pem("rsa-2048")), algorithm="PS256")
    yield from jwt(
        "alg-pem-ps256", "The key store has the key as PEM, not as a JWK.", only_jwk, NOT_ALLOWED, signer=pem
    )
    certificate = by_kid("rsa-2048", keyed("key.pem", RSA_SELF_SIGNED.pem), algorithm="PS256")
    why = "The key store has the key as a certificate, not as a JWK."
    yield from jwt("alg-certificate-key-ps256", why, only_jwk, NOT_ALLOWED, signer=certificate)
    yield from jwt(
        "alg-x5c-ps256",
        "A certificate in x5c is no JWK.",
        only_jwk,
        NOT_ALLOWED,
        signer=replace(RSA_SELF, algorithm="PS256"),
    )
    pem = by_kid("ed25519", keyed("key.pem", jose.public_pem("ed25519")))
    yield from jwt(
        "alg-pem-eddsa", "The key store has the key as PEM, not as a JWK.", only_jwk, NOT_ALLOWED, signer=pem
    )
    signer = by_chain(issue(CN, "ed25519"))
    yield from jwt("alg-x5c-eddsa", "A certificate with an Ed25519 key.", only_jwk, NOT_ALLOWED, signer=signer)


def _narrowed() -> Iterator[Case]:
    rule = "RFC 7517 section 4.4"
    narrow = keyed("narrow.jwk", jwk("rsa-2048", alg="PS384"))
    signer = by_kid("rsa-2048", narrow, algorithm="PS384")
    yield from jwt("alg-jwk-narrowed", "A JWK's own `alg` allows that algorithm.", rule, signer=signer)
    for algorithm in ("PS256", "RS256"):
        why = f"A JWK's own `alg` is PS384, and allows no other: not {algorithm}."
        signer = by_kid("rsa-2048", narrow, algorithm=algorithm)
        yield from jwt(f"alg-jwk-narrowed-{algorithm.lower()}", why, rule, NOT_ALLOWED, signer=signer)
    why = "A JWK's own `alg` narrows; it never opens what its kind of key may not have."
    odd = by_kid("p256-signer", keyed("odd.jwk", jwk("p256-signer", alg="ES384")))
    yield from jwt("alg-jwk-narrowed-to-nothing", why, rule, NOT_ALLOWED, signer=odd)
    why = "Two stores have the key, and one of them for PS384 alone: only the other one vouches for RS256."
    wide = keyed("wide.jwk", jwk("rsa-2048"), store="wide")
    signer = by_kid("rsa-2048", {**narrow, **wide}, stores=("wide",))
    yield from jwt("alg-jwk-narrowed-in-one-store", why, rule, signer=signer)


def _confused() -> Iterator[Case]:
    none = "RFC 7515 section 4.1.1, RFC 8725 section 3.2"
    for name, algorithm in (("none", "none"), ("none-capital", "None"), ("none-upper", "NONE")):
        why = f"`alg` is {algorithm}, and there is no signature."
        unsigned = header(SELF, alg=algorithm)
        yield from jwt(f"alg-{name}", why, none, NOT_ALLOWED, header=unsigned, spoil=lambda _: b"")
        yield from json_form(f"alg-{name}", why, none, MALFORMED, header=unsigned, spoil=lambda _: b"")
    why = "`alg` is none, beside a signature that would hold."
    yield from jwt("alg-none-signed", why, none, NOT_ALLOWED, header=header(SELF, alg="none"))
    for name, signer in (
        ("x5c", RSA_SELF),
        ("kid", by_kid("rsa-2048", keyed("key.pem", jose.public_pem("rsa-2048")))),
        ("jwk", as_jwk("rsa-2048")),
    ):
        why = "HMAC, with the public key as its secret."
        yield from jwt(
            f"alg-hs256-{name}",
            why,
            "RFC 8725 section 3.1",
            NOT_ALLOWED,
            signer=signer,
            header=header(signer, alg="HS256"),
            sign=jose.hs256(jose.public_pem("rsa-2048")),
        )
    for name, signer, algorithm, what in (
        ("es384-on-p256", SELF, "ES384", "ES384 is for P-384, this key is on P-256"),
        ("es512-on-p384", P384, "ES512", "ES512 is for P-521, this key is on P-384"),
        ("es256-on-p521", P521, "ES256", "ES256 is for P-256, this key is on P-521"),
    ):
        signer = replace(signer, algorithm=algorithm)  # noqa: PLW2901  # the signer of this round, as it signs
        yield from jwt(f"alg-{name}", f"{what}.", "RFC 7518 section 3.4", NOT_ALLOWED, signer=signer)
    for name, signer, algorithm in (
        ("rs256-on-ec", SELF, "RS256"),
        ("es256-on-rsa", RSA_SELF, "ES256"),
        ("es256k-on-p256", SELF, "ES256K"),
        ("lower-case", SELF, "es256"),
        ("of-a-hash", SELF, "SHA256"),
    ):
        why = f"`alg` is {algorithm}, which this key may not have; the signature would hold under its own."
        yield from jwt(f"alg-{name}", why, JWA, NOT_ALLOWED, signer=signer, header=header(signer, alg=algorithm))
    why = "The header says RS256, and what was signed was signed with RS384."
    yield from jwt("alg-rs256-really-384", why, JWA, rejected("signature_invalid"), signer=RSA_SELF, algorithm="RS384")


def _malformed() -> Iterator[Case]:
    for name, value in (("number", 256), ("null", None), ("empty", ""), ("list", ["ES256"])):
        why = f"`alg` is {value!r}, and no algorithm's name."
        yield from jwt(f"alg-{name}", why, "RFC 7515 section 4.1.1", MALFORMED, header=header(SELF, alg=value))
    why = "`alg` is missing."
    yield from jwt("alg-missing", why, f"{NV2}: it is required", MALFORMED, header=header(SELF, "alg"))
