"""The profile: what a signer's and an issuer's certificate must be, and what nv2 does not ask of them."""

from collections.abc import Iterator
from typing import Final, Unpack

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.vectors.actors import CN, NV2, OWN, ROOT, anchors, by_chain, jwt
from tests.vectors.draft import SOUND, Case, Signer, Verdict, rejected
from tests.vectors.pki import (
    CODE_SIGNING,
    ISSUES,
    SERVER_AUTH,
    SIGNS,
    Certificate,
    Profile,
    authority,
    extension,
    issue,
    unknown,
)

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

ANY_USAGE: Final = ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE
SIGNER: Final = "p256-signer"


def cases() -> Iterator[Case]:
    """A chain, or a self-signed certificate, that is odd in one way."""
    yield from _leaves()
    yield from _pinned()
    yield from _issuers()
    yield from _path_lengths()
    yield from _keys_and_hashes()


Row = tuple[str, Verdict, str, str, Profile]

CRITICALLY: Final[Profile] = {"more": (unknown(critical=True),)}
FOR_CODE: Final = extension(x509.ExtendedKeyUsage([CODE_SIGNING]), critical=True)
ENCIPHERS: Final = frozenset({"key_encipherment"})
COMMITS: Final = frozenset({"content_commitment"})
SIGNS_AND_AGREES: Final = SIGNS | {"key_agreement"}
NOTHING: Final = frozenset[str]()

LEAVES: Final[tuple[Row, ...]] = (
    ("ca", PROFILE, "is a CA", CONSTRAINTS, {"ca": True, "usage": ISSUES | SIGNS}),
    ("no-digital-signature", PROFILE, "may encipher keys, not sign", USAGE, {"usage": ENCIPHERS}),
    ("content-commitment", PROFILE, "has contentCommitment alone", USAGE, {"usage": COMMITS}),
    ("empty-usage", PROFILE, "has a keyUsage with no usage", USAGE, {"usage": NOTHING}),
    ("no-usage", SOUND, "has no keyUsage, which restricts nothing", USAGE, {"usage": None}),
    ("more-usages", SOUND, "may do more than sign", USAGE, {"usage": SIGNS_AND_AGREES}),
    ("no-constraints", SOUND, "has no basicConstraints, and so is no CA", CONSTRAINTS, {"ca": None}),
    ("no-extension", SOUND, "has no extension", CONSTRAINTS, {"ca": None, "usage": None}),
    ("code-signing", SOUND, "is for code signing", EXTENDED, {"extended": (CODE_SIGNING,)}),
    ("code-signing-critical", SOUND, "is for code signing, critically", EXTENDED, {"more": (FOR_CODE,)}),
    ("server-auth", SOUND, "is for servers alone, as the prototype wants it", EXTENDED, {"extended": (SERVER_AUTH,)}),
    ("any-usage", SOUND, "is for any extended usage", EXTENDED, {"extended": (ANY_USAGE,)}),
    ("critical", PROFILE, "has a critical extension that nobody knows", CRITICAL, CRITICALLY),
    ("not-critical", SOUND, "has an extension that nobody knows", CRITICAL, {"more": (unknown(critical=False),)}),
)
NAMED: Final[tuple[tuple[str, str, tuple[str, ...]], ...]] = (
    ("two-names", "has two common names", (CN, "acme")),
    ("same-name-twice", "has its common name twice", (CN, CN)),
    ("no-name", "has no common name, and a dNSName is none", ()),
)


def _leaves() -> Iterator[Case]:
    """Leaves right under the root."""
    for name, verdict, what, rule, profile in LEAVES:
        signer = _issued(ROOT, **profile)
        yield from jwt(f"leaf-{name}", f"The leaf {what}.", rule, verdict, signer=signer)
    for name, what, names in NAMED:
        signer = by_chain(issue(names, SIGNER, ROOT, dns=(CN,)), trust=anchors(ROOT))
        yield from jwt(f"leaf-{name}", f"The leaf {what}.", ONE_NAME, PROFILE, signer=signer)
        why = f"A self-signed certificate in the store {what}."
        signer = by_chain(issue(names, SIGNER, dns=(CN,)))
        yield from jwt(f"self-signed-{name}", why, ONE_NAME, PROFILE, signer=signer)
    why = "The leaf lies in the store, and is not self-signed: its usages count as those of any leaf."
    pinned = by_chain(issue(CN, SIGNER, ROOT, usage=ENCIPHERS))
    yield from jwt("leaf-pinned-no-digital-signature", why, PINNED, PROFILE, signer=pinned)
    why = "A CA under another lies in the store and signs content: it is not self-signed, and so is a CA as a leaf."
    yield from jwt("leaf-pinned-ca", why, PINNED, PROFILE, signer=by_chain(authority(CN, SIGNER, ROOT)))


def _issued(root: Certificate, key: str = SIGNER, **profile: Unpack[Profile]) -> Signer:
    """A signer whose leaf the root in the store has issued."""
    return by_chain(issue(CN, key, root, **profile), trust=anchors(root))


def _pinned() -> Iterator[Case]:
    """Self-signed certificates that lie in the store."""
    example = f"{NV2}, its example; {PINNED}"
    table: tuple[Row, ...] = (
        ("ca", SOUND, "is a CA", example, {"ca": True, "usage": ISSUES}),
        ("no-digital-signature", SOUND, "has a keyUsage without digitalSignature", PINNED, {"usage": ENCIPHERS}),
        ("no-extension", SOUND, "has no extension", PINNED, {"ca": None, "usage": None}),
        ("server-auth", SOUND, "is for servers", PINNED, {"extended": (SERVER_AUTH,)}),
        ("critical", PROFILE, "has a critical extension that nobody knows", CRITICAL, CRITICALLY),
    )
    for name, verdict, what, rule, profile in table:
        why = f"A self-signed certificate in the store {what}."
        signer = by_chain(issue(CN, SIGNER, **profile))
        yield from jwt(f"self-signed-{name}", why, rule, verdict, signer=signer)
    for key, what in ODD_KEYS:
        why = f"A self-signed certificate in the store has {what}."
        yield from jwt(f"self-signed-{key}", why, KEYS, PROFILE, signer=by_chain(issue(CN, key)))
    why = "A self-signed certificate in the store is signed with SHA-1."
    yield from jwt("self-signed-sha1", why, NO_SHA1, PROFILE, signer=by_chain(issue(CN, "rsa-2048", sha1=True)))


def _issuers() -> Iterator[Case]:
    """Intermediates between a good leaf and a good root, and roots."""
    permitted = x509.NameConstraints(permitted_subtrees=[x509.DNSName("wabbit-networks.io")], excluded_subtrees=None)
    critical, lax = (extension(permitted, critical=one) for one in (True, False))
    demanded = f"{OWN}: issuers are CAs with keyCertSign"
    table: tuple[tuple[str, str, str, Profile], ...] = (
        ("not-ca", "is no CA", CONSTRAINTS, {"ca": False}),
        ("no-constraints", "has no basicConstraints, and so is no CA", CONSTRAINTS, {"ca": None}),
        ("no-key-cert-sign", "may sign lists, not certificates", USAGE, {"usage": ISSUES - {"key_cert_sign"}}),
        ("no-usage", "has no keyUsage", demanded, {"usage": None}),
        ("critical", "has a critical extension that nobody knows", CRITICAL, CRITICALLY),
        ("name-constraints", "has name constraints, which are not processed", NAMES, {"more": (critical,)}),
        ("name-constraints-lax", "has name constraints that are not critical", NAMES, {"more": (lax,)}),
    )
    for name, what, rule, profile in table:
        intermediate = authority("Odd CA", "p256-intermediate", ROOT, **profile)
        signer = _under(intermediate, ROOT)
        yield from jwt(f"intermediate-{name}", f"The intermediate {what}.", rule, PROFILE, signer=signer)
        signer = _issued(authority("Odd Root", "p256-root", **profile))
        yield from jwt(f"root-{name}", f"The root {what}.", rule, PROFILE, signer=signer)


def _under(intermediate: Certificate, root: Certificate) -> Signer:
    """A signer with an intermediate between its leaf and the root in the store."""
    return by_chain(issue(CN, SIGNER, intermediate), intermediate, trust=anchors(root))


def _path_lengths() -> Iterator[Case]:
    for length, verdict in ((0, PROFILE), (1, SOUND), (2, SOUND)):
        root = authority("Short Root", "p256-root", path_length=length)
        why = f"The root allows {length} intermediates below it, and there is one."
        signer = _under(authority("CA", "p256-intermediate", root), root)
        yield from jwt(f"path-length-{length}", why, CONSTRAINTS, verdict, signer=signer)
    first = authority("First CA", "p256-intermediate", ROOT, path_length=0)
    second = authority("Second CA", "p256-other", first)
    why = "An intermediate that allows none below it has issued another."
    signer = by_chain(issue(CN, SIGNER, second), second, first, trust=anchors(ROOT))
    yield from jwt("path-length-intermediate", why, CONSTRAINTS, PROFILE, signer=signer)
    root = authority("Rolling CA", "p256-root", path_length=0)
    rolled = authority("Rolling CA", "p256-intermediate", root)
    why = "A certificate of the root's own name, for its next key, does not count as an intermediate."
    yield from jwt("path-length-self-issued", why, "RFC 5280 section 6.1.4 (l)", signer=_under(rolled, root))


ODD_KEYS: Final = (
    ("rsa-1024", "an RSA key of 1024 bits"),
    ("secp256k1", "a key on secp256k1"),
    ("secp224r1", "a key on P-224"),
)


def _keys_and_hashes() -> Iterator[Case]:
    for key, what in ODD_KEYS:
        yield from jwt(f"leaf-{key}", f"The leaf has {what}.", KEYS, PROFILE, signer=_issued(ROOT, key))
    why = "The intermediate has an RSA key of 1024 bits."
    signer = _under(authority("Small CA", "rsa-1024", ROOT), ROOT)
    yield from jwt("intermediate-rsa-1024", why, KEYS, PROFILE, signer=signer)
    why = "The root has an RSA key of 1024 bits."
    yield from jwt("root-rsa-1024", why, KEYS, PROFILE, signer=_issued(authority("Small Root", "rsa-1024")))
    # A link that is signed with SHA-1 is none, so that nothing anchors what hangs on it.
    root = authority("RSA Root", "rsa-2048")
    signer = _issued(root, sha1=True)
    yield from jwt("leaf-sha1", "The leaf is signed with SHA-1.", NO_SHA1, PROFILE, signer=signer)
    signer = _under(authority("SHA-1 CA", "p256-intermediate", root, sha1=True), root)
    why = "The intermediate is signed with SHA-1."
    yield from jwt("intermediate-sha1", why, NO_SHA1, PROFILE, signer=signer)
    why = "The leaf is signed with SHA-1, and lies in the store itself."
    pinned = by_chain(issue(CN, SIGNER, root, sha1=True))
    yield from jwt("leaf-pinned-sha1", why, NO_SHA1, PROFILE, signer=pinned)
