"""Trust folders that cannot be used: a store that silently lost an anchor would be found out by an outage."""

from collections.abc import Iterator
from typing import Final

from tests.vectors import jose
from tests.vectors.actors import CN, OWN, SELF, SELF_SIGNED, STORE, as_jwk, jwk, jwt, keyed
from tests.vectors.draft import Case, Pairs, Trust, refused, text
from tests.vectors.pki import issue

INVALID: Final = refused("trust_invalid")
LAYOUT: Final = f"{OWN}: x509/{{ca,signingAuthority,tsa}}/<store>/ and keys/<store>/"
FILES: Final = f"{OWN}: a file that cannot be read makes the folder unusable"
PUBLIC: Final = f"{OWN}: a trust folder holds nothing private"
PROFILE: Final = f"{OWN}: the key size of a certificate in keys/ is checked"
CERTIFICATE: Final = SELF_SIGNED.pem


def cases() -> Iterator[Case]:
    """One odd file beside a good anchor, or no anchor at all."""
    symmetric: Pairs = (("kty", "oct"), ("k", jose.b64url(b"secret" * 8)))
    private: Pairs = jwk("p256-signer", d=jose.b64url(b"\1" * 32))
    private_pem = (jose.KEYS / "p256-other.pem").read_bytes()
    beside: tuple[tuple[str, str, str, Trust], ...] = (
        ("store-name", "A store's name has a space in it.", LAYOUT, {"x509/ca/wabbit networks/1.pem": CERTIFICATE}),
        (
            "unknown-type",
            "There is no type of store called codeSigning.",
            LAYOUT,
            {"x509/codeSigning/a/1.pem": CERTIFICATE},
        ),
        ("no-store", "A certificate lies in no store.", LAYOUT, {"x509/ca/1.pem": CERTIFICATE}),
        ("key-in-no-store", "A key lies in no store.", LAYOUT, {"keys/key.jwk": text(jwk("p256-signer"))}),
        ("garbage", "A file of a store is no certificate.", FILES, {f"x509/ca/{STORE}/notes.txt": b"our root\n"}),
        ("empty-file", "A file of a store is empty.", FILES, {f"x509/ca/{STORE}/empty.pem": b""}),
        ("truncated", "A certificate is cut off.", FILES, {f"x509/ca/{STORE}/cut.der": SELF_SIGNED.der[:-1]}),
        ("key-garbage", "A file of a key store is no key.", FILES, keyed("notes.txt", b"our key\n")),
        (
            "public-key-as-anchor",
            "A public key is no certificate.",
            FILES,
            {f"x509/ca/{STORE}/key.pem": jose.public_pem("p256-signer")},
        ),
        ("private-pem", "A private key lies in a key store.", PUBLIC, keyed("key.pem", private_pem)),
        (
            "private-beside-certificate",
            "A private key stands behind a certificate.",
            PUBLIC,
            {f"x509/ca/{STORE}/both.pem": CERTIFICATE + private_pem},
        ),
        ("private-jwk", "A private JWK lies in a key store.", PUBLIC, keyed("key.jwk", private)),
        ("symmetric-jwk", "A secret lies in a key store.", PUBLIC, keyed("key.jwk", symmetric)),
        (
            "jwk-for-encryption",
            "A JWK is for encryption.",
            "RFC 7517 section 4.2",
            keyed("key.jwk", jwk("rsa-2048", use="enc")),
        ),
        (
            "jwk-for-signing",
            "A JWK is for signing, not for verifying.",
            "RFC 7517 section 4.3",
            keyed("key.jwk", jwk("rsa-2048", key_ops=["sign"])),
        ),
        (
            "jwk-duplicate",
            "A member of a JWK stands twice.",
            "RFC 7517 section 4",
            keyed("key.jwk", (*jwk("rsa-2048"), ("e", "Aw"))),
        ),
        (
            "jwk-no-point",
            "A JWK's point is not on its curve.",
            "RFC 7518 section 6.2",
            keyed("key.jwk", _off_the_curve()),
        ),
        (
            "key-rsa-1024",
            "An RSA key of 1024 bits lies in a key store.",
            PROFILE,
            keyed("key.pem", jose.public_pem("rsa-1024")),
        ),
        (
            "key-secp256k1",
            "A key on secp256k1 lies in a key store.",
            PROFILE,
            keyed("key.pem", jose.public_pem("secp256k1")),
        ),
        (
            "certificate-rsa-1024",
            "A certificate with an RSA key of 1024 bits lies in a key store.",
            PROFILE,
            keyed("certificate.pem", issue(CN, "rsa-1024").pem),
        ),
    )
    for name, why, rule, more in beside:
        yield from jwt(f"trust-{name}", why, rule, INVALID, trust={**SELF.trust, **more})
    yield from jwt("trust-no-anchor", "There is no store.", LAYOUT, INVALID, trust={"README.md": b"Our stores.\n"})
    why = "There are keys and no certificate, and that is enough."
    yield from jwt("trust-keys-alone", why, LAYOUT, signer=as_jwk("p256-signer"))


def _off_the_curve() -> Pairs:
    """A JWK with x in the place of y."""
    members = jose.jwk("p256-other")
    return tuple({**members, "y": members["x"]}.items())
