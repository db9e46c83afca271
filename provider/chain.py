"""Chains: from a signer's certificate to the anchors that the trust stores hold. Nothing here looks at a date.

A chain is what the envelope carries, leaf first, each certificate issued by the next. A path is as much of it as one
anchor needs. Whether a path holds is the same at every moment, so it is worked out once for each trust configuration.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from provider.certificate import Certificate, check_issuer, check_signer, check_usable
from provider.claims import CheckName, StoreType, TrustStore
from provider.errors import Rejected
from provider.trust import Trust

_REMEMBERED: Final = 4096


@dataclass(frozen=True, slots=True)
class Path:
    """Certificates from the signer's to an anchor, both included, and the stores that hold that anchor."""

    certificates: tuple[Certificate, ...]
    stores: tuple[TrustStore, ...]

    @property
    def anchor(self) -> Certificate:
        """The last one."""
        return self.certificates[-1]


@dataclass(frozen=True, slots=True)
class _Broken:
    """Why there is no path, as it is remembered."""

    code: str
    check: CheckName
    message: str


def anchor(chain: tuple[Certificate, ...], trust: Trust, store_type: StoreType) -> tuple[Path, ...]:
    """Every path from the chain's leaf to an anchor in a store of the type, the shortest first; never empty.

    Checks links, profile and key usage of the whole chain (RFC 5280 section 6.1, without dates and revocation).
    Raises `Rejected` with chain_broken, certificate_profile or untrusted.
    """
    key = (store_type, *(one.fingerprint for one in chain))
    found = trust.chain_memory.get(key)
    if found is None:
        try:
            found = _anchor(chain, trust, store_type)
        except Rejected as rejection:
            # Not the exception itself: it would keep the frames of where it was raised, and all that they hold.
            found = _Broken(rejection.code, rejection.check, rejection.message)
        if len(trust.chain_memory) >= _REMEMBERED:
            trust.chain_memory.clear()
        trust.chain_memory[key] = found
    if isinstance(found, _Broken):
        raise Rejected(found.code, found.check, found.message)
    paths: tuple[Path, ...] = found
    return paths


def _anchor(chain: tuple[Certificate, ...], trust: Trust, store_type: StoreType) -> tuple[Path, ...]:
    for one in chain:
        check_usable(one)  # said first: a link by SHA-1 does not hold either, and that would read as a stranger's
    for place, (one, issuer) in enumerate(pairwise(chain)):
        if not one.issued_by(issuer):
            why = f"certificate {place + 1} of {len(chain)}, {one.subject!r}, is not issued by the next one"
            raise Rejected("chain_broken", "authenticity", why)
    paths = tuple(_paths(chain, trust, store_type))
    if not paths:
        why = f"no store of type {store_type} anchors the chain of {chain[0].subject!r}"
        raise Rejected("untrusted", "authenticity", why)
    sound, flaw = [], None
    for path in paths:
        try:
            _check_profile(chain, path)
            sound.append(path)
        except Rejected as rejection:
            flaw = flaw or rejection
    if flaw and not sound:
        raise flaw
    return tuple(sorted(sound, key=lambda path: (len(path.certificates), path.anchor.fingerprint)))


def _paths(chain: tuple[Certificate, ...], trust: Trust, store_type: StoreType) -> Iterator[Path]:
    carried = {one.fingerprint for one in chain}
    for place, one in enumerate(chain):
        up_to = chain[: place + 1]
        if stores := _stores(trust, one, store_type):
            yield Path(up_to, stores)
        for issuer in trust.by_subject.get(one.issuer_der, ()):
            stores = _stores(trust, issuer, store_type)
            if stores and issuer.fingerprint not in carried and one.issued_by(issuer):
                yield Path((*up_to, issuer), stores)


def _stores(trust: Trust, one: Certificate, store_type: StoreType) -> tuple[TrustStore, ...]:
    return tuple(store for store in trust.by_fingerprint.get(one.fingerprint, ()) if store.type == store_type)


def _check_profile(chain: tuple[Certificate, ...], path: Path) -> None:
    """The signer's profile, and the issuers': those of the path, and those that the envelope carries beyond it."""
    leaf = chain[0]
    check_signer(leaf, pinned=leaf.self_signed and path.anchor is leaf)
    for issuers in dict.fromkeys((path.certificates[1:], chain[1:])):
        below = 0
        for issuer in issuers:
            check_issuer(issuer, below)
            below += issuer.subject_der != issuer.issuer_der
