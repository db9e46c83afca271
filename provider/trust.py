"""Trust: which certificates and keys anchor a signer, read from the trust folder.

    x509/{ca,signingAuthority,tsa}/<store>/*   certificates, PEM or DER; every one is an anchor
    keys/<store>/*                             JWK, JWKS, PEM public keys and certificates, looked up by `kid`

A store vouches for a signer; which store may vouch for which registry is policy. A file that cannot be read makes the
whole folder unusable, for a store that silently lost an anchor would be found out by an outage.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar, cast

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from jwcrypto.common import JWException

from provider import canonical, certificate, strict
from provider.certificate import Certificate
from provider.claims import StoreType, TrustStore
from provider.errors import Refused, Rejected
from provider.keys import PUBLIC_MEMBERS, SECRET_MEMBERS, PublicKey, UnusableKey, jwk
from provider.reading import exists, read
from provider.withdrawals import MAX_BYTES as MAX_WITHDRAWALS
from provider.withdrawals import Withdrawals
from provider.withdrawals import parse as parse_withdrawals

MAX_FILE: Final = 4 * 1024 * 1024
X509_TYPES: Final[tuple[StoreType, ...]] = ("ca", "signingAuthority", "tsa")

_T = TypeVar("_T")
_K = TypeVar("_K")
_V = TypeVar("_V")

_STORE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")
_PEM_BLOCK: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,64})-----[^-]*-----END \1-----")


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """A key of a store under `keys/`: with its certificate, where it was given as one, and the names it goes by.

    `given_as_jwk` opens the wider table of algorithms; a JWK's own `alg` narrows it to that one.
    """

    store: str
    key: PublicKey
    certificate: Certificate | None
    names: frozenset[str]
    given_as_jwk: bool = False
    algorithm: str | None = None

    @property
    def anchor(self) -> TrustStore:
        """The store, as a document names it."""
        fingerprint = self.certificate.fingerprint if self.certificate else self.key.spki_digest
        return TrustStore(name=self.store, type="keys", fingerprint=fingerprint)


@dataclass(frozen=True)
class Trust:
    """Everything that the operator trusts at one moment, and withdraws. Immutable; `digest` names its content."""

    anchors: tuple[tuple[TrustStore, Certificate], ...] = ()
    key_entries: tuple[KeyEntry, ...] = ()
    withdrawals: Withdrawals = field(default_factory=Withdrawals)
    digest: str = field(init=False)
    by_fingerprint: Mapping[str, tuple[TrustStore, ...]] = field(init=False, repr=False)
    by_subject: Mapping[bytes, tuple[Certificate, ...]] = field(init=False, repr=False)
    by_key_name: Mapping[str, tuple[KeyEntry, ...]] = field(init=False, repr=False)
    chain_memory: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        by_subject = _grouped((anchor.subject_der, anchor) for _, anchor in self.anchors)
        for name, value in {
            "by_fingerprint": _grouped((anchor.fingerprint, store) for store, anchor in self.anchors),
            "by_subject": {name: tuple(dict.fromkeys(found)) for name, found in by_subject.items()},
            "by_key_name": _grouped((name, entry) for entry in self.key_entries for name in entry.names),
            "digest": self._digest(),
        }.items():
            object.__setattr__(self, name, MappingProxyType(value) if isinstance(value, dict) else value)

    def _digest(self) -> str:
        stores = [[store.type, store.name, store.fingerprint] for store, _ in self.anchors]
        keys = [
            ["keys", entry.store, entry.anchor.fingerprint, sorted(entry.names), entry.given_as_jwk, entry.algorithm]
            for entry in self.key_entries
        ]
        withdrawn = [msgspec.to_builtins(entry) for entry in self.withdrawals.entries]
        return canonical.identifier([sorted(stores), sorted(keys, key=str), sorted(withdrawn, key=str)])


def load(folder: Path, withdrawals: Path | None = None) -> Trust:
    """Read a trust folder and a withdrawals file; raises `Refused` (trust_invalid, withdrawals_invalid, file_*)."""
    if not exists(folder):
        raise Refused("trust_invalid", f"{folder}: no such folder")
    if not _listing(folder / "x509") and not _listing(folder / "keys"):
        _check_begun(folder)
    _no_strangers(folder / "x509", X509_TYPES)
    anchors = tuple(
        (TrustStore(name=store.name, type=kind, fingerprint=one.fingerprint), one)
        for kind in X509_TYPES
        for store in _stores(folder / "x509" / kind)
        for one in dict.fromkeys(_read_store(store, _certificates))
    )
    entries = tuple(entry for store in _stores(folder / "keys") for entry in _read_store(store, _key_entries))
    listed = parse_withdrawals(read(withdrawals, MAX_WITHDRAWALS), str(withdrawals)) if withdrawals else Withdrawals()
    return Trust(anchors, entries, listed)


def files(folder: Path) -> Iterator[Path]:
    """Every folder and file that `load` reads, links followed; raises `Refused` where that cannot be found out."""
    yield folder
    for part in (*(folder / "x509" / kind for kind in X509_TYPES), folder / "keys"):
        yield from (part.parent, part)
        for store in _listing(part):
            yield store
            yield from _listing(store) if store.is_dir() else ()


def _check_begun(folder: Path) -> None:
    if not any(os.path.isdir(folder / part) for part in ("x509", "keys")):  # noqa: PTH112  # never raises
        raise Refused("trust_invalid", f"{folder}: is no trust folder: neither x509/ nor keys/ is in it")


def is_store_name(text: str) -> bool:
    """Whether a store may be called that: `[A-Za-z0-9_.-]+`, and no name that the file system has for itself."""
    return _STORE_NAME.fullmatch(text) is not None and text not in (".", "..")


def _no_strangers(folder: Path, known: tuple[str, ...]) -> None:
    for entry in _listing(folder):
        if entry.name not in known:
            raise Refused("trust_invalid", f"{entry}: is none of {', '.join(known)}")


def _stores(folder: Path) -> list[Path]:
    stores = _listing(folder)
    for store in stores:
        if not is_store_name(store.name) or not os.path.isdir(store):  # noqa: PTH112  # never raises
            raise Refused("trust_invalid", f"{store}: a store is a folder whose name has only A-Z a-z 0-9 _ . -")
    return stores


def _listing(folder: Path) -> list[Path]:
    """The entries of a folder that may be absent, sorted; those with a leading dot are not ours (..data).

    A link that leads nowhere is not absent: what it led to was trusted.
    """
    if not os.path.lexists(folder):
        return []
    try:
        return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))
    except OSError as error:
        raise Refused("trust_invalid", f"{folder}: {error.strerror}") from error


def _read_store(store: Path, reader: Callable[[Path, bytes], Iterator[_T]]) -> list[_T]:
    found: list[_T] = []
    for file in _listing(store):
        try:
            found += reader(file, read(file, MAX_FILE))
        except (
            Rejected,
            UnusableKey,
            strict.Malformed,
            JWException,
            UnsupportedAlgorithm,
            ValueError,
            TypeError,
            KeyError,
        ) as error:
            raise Refused("trust_invalid", f"{file}: {error or type(error).__name__}") from error
    if not found:
        raise Refused("trust_invalid", f"{store}: the store holds no certificate and no key")
    return found


def _certificates(_file: Path, data: bytes) -> Iterator[Certificate]:
    """Certificates of an x509 store: PEM, any number of them, or one in DER."""
    if not _is_pem(data):
        yield certificate.load(data)
        return
    for label, block in pem_blocks(data):
        if label != "CERTIFICATE":
            raise ValueError(f"it holds a {label}, and only certificates belong into an x509 store")
        yield certificate.load_pem(block)


def _key_entries(file: Path, data: bytes) -> Iterator[KeyEntry]:
    """Keys of a store under `keys/`: JWK, JWK set, or PEM and DER of public keys and certificates."""
    store = file.parent.name
    if data.lstrip()[:1] in (b"{", b"["):
        yield from _jwk_entries(store, data)
    elif not _is_pem(data):
        yield _certificate_entry(store, certificate.load(data))
    else:
        for label, block in pem_blocks(data):
            if label == "CERTIFICATE":
                yield _certificate_entry(store, certificate.load_pem(block))
            elif label == "PUBLIC KEY":
                key = PublicKey.of(load_pem_public_key(block))
                yield KeyEntry(store, key, None, frozenset({key.libtrust_id, key.thumbprint}))
            else:
                raise ValueError(f"it holds a {label}, and only public keys and certificates belong into a key store")


def _certificate_entry(store: str, one: Certificate) -> KeyEntry:
    if one.key is None:
        raise ValueError(f"the certificate {one.subject!r}: {one.flaw}")
    return KeyEntry(store, one.key, one, frozenset({one.key.libtrust_id, one.key.thumbprint}))


def _is_pem(data: bytes) -> bool:
    return b"-----BEGIN" in data


def pem_blocks(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Every PEM block (RFC 7468) with its label; what stands between them is explanation."""
    blocks = list(_PEM_BLOCK.finditer(data))
    if len(blocks) != data.count(b"-----BEGIN"):
        raise ValueError("it has a PEM block that does not end")
    return ((block[1].decode("ascii"), block[0]) for block in blocks)


def _jwk_entries(store: str, data: bytes) -> Iterator[KeyEntry]:
    document = strict.loads(data)
    if not isinstance(document, dict):
        raise strict.Malformed("it is neither a JWK nor a JWK set")
    keys = document.get("keys", [document])
    if not isinstance(keys, list) or not all(isinstance(one, dict) for one in keys):
        raise strict.Malformed("keys is not a list of JWKs")
    for members in keys:
        yield _jwk_entry(store, members)


def _jwk_entry(store: str, members: dict[str, Any]) -> KeyEntry:
    """One JWK (RFC 7517 section 4). `use` and `key_ops` are honoured: a key for encryption signs nothing."""
    if not SECRET_MEMBERS.isdisjoint(members):
        raise ValueError("a private or secret key does not belong into a trust folder")
    if members.get("use", "sig") != "sig" or "verify" not in _key_ops(members, "verify"):
        raise ValueError("the JWK is not for verifying signatures (use, key_ops)")
    kid, algorithm = members.get("kid"), members.get("alg")
    if not all(one is None or (isinstance(one, str) and one) for one in (kid, algorithm)):
        raise ValueError("kid and alg must be strings")
    key = PublicKey.of(cast("PublicKeyTypes", jwk(members, PUBLIC_MEMBERS).get_op_key("verify")))
    names = {key.libtrust_id, key.thumbprint, *([kid] if kid else [])}
    return KeyEntry(store, key, None, frozenset(names), given_as_jwk=True, algorithm=algorithm)


def _key_ops(members: dict[str, Any], usual: str) -> list[Any]:
    found = members.get("key_ops", [usual])
    if not isinstance(found, list):
        raise strict.Malformed("key_ops is no list")
    return found


def _grouped(pairs: Iterable[tuple[_K, _V]]) -> dict[_K, tuple[_V, ...]]:
    groups: dict[_K, tuple[_V, ...]] = {}
    for key, value in pairs:
        groups[key] = (*groups.get(key, ()), value)
    return groups
