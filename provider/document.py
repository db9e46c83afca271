"""The document: what was found out about one image, put into the three lists, bounded, dated and named.

Equal signatures are merged, so that a malleable or stripped copy neither counts twice nor takes a good one down. The
order of every list is stated, so that equal facts give equal bytes and one id (RFC 8785).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from provider import VERSION, canonical, claims, instant
from provider.claims import Document, Invalidated, Rejection, Signature
from provider.oci import Content, Descriptor
from provider.trust import Trust
from provider.verify import Stored, Verified, verify

MAX_BYTES: Final = 64 * 1024
MAX_FIRST_REJECTED: Final = 16
MAX_PROBLEMS: Final = 32
UNSETTLED_SECONDS: Final = 30
"""How long a document stands at most in which something is unknown, or nothing is sound."""

_UNNAMED: Final = "sha256:" + "0" * 64


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sources gave for one manifest: its signature envelopes, and how each source answered.

    `truncated`: there is more than was looked at for a reason other than a source's own.
    """

    envelopes: tuple[Stored, ...] = ()
    coverage: tuple[claims.SourceCoverage, ...] = ()
    problems: tuple[claims.Problem, ...] = ()
    truncated: bool = False

    @property
    def complete(self) -> bool:
        """Whether every source answered and nothing was cut."""
        return not self.truncated and all(one.status == "answered" for one in self.coverage)


@dataclass(frozen=True, slots=True)
class Target:
    """A manifest with the evidence for it; below an index, with the descriptor that lists it.

    `content` None: no source knows the manifest.
    """

    content: Content | None
    evidence: Evidence
    listed: Descriptor | None = None


@dataclass(frozen=True, slots=True)
class _Verdicts:
    """The three lists for one manifest, and the moments at which one of them may change."""

    signatures: tuple[Signature, ...] = ()
    invalidated: tuple[Invalidated, ...] = ()
    rejected: claims.Rejected = field(default_factory=lambda: claims.Rejected(count=0, by_code={}, first=()))
    instants: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Part:
    """What is stated about the image's own manifest, or about one platform's; `digest` is the platform's."""

    digest: str
    size: int
    platform: claims.Platform | None
    verdicts: _Verdicts
    coverage: tuple[claims.SourceCoverage, ...]
    complete: bool
    problems: tuple[claims.Problem, ...]


def build(
    subject: claims.Subject, target: Target, platforms: Iterable[Target], trust: Trust, *, at: int, max_age: int
) -> Document:
    """Verify everything that was found for an image at the moment `at`, and state it.

    `platforms` are taken one after the other, so that the envelopes of one are gone before the next one's are there.
    `max_age`: seconds after which the document is to be made anew even where no fact in it has a date.
    """
    parts = [_part(target, trust, at), *(_part(platform, trust, at) for platform in platforms)]
    own, below = parts[0], parts[1:]
    complete = all(part.complete for part in parts)
    problems = tuple(dict.fromkeys(problem for part in parts for problem in part.problems))
    if len(problems) > MAX_PROBLEMS:
        problems, complete = _first(problems), False
    moments = {at + max_age}.union(*(part.verdicts.instants for part in parts))
    unknown = any(one.revocation.status == "unknown" for part in parts for one in part.verdicts.signatures)
    if problems or unknown or not complete or not own.verdicts.signatures:
        moments.add(at + UNSETTLED_SECONDS)
    document = Document(
        version="1",
        id=_UNNAMED,
        subject=subject,
        verified_at=instant.text(at),
        valid_until=instant.text(min(moment for moment in moments if moment > at)),
        verifier=claims.Verifier(version=VERSION, trust=trust.digest),
        coverage=claims.Coverage(complete=complete, sources=own.coverage),
        signatures=own.verdicts.signatures,
        invalidated=own.verdicts.invalidated,
        rejected=own.verdicts.rejected,
        platforms=tuple(_platform(part) for part in below),
        problems=problems,
    )
    return named(_bounded(document, at))


def unnamed(content: Content) -> claims.Subject:
    """The subject of a document about a manifest that nobody asked for by a name."""
    return claims.Subject(
        reference=None,
        registry=None,
        repository=None,
        tag=None,
        resolved_from=None,
        media_type=content.media_type,
        digest=content.digest,
        size=content.size,
    )


def encode(document: Document) -> bytes:
    """The document as compact JSON."""
    return msgspec.json.encode(document)


def named(document: Document) -> Document:
    """The document with its id: SHA-256 of the canonical JSON of all but id, verifiedAt and validUntil."""
    members = msgspec.to_builtins(document)
    for name in ("id", "verifiedAt", "validUntil"):
        del members[name]
    return msgspec.structs.replace(document, id=canonical.identifier(members))


def _part(target: Target, trust: Trust, at: int) -> _Part:
    evidence, content, listed = target.evidence, target.content, target.listed
    return _Part(
        digest=listed.digest if listed else "",
        size=content.size if content else listed.size if listed else 0,
        platform=listed.platform if listed else None,
        verdicts=_verdicts(evidence.envelopes, content, trust, at) if content else _Verdicts(),
        coverage=evidence.coverage,
        complete=evidence.complete,
        problems=evidence.problems,
    )


def _verdicts(envelopes: Iterable[Stored], content: Content, trust: Trust, at: int) -> _Verdicts:
    verified: dict[tuple[str, str, str | None], list[Verified]] = {}
    rejected: dict[str, Rejection] = {}
    for stored in sorted(envelopes, key=lambda one: (one.digest, one.media_type or "", one.source)):
        result = verify(stored, content, trust, at)
        if isinstance(result, Rejection):
            # The same bytes, from two sources or under two media types, are one envelope.
            rejected.setdefault(result.digest, result)
        else:
            signer = result.signature.signer
            leaf = signer.certificate.fingerprint if signer.certificate else None
            verified.setdefault((signer.public_key, result.signature.statement, leaf), []).append(result)
    merged = sorted((_merge(copies) for copies in verified.values()), key=_order)
    accepted = {digest for one in merged for digest in one.signature.digests}
    return _Verdicts(
        signatures=tuple(one.signature for one in merged if not one.reasons),
        invalidated=tuple(_invalidated(one) for one in merged if one.reasons),
        rejected=_rejected(one for one in rejected.values() if one.digest not in accepted),
        instants=frozenset[int]().union(*(one.instants for one in merged)),
    )


def _first(problems: tuple[claims.Problem, ...]) -> tuple[claims.Problem, ...]:
    """As many problems as anybody reads, and how many more there are."""
    more = f"{len(problems) - MAX_PROBLEMS} more problems were left out"
    return (*problems[:MAX_PROBLEMS], claims.problem("document_truncated", more, retryable=True))


def _merge(copies: list[Verified]) -> Verified:
    """One entry out of copies of one signature.

    The copy with the fewest reasons stands, with the stores of all that are as good. Every digest is listed, and every
    copy's dates count.
    """
    best = min(copies, key=_copy_order)
    equal = [one.signature.signer for one in copies if one.reasons == best.reasons]
    digests = tuple(sorted({one.signature.digest for one in copies}))
    signer = msgspec.structs.replace(
        best.signature.signer,
        identities=tuple(sorted({identity for signer in equal for identity in signer.identities})),
        trust_stores=claims.ordered_stores(store for signer in equal for store in signer.trust_stores),
    )
    signature = msgspec.structs.replace(best.signature, digest=digests[0], digests=digests, signer=signer)
    return Verified(signature, best.reasons, frozenset[int]().union(*(one.instants for one in copies)))


def _copy_order(one: Verified) -> tuple[int, str, str, str]:
    return len(one.reasons), one.signature.digest, one.signature.media_type, one.signature.source


def _order(one: Verified) -> tuple[str, str, str, str]:
    signature = one.signature
    return signature.format, signature.statement, signature.signer.public_key, signature.digest


def _invalidated(one: Verified) -> Invalidated:
    fields = {name: getattr(one.signature, name) for name in Signature.__struct_fields__}
    return Invalidated(**fields, reasons=one.reasons)


def _rejected(rejections: Iterable[Rejection]) -> claims.Rejected:
    listed = sorted(rejections, key=lambda one: (one.digest, one.code))
    return claims.Rejected(
        count=len(listed),
        by_code=dict(sorted(Counter(one.code for one in listed).items())),
        first=tuple(listed[:MAX_FIRST_REJECTED]),
    )


def _platform(part: _Part) -> claims.PlatformManifest:
    return claims.PlatformManifest(
        digest=part.digest,
        size=part.size,
        platform=part.platform,
        signatures=part.verdicts.signatures,
        invalidated=part.verdicts.invalidated,
        rejected=part.verdicts.rejected,
        coverage=claims.Coverage(complete=part.complete, sources=part.coverage),
    )


def _bounded(document: Document, at: int) -> Document:
    """Drop entries until the document is small enough: junk first, sound signatures last, each list from its end."""
    if len(encode(document)) <= MAX_BYTES:
        return document
    why = f"entries were left out to stay within {MAX_BYTES} bytes"
    problem = claims.problem("document_truncated", why, retryable=False)
    soon = min(instant.parse(document.valid_until), at + UNSETTLED_SECONDS)
    document = msgspec.structs.replace(
        document,
        coverage=msgspec.structs.replace(document.coverage, complete=False),
        valid_until=instant.text(soon),
        problems=(*document.problems, problem),
    )
    for name in ("rejected", "platforms", "invalidated", "signatures"):
        entries = document.rejected.first if name == "rejected" else getattr(document, name)
        keep = _fitting(document, name, entries)
        document = _with(document, name, entries[:keep])
        if keep or len(encode(document)) <= MAX_BYTES:
            break
    return document


def _fitting(document: Document, name: str, entries: Sequence[object]) -> int:
    """How many of the entries can stay: the most that fit, found by halving."""
    low, high = 0, len(entries)
    while low < high:
        middle = (low + high + 1) // 2
        if len(encode(_with(document, name, entries[:middle]))) <= MAX_BYTES:
            low = middle
        else:
            high = middle - 1
    return low


def _with(document: Document, name: str, entries: Sequence[Any]) -> Document:
    if name == "rejected":
        return msgspec.structs.replace(
            document, rejected=msgspec.structs.replace(document.rejected, first=tuple(entries))
        )
    return msgspec.structs.replace(document, **{name: tuple(entries)})
