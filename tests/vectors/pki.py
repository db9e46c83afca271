"""The vectors' certificates: a few lines each, good unless it is said, and the same bytes every time."""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.vectors import jose

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
END: Final = datetime(2027, 1, 1, tzinfo=UTC)

SIGNS: Final = frozenset({"digital_signature"})
ISSUES: Final = frozenset({"key_cert_sign", "crl_sign"})
CODE_SIGNING: Final = ExtendedKeyUsageOID.CODE_SIGNING
SERVER_AUTH: Final = ExtendedKeyUsageOID.SERVER_AUTH

_USAGES: Final = (
    *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement"),
    *("key_cert_sign", "crl_sign", "encipher_only", "decipher_only"),
)
_SHA256_WITH_RSA: Final = bytes.fromhex("300d06092a864886f70d01010b0500")
_SHA1_WITH_RSA: Final = bytes.fromhex("300d06092a864886f70d0101050500")
_SHA1_INFO: Final = bytes.fromhex("3021300906052b0e03021a05000414")


@dataclass(frozen=True)
class Certificate:
    """A certificate with the name of its private key."""

    der: bytes
    key: str

    @cached_property
    def parsed(self) -> x509.Certificate:
        """As the library reads it."""
        return x509.load_der_x509_certificate(self.der)

    @property
    def pem(self) -> bytes:
        """As a file of a trust store."""
        return self.parsed.public_bytes(Encoding.PEM)

    @property
    def cn(self) -> str:
        """Its common name; empty where it has none."""
        names = self.parsed.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return str(names[0].value) if names else ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER."""
        return jose.sha256(self.der)


class Profile(TypedDict, total=False):
    """What a certificate may have otherwise than usual."""

    ca: bool | None
    path_length: int | None
    usage: frozenset[str] | None
    extended: tuple[x509.ObjectIdentifier, ...]
    dns: tuple[str, ...]
    addresses: tuple[str, ...]
    start: datetime
    end: datetime
    more: tuple[x509.Extension[x509.ExtensionType], ...]
    sha1: bool
    nth: int


def issue(
    cn: str | tuple[str, ...],
    key: str,
    issuer: Certificate | None = None,
    *,
    ca: bool | None = False,
    path_length: int | None = None,
    usage: frozenset[str] | None = SIGNS,
    extended: tuple[x509.ObjectIdentifier, ...] = (),
    dns: tuple[str, ...] = (),
    addresses: tuple[str, ...] = (),
    start: datetime = START,
    end: datetime = END,
    more: tuple[x509.Extension[x509.ExtensionType], ...] = (),
    sha1: bool = False,
    nth: int = 1,
) -> Certificate:
    """A certificate for a key, self-signed without an `issuer`; `nth` tells it from a twin that says the same."""
    names = (cn,) if isinstance(cn, str) else cn
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one) for one in names] or [_ORGANISATION])
    told_apart_by = (
        *(names, key, issuer and issuer.der, ca, path_length, usage and sorted(usage), extended, dns, addresses),
        *(start, end, more, sha1, nth),
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.parsed.subject if issuer else subject)
        .public_key(jose.key(key).public_key())
        .serial_number(_serial(told_apart_by))
        .not_valid_before(start)
        .not_valid_after(end)
    )
    if ca is not None:
        builder = builder.add_extension(x509.BasicConstraints(ca, path_length), critical=True)
    if usage is not None:
        builder = builder.add_extension(x509.KeyUsage(**{one: one in usage for one in _USAGES}), critical=True)
    if extended:
        builder = builder.add_extension(x509.ExtendedKeyUsage(extended), critical=False)
    if dns or addresses:
        alternative = [x509.DNSName(one) for one in dns]
        builder = builder.add_extension(
            x509.SubjectAlternativeName([*alternative, *(x509.IPAddress(ipaddress.ip_address(a)) for a in addresses)]),
            critical=False,
        )
    for one in more:
        builder = builder.add_extension(one.value, critical=one.critical)
    signer = issuer.key if issuer else key
    made = _signed(builder, signer).public_bytes(Encoding.DER)
    return Certificate(_with_sha1(made, signer) if sha1 else made, key)


def authority(cn: str, key: str, issuer: Certificate | None = None, **changes: Unpack[Profile]) -> Certificate:
    """A CA."""
    profile: Profile = {"ca": True, "usage": ISSUES, **changes}
    return issue(cn, key, issuer, **profile)


def extension(value: x509.ExtensionType, *, critical: bool) -> x509.Extension[x509.ExtensionType]:
    """An extension for `more`."""
    return x509.Extension(value.oid, critical, value)


def unknown(*, critical: bool) -> x509.Extension[x509.ExtensionType]:
    """An extension that nobody knows."""
    return extension(
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00"), critical=critical
    )


_ORGANISATION: Final = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Wabbit Networks")


def _serial(told_apart_by: tuple[object, ...]) -> int:
    return int.from_bytes(hashlib.sha256(repr(told_apart_by).encode()).digest()[:8], "big") | 1


def _signed(builder: x509.CertificateBuilder, key: str) -> x509.Certificate:
    match jose.key(key):
        case ed25519.Ed25519PrivateKey() as private:
            return builder.sign(private, None)
        case ec.EllipticCurvePrivateKey() as curve:
            return builder.sign(curve, hashes.SHA256(), ecdsa_deterministic=True)
        case rsa_key:
            return builder.sign(rsa_key, hashes.SHA256())


def _with_sha1(der: bytes, key: str) -> bytes:
    """The same certificate signed by RSA with SHA-1, put together by hand: libraries rightly refuse to sign so."""
    private = jose.key(key)
    assert isinstance(private, rsa.RSAPrivateKey)
    signed = x509.load_der_x509_certificate(der).tbs_certificate_bytes.replace(_SHA256_WITH_RSA, _SHA1_WITH_RSA)
    info = _SHA1_INFO + hashlib.sha1(signed, usedforsecurity=False).digest()
    padded = b"\x00\x01" + b"\xff" * (private.key_size // 8 - len(info) - 3) + b"\x00" + info
    signature = b"\x00" + jose.raw_rsa(private, padded)
    return _der(0x30, signed + _SHA1_WITH_RSA + _der(0x03, signature))


def _der(tag: int, content: bytes) -> bytes:
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content
