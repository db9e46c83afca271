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


def build(
    subject: claims.Subject, target: Target, platforms: Sequence[Target], trust: Trust, *, at: int, max_age: int
) -> Document:
    """Verify everything that was found for an image at the moment `at`, and state it.

    `max_age`: seconds after which the document is to be made anew even where no fact in it has a date.
    """
    own = _verdicts(target, trust, at)
    below = [_platform(platform, _verdicts(platform, trust, at)) for platform in platforms]
    everything = [target, *platforms]
    complete = all(one.evidence.complete for one in everything)
    problems = tuple(dict.fromkeys(problem for one in everything for problem in one.evidence.problems))
    signatures = [*own.signatures, *(signature for part, _ in below for signature in part.signatures)]
    moments = {at + max_age} | own.instants.union(*(instants for _, instants in below))
    if problems or not complete or not own.signatures or any(one.revocation.status == "unknown" for one in signatures):
        moments.add(at + UNSETTLED_SECONDS)
    document = Document(
        version="1",
        id=_UNNAMED,
        subject=subject,
        verified_at=instant.text(at),
        valid_until=instant.text(min(moment for moment in moments if moment > at)),
        verifier=claims.Verifier(version=VERSION, trust=trust.digest),
        coverage=claims.Coverage(complete=complete, sources=target.evidence.coverage),
        signatures=own.signatures,
        invalidated=own.invalidated,
        rejected=own.rejected,
        platforms=tuple(part for part, _ in below),
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


def _verdicts(target: Target, trust: Trust, at: int) -> _Verdicts:
    verified: dict[tuple[str, str, str | None], list[Verified]] = {}
    rejected: dict[tuple[str, str], Rejection] = {}
    if target.content is None:
        return _Verdicts()
    for stored in target.evidence.envelopes:
        result = verify(stored, target.content, trust, at)
        if isinstance(result, Rejection):
            # The same bytes from two sources are one envelope; one format's bytes may be stored under two types.
            rejected[(result.digest, result.code)] = result
        else:
            signer = result.signature.signer
            leaf = signer.certificate.fingerprint if signer.certificate else None
            verified.setdefault((signer.public_key, result.signature.statement, leaf), []).append(result)
    merged = sorted((_merge(copies) for copies in verified.values()), key=_order)
    return _Verdicts(
        signatures=tuple(one.signature for one in merged if not one.reasons),
        invalidated=tuple(_invalidated(one) for one in merged if one.reasons),
        rejected=_rejected(rejected.values()),
        instants=frozenset[int]().union(*(one.instants for one in merged)),
    )


def _merge(copies: list[Verified]) -> Verified:
    """One entry out of copies of one signature.

    The copy with the fewest reasons stands, with the stores of all that are as good. Every digest is listed, and every
    copy's dates count.
    """
    best = min(copies, key=lambda one: (len(one.reasons), one.signature.digest, one.signature.source))
    equal = [one.signature.signer for one in copies if one.reasons == best.reasons]
    digests = tuple(sorted({one.signature.digest for one in copies}))
    signer = msgspec.structs.replace(
        best.signature.signer,
        identities=tuple(sorted({identity for signer in equal for identity in signer.identities})),
        trust_stores=claims.ordered_stores(store for signer in equal for store in signer.trust_stores),
    )
    signature = msgspec.structs.replace(best.signature, digest=digests[0], digests=digests, signer=signer)
    return Verified(signature, best.reasons, frozenset[int]().union(*(one.instants for one in copies)))


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


def _platform(target: Target, verdicts: _Verdicts) -> tuple[claims.PlatformManifest, frozenset[int]]:
    if target.listed is None:
        raise AssertionError("a platform is listed by an index")
    manifest = claims.PlatformManifest(
        digest=target.listed.digest,
        size=target.listed.size,
        platform=target.listed.platform,
        signatures=verdicts.signatures,
        invalidated=verdicts.invalidated,
        rejected=verdicts.rejected,
        coverage=claims.Coverage(complete=target.evidence.complete, sources=target.evidence.coverage),
    )
    return manifest, verdicts.instants


def _bounded(document: Document, at: int) -> Document:
    """Drop entries until the document is small enough: junk first, sound signatures last, each list from its end."""
    if len(encode(document)) <= MAX_BYTES:
        return document
    problem = claims.Problem(
        code="document_truncated", message=f"entries were left out to stay within {MAX_BYTES} bytes", retryable=False
    )
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
