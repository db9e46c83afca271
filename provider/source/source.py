"""What a source of images and signatures is: something configured, asked for manifests and for signature envelopes.

A source states what it holds and how it answered. It verifies nothing but that content is what its digest says, and a
source that fails loses its own answer alone.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeVar

from provider import claims
from provider.claims import Problem, SourceKind, SourceStatus
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Refused, Unavailable
from provider.oci import Manifest
from provider.reading import read_start
from provider.reference import Reference
from provider.verify import Stored

MAX_SIGNATURES: Final = 100
"""Signature envelopes that are read for one manifest from one source; more are counted, and said to be cut."""


MAX_BYTES: Final = 8 * 1024 * 1024
"""Bytes of envelopes that are read for one manifest from one source."""

MAX_HASHED: Final = 16 * 1024 * 1024
"""The largest file whose digest is taken to say that it is too large for an envelope."""

TOO_LARGE: Final = bytes(MAX_ENVELOPE + 1)
"""Stands for the bytes of every envelope over the cap: nobody looks at them, and one copy serves all."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Found:
    """What a source holds over one manifest: the envelopes that were read, and how many there are."""

    envelopes: tuple[Stored, ...]
    count: int
    status: SourceStatus = "answered"
    problems: tuple[Problem, ...] = ()


def collect(
    source: str, candidates: Sequence[_T], stored: Callable[[_T], Stored], problems: Iterable[Problem] = ()
) -> Found:
    """Read the signature envelopes that a source found, up to `MAX_SIGNATURES` and `MAX_BYTES` of them.

    `stored` reads one and may raise `Unavailable` or `Refused`, which costs that one. The status is failed where
    something could not be read, else truncated where there is more than is read.
    """
    kept: list[Stored] = []
    failures = list(problems)
    left, looked_at = MAX_BYTES, 0
    for candidate in candidates[:MAX_SIGNATURES]:
        if left <= 0:
            break
        looked_at += 1
        try:
            envelope = stored(candidate)
        except (Unavailable, Refused) as error:
            retryable = error.retryable if isinstance(error, Unavailable) else True
            failures.append(claims.problem("blob_unavailable", f"{source}: {error.message}", retryable))
        else:
            kept.append(envelope)
            left -= 0 if envelope.data is TOO_LARGE else len(envelope.data)
    status: SourceStatus = "failed" if failures else "answered"
    if looked_at < len(candidates):
        status = "failed" if failures else "truncated"
        why = f"{source}: holds {len(candidates)} signatures over the manifest, {looked_at} of them are read"
        failures.append(claims.problem("limit_reached", why, retryable=False))
    return Found(tuple(kept), len(candidates), status, tuple(failures))


def stored_file(path: Path, media_type: str | None, source: str) -> Stored:
    """An envelope out of a file of any size; one over its cap is known by its digest alone. Raises `Refused`."""
    data, digest = read_start(path, MAX_ENVELOPE, hashed=MAX_HASHED)
    return Stored(data if len(data) <= MAX_ENVELOPE else TOO_LARGE, digest, media_type, source)


class Source(Protocol):
    """One configured source. Its methods may be called from several threads at once."""

    @property
    def name(self) -> str:
        """As configured; it stands in documents."""

    @property
    def kind(self) -> SourceKind:
        """Of which kind it is."""

    def serves(self, repository: str) -> bool:
        """Whether it is configured for `registry/repository`."""

    def fetch(self, reference: Reference) -> Manifest | None:
        """The manifest of a normalised reference, None where the source does not know it.

        Raises `Unavailable` (source_failed, blob_unavailable) when that cannot be found out.
        """

    def signatures(self, repository: str, digest: str, /) -> Found:
        """The signature envelopes over a manifest of `registry/repository`; raises `Unavailable` (source_failed)."""
