"""X.509 certificates: one reading of each, and the profile that signing certificates keep.

The profile is checked by rule (RFC 5280 sections 4.2 and 6.1), for the defaults of TLS libraries refuse every signing
chain. Dates are not looked at here: they are facts at a moment, and the chain is a fact at all times.
"""

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from provider.digest import sha256
from provider.errors import Rejected
from provider.keys import PublicKey, UnusableKey

MAX_DER: Final = 32 * 1024

_T = TypeVar("_T", bound=x509.ExtensionType)

_PROCESSED: Final = {
    ExtensionOID.BASIC_CONSTRAINTS,
    ExtensionOID.KEY_USAGE,
    ExtensionOID.EXTENDED_KEY_USAGE,
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME,
    ExtensionOID.CERTIFICATE_POLICIES,  # any policy will do, so a critical one is processed by accepting it
}
_USAGES: Final = {
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE: "anyExtendedKeyUsage",
    ExtendedKeyUsageOID.CLIENT_AUTH: "clientAuth",
    ExtendedKeyUsageOID.CODE_SIGNING: "codeSigning",
    ExtendedKeyUsageOID.EMAIL_PROTECTION: "emailProtection",
    ExtendedKeyUsageOID.OCSP_SIGNING: "OCSPSigning",
    ExtendedKeyUsageOID.SERVER_AUTH: "serverAuth",
    ExtendedKeyUsageOID.TIME_STAMPING: "timeStamping",
}
_UNREADABLE: Final = (
    Warning,  # of a certificate's oddities, where warnings are errors
    x509.InvalidVersion,
    ValueError,
    TypeError,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    UnsupportedAlgorithm,
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate that parsed: nothing in it is verified. Times are seconds since 1970; names are as they stand.

    `flaw` is what keeps it from any use here (key, signature algorithm, unknown critical extension), else None.
    """

    der: bytes = field(repr=False)
    fingerprint: str
    key: PublicKey | None
    common_names: tuple[str, ...]
    subject: str
    issuer: str
    subject_der: bytes = field(repr=False)
    issuer_der: bytes = field(repr=False)
    serial_number: int
    not_before: int
    not_after: int
    dns_names: tuple[str, ...]
    ip_addresses: tuple[str, ...]
    alternative_names: tuple[str, ...]
    extended_key_usages: tuple[str, ...]
    is_ca: bool
    path_length: int | None
    signs_content: bool | None
    signs_certificates: bool
    self_signed: bool
    has_revocation_pointer: bool
    flaw: str | None
    parsed: x509.Certificate = field(repr=False, compare=False)

    def issued_by(self, issuer: "Certificate") -> bool:
        """Whether the issuer's name and key fit this certificate. Nothing is said of the issuer's right to issue."""
        try:
            self.parsed.verify_directly_issued_by(issuer.parsed)
        except (InvalidSignature, *_UNREADABLE):
            return False
        return True


@lru_cache(maxsize=1024)
def load(der: bytes) -> Certificate:
    """Read a DER certificate (RFC 5280 section 4.1); raises `Rejected` with certificate_malformed."""
    if len(der) > MAX_DER:
        raise Rejected("certificate_malformed", "authenticity", f"a certificate is larger than {MAX_DER} bytes")
    try:
        return _read(der, x509.load_der_x509_certificate(der))
    except _UNREADABLE as error:
        raise Rejected("certificate_malformed", "authenticity", f"a certificate cannot be read: {error}") from error


def load_pem(block: bytes) -> Certificate:
    """Read one PEM block (RFC 7468); raises `Rejected` with certificate_malformed."""
    try:
        der = x509.load_pem_x509_certificate(block).public_bytes(Encoding.DER)
    except _UNREADABLE as error:
        raise Rejected("certificate_malformed", "authenticity", f"a certificate cannot be read: {error}") from error
    return load(der)


def _read(der: bytes, certificate: x509.Certificate) -> Certificate:
    extensions = certificate.extensions
    usage = _extension(extensions, x509.KeyUsage)
    constraints = _extension(extensions, x509.BasicConstraints)
    alternative = _extension(extensions, x509.SubjectAlternativeName) or ()
    extended = _extension(extensions, x509.ExtendedKeyUsage) or ()
    key, flaw = _key(certificate)
    return Certificate(
        der=der,
        fingerprint=sha256(der),
        key=key,
        common_names=tuple(str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        subject_der=certificate.subject.public_bytes(),
        issuer_der=certificate.issuer.public_bytes(),
        serial_number=certificate.serial_number,
        not_before=int(certificate.not_valid_before_utc.timestamp()),
        not_after=int(certificate.not_valid_after_utc.timestamp()),
        dns_names=tuple(name.value for name in alternative if isinstance(name, x509.DNSName)),
        ip_addresses=tuple(str(name.value) for name in alternative if isinstance(name, x509.IPAddress)),
        alternative_names=tuple(_alternative_name(name) for name in alternative),
        extended_key_usages=tuple(_USAGES.get(oid, oid.dotted_string) for oid in extended),
        is_ca=constraints is not None and constraints.ca,
        path_length=constraints.path_length if constraints else None,
        signs_content=usage.digital_signature if usage else None,
        signs_certificates=usage is not None and usage.key_cert_sign,
        self_signed=_is_self_signed(certificate),
        has_revocation_pointer=_has_revocation_pointer(extensions),
        flaw=flaw or _signature_flaw(certificate) or _extension_flaw(extensions),
        parsed=certificate,
    )


def check_usable(certificate: Certificate) -> None:
    """Check what holds for every certificate (key, signature algorithm, extensions); raises `Rejected`."""
    if certificate.flaw:
        raise _profile(certificate, certificate.flaw)


def check_signer(certificate: Certificate, *, pinned: bool) -> None:
    """Check the profile of a signer's certificate; raises `Rejected` with certificate_profile.

    `pinned`: it lies in a store itself and is self-signed (or lies in `keys/`), so that its usages say nothing.
    """
    check_usable(certificate)
    if len(certificate.common_names) != 1:
        raise _profile(certificate, f"it has {len(certificate.common_names)} common names instead of one")
    if not pinned and certificate.is_ca:
        raise _profile(certificate, "it is a CA")
    if not pinned and certificate.signs_content is False:
        raise _profile(certificate, "its keyUsage has no digitalSignature")


def check_issuer(certificate: Certificate, below: int) -> None:
    """Check the profile of an issuer with `below` intermediates between it and the signer; raises `Rejected`."""
    check_usable(certificate)
    if not certificate.is_ca:
        raise _profile(certificate, "it issued another but is no CA")
    if not certificate.signs_certificates:
        raise _profile(certificate, "it issued another but its keyUsage has no keyCertSign")
    if certificate.path_length is not None and below > certificate.path_length:
        raise _profile(certificate, f"it allows {certificate.path_length} intermediates below it, not {below}")


def _profile(certificate: Certificate, why: str) -> Rejected:
    return Rejected("certificate_profile", "authenticity", f"the certificate {certificate.subject!r}: {why}")


def _extension(extensions: x509.Extensions, kind: type[_T]) -> _T | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _key(certificate: x509.Certificate) -> tuple[PublicKey | None, str | None]:
    try:
        return PublicKey.of(certificate.public_key()), None
    except UnusableKey as error:
        return None, f"it has {error}"
    except UnsupportedAlgorithm:
        return None, "it has a key of an unknown algorithm"


def _signature_flaw(certificate: x509.Certificate) -> str | None:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        algorithm = None
    if isinstance(algorithm, hashes.SHA256 | hashes.SHA384 | hashes.SHA512):
        return None
    return "it is signed with " + (algorithm.name if algorithm else "an algorithm that is not read")


def _extension_flaw(extensions: x509.Extensions) -> str | None:
    for extension in extensions:
        if extension.critical and extension.oid not in _PROCESSED:
            return f"its critical extension {extension.oid.dotted_string} is not processed"
        # A constraint on names binds the CN as little as it binds other words, so a chain under one proves too much.
        if extension.oid == ExtensionOID.NAME_CONSTRAINTS:
            return "its name constraints are not processed"
    return None


def _is_self_signed(certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, *_UNREADABLE):
        return False
    return True


def _has_revocation_pointer(extensions: x509.Extensions) -> bool:
    access = _extension(extensions, x509.AuthorityInformationAccess) or ()
    return _extension(extensions, x509.CRLDistributionPoints) is not None or any(
        description.access_method == x509.oid.AuthorityInformationAccessOID.OCSP for description in access
    )


def _alternative_name(name: x509.GeneralName) -> str:
    match name:
        case x509.DNSName():
            return f"DNS:{name.value}"
        case x509.IPAddress():
            return f"IP:{name.value}"
        case x509.RFC822Name():
            return f"email:{name.value}"
        case x509.UniformResourceIdentifier():
            return f"URI:{name.value}"
        case x509.DirectoryName():
            return f"dirName:{name.value.rfc4514_string()}"
        case _:
            return f"other:{type(name).__name__}"
