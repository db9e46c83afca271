"""Keys, certificates, envelopes, trust and image layouts, made for the tests of the core.

Signatures are made with `cryptography` alone, never with the code under test. Keys come out of fixed numbers and ECDSA
is deterministic, so equal calls give equal bytes; only RSA keys differ from one run to the next.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, TypedDict, Unpack

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from cryptography.x509.oid import NameOID

from provider import certificate as certificates
from provider import document, oci
from provider.claims import Document, SourceCoverage, StoreType, Subject, TrustStore
from provider.document import Evidence, Target
from provider.keys import PublicKey
from provider.trust import KeyEntry, Trust
from provider.verify import Stored
from provider.withdrawals import SignatureName, Withdrawal, Withdrawals

AT: Final = 1_800_000_000
DAY: Final = 86_400
HOST: Final = "registry.wabbit-networks.io"
NAME: Final = f"{HOST}/net-monitor"
JWT_TYPE: Final = "application/vnd.cncf.notary.config.v2+jwt"
JSON_TYPE: Final = "application/vnd.cncf.notary.config.v2+json"

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey
Extension = tuple[x509.ExtensionType, bool]
Hash = hashes.SHA256 | hashes.SHA384 | hashes.SHA512
Json = Any

_HASHES: Final[dict[str, Hash]] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
_USAGES: Final = (
    "digital_signature",
    "content_commitment",
    "key_encipherment",
    "data_encipherment",
    "key_agreement",
    "key_cert_sign",
    "crl_sign",
    "encipher_only",
    "decipher_only",
)


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


MANIFEST: Final = compact(
    {
        "schemaVersion": 2,
        "mediaType": oci.IMAGE_MANIFEST,
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": "sha256:" + "c" * 64,
            "size": 7,
        },
        "layers": [],
    }
)


def digest_of(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def moment(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


# Keys.


@cache
def ec_key(number: int = 1, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(20_000 + number, curve())


@cache
def rsa_key(bits: int = 2048, number: int = 0) -> rsa.RSAPrivateKey:
    assert number >= 0
    return rsa.generate_private_key(65537, bits)


@cache
def ed_key(number: int = 1) -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)


def spki(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_pem(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def private_pem(key: PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def libtrust(key: PrivateKey) -> str:
    """RFC 4648 base32 of the first 30 bytes of SHA-256 of the SPKI, in twelve groups of four."""
    text = base64.b32encode(hashlib.sha256(spki(key)).digest()[:30]).decode()
    return ":".join(text[at : at + 4] for at in range(0, 48, 4))


def _int64(number: int) -> str:
    return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))


def jwk(key: PrivateKey, **members: Json) -> dict[str, Any]:
    """The public JWK, written by hand (RFC 7518 section 6, RFC 8037)."""
    public = key.public_key()
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return {"kty": "RSA", "n": _int64(numbers.n), "e": _int64(numbers.e), **members}
    if isinstance(public, ec.EllipticCurvePublicKey):
        point = public.public_numbers()
        size = (public.key_size + 7) // 8
        x, y = (base64url(number.to_bytes(size, "big")) for number in (point.x, point.y))
        names = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521", "secp256k1": "secp256k1"}
        return {"kty": "EC", "crv": names[public.curve.name], "x": x, "y": y, **members}
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return {"kty": "OKP", "crv": "Ed25519", "x": base64url(raw), **members}


# Certificates.


@dataclass(frozen=True)
class Party:
    """A key with its certificate, and the certificates between that and a root, which `x5c` carries."""

    key: PrivateKey
    certificate: x509.Certificate
    between: tuple[x509.Certificate, ...] = ()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        return (self.certificate, *self.between)

    @property
    def fingerprint(self) -> str:
        return digest_of(self.der)

    @property
    def public_key(self) -> str:
        return digest_of(spki(self.key))


def usage(*granted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in granted for name in _USAGES})


def name(*common_names: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, one) for one in common_names])


class Options(TypedDict, total=False):
    """What every kind of certificate can be told."""

    key: PrivateKey
    extensions: Sequence[Extension]
    not_before: int
    not_after: int
    serial: int
    hashed: Hash


def certify(
    cn: str | x509.Name,
    *,
    issuer: Party | None = None,
    key: PrivateKey | None = None,
    extensions: Iterable[Extension] = (),
    not_before: int = AT - 30 * DAY,
    not_after: int = AT + 30 * DAY,
    serial: int = 4711,
    hashed: Hash = _HASHES["256"],
) -> Party:
    """A certificate with exactly the extensions that are given; signed by itself where there is no issuer."""
    own = key or ec_key()
    subject = cn if isinstance(cn, x509.Name) else name(cn)
    signer = issuer.key if issuer else own
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(serial)
        .not_valid_before(datetime.fromtimestamp(not_before, UTC))
        .not_valid_after(datetime.fromtimestamp(not_after, UTC))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    deterministic = True if isinstance(signer, ec.EllipticCurvePrivateKey) else None
    algorithm = None if isinstance(signer, ed25519.Ed25519PrivateKey) else hashed
    made = builder.sign(signer, algorithm, ecdsa_deterministic=deterministic)
    above = issuer.chain if issuer and issuer.certificate.issuer != issuer.certificate.subject else ()
    return Party(own, made, above)


def authority(
    cn: str = "Wabbit Networks CA",
    *,
    issuer: Party | None = None,
    path_length: int | None = None,
    **options: Unpack[Options],
) -> Party:
    """A CA: basicConstraints and keyCertSign, both critical."""
    extensions = [
        (x509.BasicConstraints(ca=True, path_length=path_length), True),
        (usage("key_cert_sign", "crl_sign"), True),
        *options.get("extensions", ()),
    ]
    made: Options = {"key": ec_key(100), **options, "extensions": extensions}
    return certify(cn, issuer=issuer, **made)


def signer(
    cn: str | x509.Name = HOST,
    *,
    issuer: Party | None = None,
    names: Sequence[x509.GeneralName] = (),
    **options: Unpack[Options],
) -> Party:
    """A signing certificate: no CA, digitalSignature; with the alternative names that are given."""
    extensions: list[Extension] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (usage("digital_signature"), True),
        *options.get("extensions", ()),
    ]
    if names:
        extensions.append((x509.SubjectAlternativeName(names), False))
    made: Options = {**options, "extensions": extensions}
    return certify(cn, issuer=issuer, **made)


# Envelopes.


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw_signature(key: PrivateKey, algorithm: str, message: bytes) -> bytes:
    """A JOSE signature (RFC 7518 section 3), whether or not the algorithm fits the key's curve."""
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return key.sign(message)
    hashed = _HASHES[algorithm[2:]]
    if isinstance(key, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashed, deterministic_signing=True)))
        size = (key.key_size + 7) // 8
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")
    if algorithm.startswith("PS"):
        return key.sign(message, padding.PSS(padding.MGF1(hashed), hashed.digest_size), hashed)
    return key.sign(message, padding.PKCS1v15(), hashed)


def algorithm_of(key: PrivateKey) -> str:
    if isinstance(key, rsa.RSAPrivateKey):
        return "RS256"
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return "EdDSA"
    return {256: "ES256", 384: "ES384", 521: "ES512"}[key.key_size]


def x5c(chain: Iterable[x509.Certificate]) -> list[str]:
    return [base64.b64encode(one.public_bytes(Encoding.DER)).decode() for one in chain]


def stated(manifest: bytes = MANIFEST, **changes: Json) -> dict[str, Any]:
    """The claims over a manifest; a change to `...` takes a claim away."""
    claims = {
        "mediaType": oci.IMAGE_MANIFEST,
        "digest": digest_of(manifest),
        "size": len(manifest),
        "references": [f"{NAME}:v1"],
        "iat": AT - DAY,
        **changes,
    }
    return {member: value for member, value in claims.items() if value is not ...}


def named(party: Party) -> dict[str, Any]:
    return {"x5c": x5c(party.chain)}


def jws(header: Mapping[str, Any] | bytes, claims: Mapping[str, Any] | bytes, key: PrivateKey, algorithm: str) -> bytes:
    """A compact JWS over exactly this header and these claims."""
    parts = [one if isinstance(one, bytes) else compact(one) for one in (header, claims)]
    signed = ".".join(base64url(part) for part in parts).encode()
    return signed + b"." + base64url(raw_signature(key, algorithm, signed)).encode()


def jwt(party: Party, manifest: bytes = MANIFEST, *, header: Mapping[str, Any] | None = None, **claims: Json) -> bytes:
    """An nv2 JWT by the party's chain, with changes to claims and header (`...` takes a member away)."""
    algorithm = algorithm_of(party.key)
    members = {"typ": "x509", "alg": algorithm, **named(party), **(header or {})}
    kept = {member: value for member, value in members.items() if value is not ...}
    return jws(kept, stated(manifest, **claims), party.key, algorithm)


def kid_jwt(key: PrivateKey, manifest: bytes = MANIFEST, *, kid: str | None = None, **claims: Json) -> bytes:
    """An nv2 JWT that names its key by `kid`: by libtrust's id where nothing else is said."""
    algorithm = algorithm_of(key)
    header = {"typ": "x509", "alg": algorithm, "kid": kid or libtrust(key)}
    return jws(header, stated(manifest, **claims), key, algorithm)


def json_form(party: Party, manifest: bytes = MANIFEST, **claims: Json) -> bytes:
    """The older JSON form by the party's chain."""
    signed = compact(stated(manifest, **{"mediaType": ..., **claims}))
    algorithm = algorithm_of(party.key)
    signature = {
        "typ": "x509",
        "sig": base64.b64encode(raw_signature(party.key, algorithm, signed)).decode(),
        "alg": algorithm,
        **named(party),
    }
    return b'{"signed":' + signed + b',"signature":' + compact(signature) + b"}"


def malleated(envelope: bytes) -> bytes:
    """Another envelope of the same P-256 signature: s becomes n - s, which holds as well."""
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    signed, _, part = envelope.rpartition(b".")
    raw = base64.urlsafe_b64decode(part + b"==")
    s = order - int.from_bytes(raw[32:], "big")
    return signed + b"." + base64url(raw[:32] + s.to_bytes(32, "big")).encode()


# Trust.


def anchors(
    kind: StoreType, store: str, *certificates_: x509.Certificate
) -> list[tuple[TrustStore, certificates.Certificate]]:
    read = [of(one) for one in certificates_]
    return [(TrustStore(name=store, type=kind, fingerprint=one.fingerprint), one) for one in read]


def trusting(*roots: Party, store: str = "wabbit-networks", withdrawals: Iterable[Withdrawal] = ()) -> Trust:
    """Trust in these certificates, as one store of type ca."""
    return Trust(
        tuple(anchors("ca", store, *(root.certificate for root in roots))), (), Withdrawals(tuple(withdrawals))
    )


def key_entry(key: PrivateKey, store: str = "build", *, as_jwk: bool = False, algorithm: str | None = None) -> KeyEntry:
    """A key of a store, as a PEM file or a JWK gives it."""
    public = PublicKey.of(key.public_key())
    return KeyEntry(store, public, None, frozenset({public.libtrust_id, public.thumbprint}), as_jwk, algorithm)


class WithdrawnTarget(TypedDict, total=False):
    signature: SignatureName
    public_key: str
    certificate: str
    identity: str


def withdrawal(
    since: str = "2020-01-01T00:00:00Z", reason: str = "key leaked", **target: Unpack[WithdrawnTarget]
) -> Withdrawal:
    return Withdrawal(reason=reason, since=since, **target)


def write_files(folder: Path, files: Mapping[str, bytes]) -> Path:
    """Write files by their path below the folder; gives the folder."""
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    return folder


# Documents.


def stored(envelope: bytes, media_type: str | None = JWT_TYPE, source: str = "layout") -> Stored:
    return Stored(envelope, digest_of(envelope), media_type, source)


def answered(found: int, name_: str = "layout") -> SourceCoverage:
    return SourceCoverage(name=name_, kind="layout", status="answered", found=found)


def subject_of(manifest: bytes) -> Subject:
    return Subject(
        reference=f"{NAME}@{digest_of(manifest)}",
        registry=HOST,
        repository="net-monitor",
        tag=None,
        resolved_from="digest",
        media_type=oci.IMAGE_MANIFEST,
        digest=digest_of(manifest),
        size=len(manifest),
    )


def document_of(
    envelopes: Iterable[bytes | Stored],
    trust: Trust,
    *,
    at: int = AT,
    manifest: bytes = MANIFEST,
    max_age: int = 3600,
    platforms: Sequence[Target] = (),
) -> Document:
    """The document that one answering source with these envelopes gives."""
    listed = tuple(one if isinstance(one, Stored) else stored(one) for one in envelopes)
    target = Target(oci.identify(manifest), Evidence(listed, (answered(len(listed)),)))
    return document.build(subject_of(manifest), target, platforms, trust, at=at, max_age=max_age)


# Image layouts.


class Layout:
    """An OCI image layout that is written as a test wants it, honest or not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.entries: list[Any] = []
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "oci-layout").write_bytes(compact({"imageLayoutVersion": "1.0.0"}))
        self.write()

    def path(self, digest: str) -> Path:
        return self.folder / "blobs" / digest.replace(":", "/")

    def blob(self, data: bytes, media_type: str = oci.IMAGE_MANIFEST, **members: Json) -> dict[str, Any]:
        """Store a blob; gives its descriptor."""
        self.path(digest_of(data)).write_bytes(data)
        return described(data, media_type, **members)

    def add(self, data: bytes, media_type: str = oci.IMAGE_MANIFEST, **members: Json) -> dict[str, Any]:
        """Store a manifest and list it in index.json; gives its descriptor."""
        descriptor = self.blob(data, media_type, **members)
        self.list(descriptor)
        return descriptor

    def list(self, *descriptors: Json) -> None:
        self.entries += descriptors
        self.write()

    def tag(self, data: bytes, tag: str, media_type: str = oci.IMAGE_MANIFEST) -> dict[str, Any]:
        return self.add(data, media_type, annotations={oci.REF_NAME: tag})

    def sign(self, envelope: bytes, manifest: bytes = MANIFEST, media_type: str = JWT_TYPE) -> dict[str, Any]:
        """Attach an envelope to a manifest by `subject`; gives the referrer's descriptor."""
        return self.add(referrer(self.blob(envelope, media_type), described(manifest)))

    def write(self) -> None:
        self.replace_index(compact({"schemaVersion": 2, "mediaType": oci.IMAGE_INDEX, "manifests": self.entries}))

    def replace_index(self, data: bytes) -> None:
        """Put another index.json in place in one step, as tools do."""
        new = self.folder / "index.json.new"
        new.write_bytes(data)
        new.replace(self.folder / "index.json")


def described(data: bytes, media_type: str = oci.IMAGE_MANIFEST, **members: Json) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(data), "size": len(data), **members}


def referrer(config: Mapping[str, Any], subject: Mapping[str, Any] | None, **members: Json) -> bytes:
    """An image manifest without layers whose config is a signature."""
    body = {"schemaVersion": 2, "mediaType": oci.IMAGE_MANIFEST, "config": config, "layers": [], **members}
    return compact({**body, "subject": subject} if subject else body)


def image_index(*manifests: Mapping[str, Any], **members: Json) -> bytes:
    return compact({"schemaVersion": 2, "mediaType": oci.IMAGE_INDEX, "manifests": manifests, **members})


def numbered_manifest(number: int) -> bytes:
    """Different manifests for different numbers."""
    return MANIFEST.replace(b'"size":7', b'"size":%d' % (1000 + number))


def of(certificate: x509.Certificate) -> certificates.Certificate:
    """A certificate that was just made, as the provider reads it."""
    return certificates.load(certificate.public_bytes(Encoding.DER))
