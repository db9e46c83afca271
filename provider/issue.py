"""Making keys and certificates to sign with: a self-signed certificate, or a CA and a leaf under it.

What is made keeps the profile that verification demands, and that of the Notary Project (critical keyUsage,
codeSigning, a leaf that is no CA).
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from jwcrypto.jwk import JWK

from provider.errors import Refused

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

_CURVES: Final = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_RSA: Final = {"RSA-2048": 2048, "RSA-3072": 3072, "RSA-4096": 4096}

CERTIFIED_KINDS: Final = (*_CURVES, *_RSA)
"""Kinds of key that a certificate can be made for; Ed25519 is for bare keys alone."""


def private_key(kind: str) -> PrivateKey:
    """A new key of one of `CERTIFIED_KINDS`."""
    if kind in _RSA:
        return rsa.generate_private_key(public_exponent=65537, key_size=_RSA[kind])
    return ec.generate_private_key(_CURVES[kind])


def bare_key() -> tuple[bytes, bytes]:
    """A new Ed25519 key: the private one as PEM (PKCS #8), the public one as a JWK for a store under `keys/`."""
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    jwk = JWK.from_pyca(key.public_key())
    jwk.update(kid=jwk.thumbprint(), alg="EdDSA", use="sig")
    return pem, jwk.export_public().encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Issued:
    """A private key and its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    def key_pem(self) -> bytes:
        """PKCS #8, not encrypted."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def certificate_pem(self) -> bytes:
        """The certificate alone."""
        return self.certificate.public_bytes(Encoding.PEM)


def self_signed(cn: str, at: int, days: int, key: PrivateKey | None = None) -> Issued:
    """A certificate for `cn`, signed by its own key (a new P-256 one where none is given); raises `Refused`.

    It is valid from `at` (seconds since 1970).
    """
    return _issue(cn, at, days, None, key or private_key("P-256"))


def ca(cn: str, at: int, days: int) -> Issued:
    """A P-256 root CA that issues leaves only (path length 0); raises `Refused`."""
    key = private_key("P-256")
    name = _name(cn)
    builder = _builder(name, name, key, at, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    builder = builder.add_extension(_usage(key_cert_sign=True, crl_sign=True), critical=True)
    return Issued(key, builder.sign(key, hashes.SHA256()))


def leaf(cn: str, issuer: Issued, at: int, days: int, key: PrivateKey | None = None) -> Issued:
    """A certificate for `cn` under a CA, for a key (a new P-256 one where none is given); raises `Refused`."""
    return _issue(cn, at, days, issuer, key or private_key("P-256"))


def _issue(cn: str, at: int, days: int, issuer: Issued | None, key: PrivateKey) -> Issued:
    name = _name(cn)
    builder = _builder(name, issuer.certificate.subject if issuer else name, key, at, days)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(_usage(digital_signature=True), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CODE_SIGNING]), critical=False)
    if alternative := _alternative_name(cn):
        builder = builder.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    return Issued(key, builder.sign(issuer.key if issuer else key, hashes.SHA256()))


def _builder(name: x509.Name, issuer: x509.Name, key: PrivateKey, at: int, days: int) -> x509.CertificateBuilder:
    start = datetime.fromtimestamp(at, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=days))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(cn: str) -> x509.Name:
    try:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)])
    except ValueError as error:
        raise Refused("key_invalid", f"{cn!r} cannot be a common name: {error}") from error


def _usage(**granted: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        **{
            "digital_signature": False,
            "content_commitment": False,
            "key_encipherment": False,
            "data_encipherment": False,
            "key_agreement": False,
            "key_cert_sign": False,
            "crl_sign": False,
            "encipher_only": False,
            "decipher_only": False,
            **granted,
        }
    )


def _alternative_name(cn: str) -> x509.GeneralName | None:
    try:
        return x509.IPAddress(ipaddress.ip_address(cn))
    except ValueError:
        pass
    try:
        return x509.DNSName(cn)
    except ValueError:
        return None
