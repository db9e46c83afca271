"""What a source of images and signatures is: something configured, asked for manifests and for signature envelopes.

A source states what it holds and how it answered. It verifies nothing but that content is what its digest says, and a
source that fails loses its own answer alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from provider.claims import Problem, SourceKind, SourceStatus
from provider.oci import Manifest
from provider.reference import Reference
from provider.verify import Stored

MAX_SIGNATURES: Final = 100
"""Signature envelopes that are read for one manifest from one source; more are counted, and said to be cut."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a source holds over one manifest: the envelopes that were read, and how many there are."""

    envelopes: tuple[Stored, ...]
    count: int
    status: SourceStatus = "answered"
    problems: tuple[Problem, ...] = ()


def found(source: str, envelopes: Iterable[Stored], count: int, problems: Iterable[Problem]) -> Found:
    """What a source found, with the status that follows.

    It is failed where something could not be read, else truncated where there is more than is read.
    """
    listed, kept = tuple(problems), tuple(envelopes)
    if count <= MAX_SIGNATURES:
        return Found(kept, count, "failed" if listed else "answered", listed)
    cut = Problem(
        code="limit_reached",
        message=f"{source}: holds {count} signatures over the manifest, {MAX_SIGNATURES} of them are read",
        retryable=False,
    )
    return Found(kept, count, "failed" if listed else "truncated", (*listed, cut))


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
