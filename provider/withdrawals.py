"""Withdrawals: the operator's own list of signatures, keys, certificates and identities that no longer count.

The file is JSON, `{"version": "1", "withdrawals": [{one of signature | publicKey | certificate | identity, reason,
since}]}`, and closed: a member that is not known here is an error, for a mistyped withdrawal would withdraw nothing.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec

from provider import instant, strict
from provider.claims import Sha256
from provider.errors import Refused

MAX_BYTES: Final = 4 * 1024 * 1024

_IDENTITY: Final = re.compile(r"(?:ca|signingAuthority|keys):[A-Za-z0-9_.-]+/.+", re.DOTALL)


class SignatureName(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    """What identifies a signature: the key that made it and the SHA-256 of the bytes that it covers."""

    public_key: Sha256
    statement: Sha256


class Withdrawal(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True, omit_defaults=True):
    """One entry of the file, as it stands; exactly one of the first four is set."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)]
    since: str
    signature: SignatureName | None = None
    public_key: Sha256 | None = None
    certificate: Sha256 | None = None
    identity: Annotated[str, msgspec.Meta(max_length=1024)] | None = None

    def target(self) -> SignatureName | str | None:
        """What is withdrawn, whichever of the four it is."""
        return self.signature or self.public_key or self.certificate or self.identity


class WithdrawalsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    version: str
    withdrawals: tuple[Withdrawal, ...] = ()


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A withdrawal that concerns a signature: it holds for every moment at or after `since` (seconds)."""

    since: int
    reason: str


class Withdrawals:
    """The list, ready to be asked. An empty one withdraws nothing."""

    def __init__(self, entries: Iterable[Withdrawal] = ()) -> None:
        self.entries = tuple(entries)
        self._by_target: dict[SignatureName | tuple[str, str], list[Withdrawn]] = {}
        for entry in self.entries:
            for kind in ("signature", "public_key", "certificate", "identity"):
                target = getattr(entry, kind)
                if target is not None:
                    key = target if isinstance(target, SignatureName) else (kind, target)
                    withdrawn = Withdrawn(instant.parse(entry.since), entry.reason)
                    self._by_target.setdefault(key, []).append(withdrawn)

    def concerning(
        self,
        *,
        signature: SignatureName,
        public_keys: Iterable[str],
        certificates: Iterable[str],
        identities: Iterable[str],
    ) -> Iterator[Withdrawn]:
        """Every withdrawal of the signature, or of a key, a certificate or an identity in its chain."""
        if not self._by_target:
            return
        yield from self._by_target.get(signature, ())
        for kind, targets in (("public_key", public_keys), ("certificate", certificates), ("identity", identities)):
            for target in targets:
                yield from self._by_target.get((kind, target), ())


def parse(data: bytes, where: str) -> Withdrawals:
    """Read the file's bytes; raises `Refused` with withdrawals_invalid and the place (`where` names the file)."""
    try:
        strict.loads(data)
        file = msgspec.json.decode(data, type=WithdrawalsFile)
    except (strict.Malformed, msgspec.DecodeError, RecursionError) as error:
        raise _invalid(where, str(error)) from error
    if file.version != "1":
        raise _invalid(where, f'version {file.version!r} is not "1"')
    for number, entry in enumerate(file.withdrawals):
        check(entry, f"{where}: withdrawals[{number}]")
    return Withdrawals(file.withdrawals)


def check(entry: Withdrawal, where: str) -> None:
    """Check what the types do not say: one target, its identity's form, the time; raises `Refused`."""
    targets = [entry.signature, entry.public_key, entry.certificate, entry.identity]
    if sum(target is not None for target in targets) != 1:
        raise _invalid(where, "exactly one of signature, publicKey, certificate and identity must stand")
    if entry.identity is not None and not _IDENTITY.fullmatch(entry.identity):
        raise _invalid(where, f"{entry.identity!r} is no identity: write ca:<store>/<CN>")
    try:
        instant.parse(entry.since)
    except ValueError as error:
        raise _invalid(where, f"since: {error}") from error


def _invalid(where: str, why: str) -> Refused:
    return Refused("withdrawals_invalid", f"{where}: {why}")
