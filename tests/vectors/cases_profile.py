"""The profile: what a signer's and an issuer's certificate must be, and what nv2 does not ask of them."""

from collections.abc import Iterator
from typing import Final

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.vectors.actors import CN, NV2, OWN, ROOT, anchors, both, by_chain
from tests.vectors.draft import SOUND, Case, Signer, Verdict, rejected
from tests.vectors.pki import CODE_SIGNING, ISSUES, SERVER_AUTH, Certificate, authority, extension, issue, unknown

PROFILE: Final = rejected("certificate_profile")
USAGE: Final = "RFC 5280 section 4.2.1.3"
CONSTRAINTS: Final = "RFC 5280 section 4.2.1.9"
CRITICAL: Final = "RFC 5280 section 4.2: an unknown critical extension must be refused"
EXTENDED: Final = f"{OWN}: nv2 demands no extended key usage"
PINNED: Final = f"{OWN}: of a self-signed certificate that lies in the store no usages are demanded"
KEYS: Final = f"{OWN}: RSA of 2048 bits or more, P-256, P-384, P-521"
ONE_NAME: Final = f"{OWN}: a signer has exactly one common name"
NO_SHA1: Final = f"{OWN}: no certificate is signed with SHA-1"
NAMES: Final = "RFC 5280 section 4.2.1.10"

SIGNER: Final = "p256-signer"


def cases() -> Iterator[Case]:
    """A chain, or a self-signed certificate, that is odd in one way."""
    yield from _leaves()
    yield from _pinned()
    yield from _issuers()
    yield from _path_lengths()
    yield from _keys_and_hashes()


def _leaves() -> Iterator[Case]:
    """Leaves right under the root."""
    any_usage = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
    extended = extension(x509.ExtendedKeyUsage([CODE_SIGNING]), critical=True)
    no_usage: frozenset[str] = frozenset()
    table: tuple[tuple[str, Verdict, str, str, Certificate], ...] = (
        ("ca", PROFILE, "is a CA", CONSTRAINTS, authority(CN, SIGNER, ROOT, usage=ISSUES | {"digital_signature"})),
        ("no-digital-signature", PROFILE, "may encipher keys, not sign", USAGE, _leaf(usage=frozenset({"key_encipherment"}))),
        ("content-commitment", PROFILE, "has contentCommitment in place of digitalSignature", USAGE, _leaf(usage=frozenset({"content_commitment"}))),
        ("empty-usage", PROFILE, "has a keyUsage with no usage", USAGE, _leaf(usage=no_usage)),
        ("no-usage", SOUND, "has no keyUsage, which restricts nothing", USAGE, _leaf(usage=None)),
        ("more-usages", SOUND, "may do more than sign", USAGE, _leaf(usage=frozenset({"digital_signature", "key_agreement"}))),
        ("no-constraints", SOUND, "has no basicConstraints, and so is no CA", CONSTRAINTS, _leaf(ca=None)),
        ("no-extension", SOUND, "has no extension", CONSTRAINTS, _leaf(ca=None, usage=None)),
        ("code-signing", SOUND, "is for code signing", EXTENDED, _leaf(extended=(CODE_SIGNING,))),
        ("code-signing-critical", SOUND, "is for code signing, critically", EXTENDED, _leaf(more=(extended,))),
        ("server-auth", SOUND, "is for servers alone, as the prototype demands", EXTENDED, _leaf(extended=(SERVER_AUTH,))),
        ("any-usage", SOUND, "is for any extended usage", EXTENDED, _leaf(extended=(any_usage,))),
        ("critical", PROFILE, "has a critical extension that nobody knows", CRITICAL, _leaf(more=(unknown(critical=True),))),
        ("not-critical", SOUND, "has an extension that nobody knows", CRITICAL, _leaf(more=(unknown(critical=False),))),
        ("two-names", PROFILE, "has two common names", ONE_NAME, issue((CN, "acme"), SIGNER, ROOT)),
        ("same-name-twice", PROFILE, "has its common name twice", ONE_NAME, issue((CN, CN), SIGNER, ROOT)),
        ("no-name", PROFILE, "has no common name, and a dNSName is none", ONE_NAME, issue((), SIGNER, ROOT, dns=(CN,))),
    )
    for name, verdict, what, rule, leaf in table:
        yield from both(f"leaf-{name}", f"The leaf {what}.", rule, verdict, signer=by_chain(leaf, trust=anchors(ROOT)))
    why = "The leaf lies in the store, and is not self-signed: its usages count as those of any leaf."
    pinned = by_chain(_leaf(usage=frozenset({"key_encipherment"})))
    yield from both("leaf-pinned-no-digital-signature", why, PINNED, PROFILE, signer=pinned)
    why = "An intermediate CA that lies in the store has signed itself: it is not self-signed, and so is a CA as a leaf."
    yield from both("leaf-pinned-ca", why, PINNED, PROFILE, signer=by_chain(authority(CN, SIGNER, ROOT)))


def _leaf(**changes: object) -> Certificate:
    return issue(CN, SIGNER, ROOT, **changes)  # type: ignore[arg-type]


def _pinned() -> Iterator[Case]:
    """Self-signed certificates that lie in the store."""
    table: tuple[tuple[str, Verdict, str, str, Certificate], ...] = (
        ("ca", SOUND, "is a CA, as the prototype's own example", f"{NV2}; {PINNED}", authority(CN, SIGNER)),
        ("no-digital-signature", SOUND, "has a keyUsage without digitalSignature", PINNED, issue(CN, SIGNER, usage=frozenset({"key_agreement"}))),
        ("no-extension", SOUND, "has no extension", PINNED, issue(CN, SIGNER, ca=None, usage=None)),
        ("server-auth", SOUND, "is for servers", PINNED, issue(CN, SIGNER, extended=(SERVER_AUTH,))),
        ("critical", PROFILE, "has a critical extension that nobody knows", CRITICAL, issue(CN, SIGNER, more=(unknown(critical=True),))),
        ("two-names", PROFILE, "has two common names", ONE_NAME, issue((CN, "acme"), SIGNER)),
        ("no-name", PROFILE, "has no common name", ONE_NAME, issue((), SIGNER, dns=(CN,))),
        ("rsa-1024", PROFILE, "has an RSA key of 1024 bits", KEYS, issue(CN, "rsa-1024")),
        ("secp256k1", PROFILE, "has a key on secp256k1", KEYS, issue(CN, "secp256k1")),
        ("secp224r1", PROFILE, "has a key on P-224", KEYS, issue(CN, "secp224r1")),
        ("sha1", PROFILE, "is signed with SHA-1", NO_SHA1, issue(CN, "rsa-2048", sha1=True)),
    )
    for name, verdict, what, rule, certificate in table:
        why = f"A self-signed certificate in the store {what}."
        yield from both(f"self-signed-{name}", why, rule, verdict, signer=by_chain(certificate))


def _issuers() -> Iterator[Case]:
    """Intermediates between a good leaf and a good root, and roots."""
    permitted = x509.NameConstraints(permitted_subtrees=[x509.DNSName("wabbit-networks.io")], excluded_subtrees=None)
    critical, lax = (extension(permitted, critical=one) for one in (True, False))
    no_sign = ISSUES - {"key_cert_sign"}
    table: tuple[tuple[str, str, str, dict[str, object]], ...] = (
        ("not-ca", "is no CA", CONSTRAINTS, {"ca": False}),
        ("no-constraints", "has no basicConstraints, and so is no CA", CONSTRAINTS, {"ca": None}),
        ("no-key-cert-sign", "may sign lists, not certificates", USAGE, {"usage": no_sign}),
        ("no-usage", "has no keyUsage", f"{OWN}: issuers are CAs with keyCertSign", {"usage": None}),
        ("critical", "has a critical extension that nobody knows", CRITICAL, {"more": (unknown(critical=True),)}),
        ("name-constraints", "has name constraints, which are not processed", NAMES, {"more": (critical,)}),
        ("name-constraints-lax", "has name constraints that are not critical, as they must be", NAMES, {"more": (lax,)}),
    )
    for name, what, rule, changes in table:
        why = f"The intermediate {what}."
        yield from both(f"intermediate-{name}", why, rule, PROFILE, signer=_under(_intermediate(**changes), ROOT))
        root = authority("Odd Root", "p256-root", **changes)
        if name not in ("no-constraints", "name-constraints-lax"):
            leaf = by_chain(issue(CN, SIGNER, root), trust=anchors(root))
            yield from both(f"root-{name}", f"The root {what}.", rule, PROFILE, signer=leaf)


def _intermediate(**changes: object) -> Certificate:
    return authority("Odd CA", "p256-intermediate", ROOT, **changes)


def _under(intermediate: Certificate, root: Certificate) -> Signer:
    return by_chain(issue(CN, SIGNER, intermediate), intermediate, trust=anchors(root))


def _path_lengths() -> Iterator[Case]:
    for length, verdict in ((0, PROFILE), (1, SOUND), (2, SOUND)):
        root = authority("Short Root", "p256-root", path_length=length)
        why = f"The root allows {length} intermediates below it, and there is one."
        signer = _under(authority("CA", "p256-intermediate", root), root)
        yield from both(f"path-length-{length}", why, CONSTRAINTS, verdict, signer=signer)
    first = authority("First CA", "p256-intermediate", ROOT, path_length=0)
    second = authority("Second CA", "p256-other", first)
    why = "An intermediate that allows none below it has issued another."
    signer = by_chain(issue(CN, SIGNER, second), second, first, trust=anchors(ROOT))
    yield from both("path-length-intermediate", why, CONSTRAINTS, PROFILE, signer=signer)
    root = authority("Rolling CA", "p256-root", path_length=0)
    rolled = authority("Rolling CA", "p256-intermediate", root)
    why = "A certificate of the root's own name, for its next key, does not count as an intermediate."
    yield from both("path-length-self-issued", why, "RFC 5280 section 6.1.4 (l)", signer=_under(rolled, root))


def _keys_and_hashes() -> Iterator[Case]:
    rsa_root = authority("RSA Root", "rsa-2048")
    small_root = authority("Small Root", "rsa-1024")
    small_ca = authority("Small CA", "rsa-1024", ROOT)
    sha1_ca = authority("SHA-1 CA", "p256-intermediate", rsa_root, sha1=True)
    table = (
        ("leaf-rsa-1024", "The leaf has an RSA key of 1024 bits.", KEYS, by_chain(issue(CN, "rsa-1024", ROOT), trust=anchors(ROOT))),
        ("leaf-secp256k1", "The leaf has a key on secp256k1.", KEYS, by_chain(issue(CN, "secp256k1", ROOT), trust=anchors(ROOT))),
        ("leaf-secp224r1", "The leaf has a key on P-224.", KEYS, by_chain(issue(CN, "secp224r1", ROOT), trust=anchors(ROOT))),
        ("intermediate-rsa-1024", "The intermediate has an RSA key of 1024 bits.", KEYS, _under(small_ca, ROOT)),
        ("root-rsa-1024", "The root has an RSA key of 1024 bits.", KEYS, by_chain(issue(CN, SIGNER, small_root), trust=anchors(small_root))),
        ("leaf-sha1", "The leaf is signed with SHA-1.", NO_SHA1, by_chain(issue(CN, SIGNER, rsa_root, sha1=True), trust=anchors(rsa_root))),
        ("intermediate-sha1", "The intermediate is signed with SHA-1.", NO_SHA1, _under(sha1_ca, rsa_root)),
    )
    for name, why, rule, signer in table:
        yield from both(name, why, rule, PROFILE, signer=signer)
    leaf = issue(CN, SIGNER, rsa_root, sha1=True)
    why = "The leaf is signed with SHA-1, and lies in the store itself."
    yield from both("leaf-pinned-sha1", why, NO_SHA1, PROFILE, signer=by_chain(leaf))
