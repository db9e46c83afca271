"""From an image's name to its claims document: the sources are asked, what they hold is verified, all of it is stated.

A source that fails costs its own answer and is named in `coverage`; only where the digest itself cannot be learnt is
there no document. The clock is read once for each document.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from provider import claims, document, reference
from provider.claims import Document, Problem, SourceCoverage, SourceStatus, Subject
from provider.document import Evidence, Target
from provider.errors import Refused, Unavailable
from provider.oci import Descriptor, Manifest
from provider.reference import Reference
from provider.source import Found, Source
from provider.trust import Trust
from provider.verify import Stored

MAX_PLATFORMS: Final = 64
"""Manifests of one index that are looked at; more are said to be cut."""


@dataclass(frozen=True, slots=True)
class ClaimsService:
    """Makes documents. `trust` and `now` (seconds since 1970) are asked once for each document."""

    sources: Sequence[Source]
    trust: Callable[[], Trust]
    now: Callable[[], int]
    max_age: int

    def document(self, image: str) -> Document:
        """The claims document of an image.

        Raises `Refused` (reference_malformed, registry_not_allowed) and `Unavailable` (registry_failed).
        """
        asked = reference.normalise(image)
        serving = [source for source in self.sources if source.serves(asked.name)]
        if not serving:
            raise Refused("registry_not_allowed", f"no source is configured for {asked.name}")
        at, trust = self.now(), self.trust()
        manifest, failures = _fetch(asked, serving)
        if manifest is None and failures and asked.digest is None:
            raise Unavailable("registry_failed", "; ".join(error.message for error in failures.values()))
        if manifest is None and failures:
            target = Target(None, replace(_evidence(asked, str(asked.digest), serving, failures), envelopes=()))
        elif manifest is None:
            target = Target(None, _nothing(asked, serving))
        else:
            evidence = _evidence(asked, manifest.content.digest, serving, failures)
            if len(manifest.manifests) > MAX_PLATFORMS:
                evidence = _cut(evidence, len(manifest.manifests))
            target = Target(manifest.content, evidence)
        listed = manifest.manifests[:MAX_PLATFORMS] if manifest else ()
        children = (_platform(asked, child, serving) for child in listed)
        subject = _subject(asked, manifest, known=bool(failures))
        return document.build(subject, target, children, trust, at=at, max_age=self.max_age)


def _fetch(asked: Reference, serving: Sequence[Source]) -> tuple[Manifest | None, dict[str, Unavailable]]:
    """The manifest from the first source that knows it, and the errors of the sources asked before that."""
    failures: dict[str, Unavailable] = {}
    for source in serving:
        try:
            manifest = source.fetch(asked)
        except Unavailable as error:
            failures[source.name] = error
        else:
            if manifest is not None:
                return manifest, failures
    return None, failures


def _evidence(
    asked: Reference, digest: str, serving: Sequence[Source], failures: Mapping[str, Unavailable]
) -> Evidence:
    """What every source holds over a manifest. One that failed, now or before, is said to have failed."""
    envelopes: list[Stored] = []
    coverage: list[SourceCoverage] = []
    problems: list[Problem] = []
    for source in serving:
        failure = failures.get(source.name)
        try:
            found = source.signatures(asked.name, digest)
        except Unavailable as error:
            found, failure = Found((), 0), error
        if failure:
            problems.append(_problem(failure, source.name))
        envelopes += found.envelopes
        problems += found.problems
        status: SourceStatus = "failed" if failure else found.status
        coverage.append(SourceCoverage(name=source.name, kind=source.kind, status=status, found=found.count))
    return Evidence(tuple(envelopes), tuple(coverage), tuple(problems))


def _nothing(asked: Reference, serving: Sequence[Source]) -> Evidence:
    problem = claims.problem("manifest_unknown", f"no source knows {asked}", retryable=True)
    coverage = (SourceCoverage(name=one.name, kind=one.kind, status="answered", found=0) for one in serving)
    return Evidence((), tuple(coverage), (problem,))


def _platform(asked: Reference, child: Descriptor, serving: Sequence[Source]) -> Target:
    """A manifest of an index. Its signatures are over its bytes, so without those there are none to state."""
    name = Reference(asked.registry, asked.repository, None, child.digest)
    manifest, failures = _fetch(name, serving)
    evidence = _evidence(name, child.digest, serving, failures)
    why = None
    if manifest is None:
        evidence = replace(evidence, envelopes=())
        why = f"no source holds {child.digest}, which the index lists"
    elif manifest.content.size != child.size:
        why = f"{child.digest} has {manifest.content.size} bytes, and the index says {child.size}"
    if why:
        wrong = claims.problem("blob_unavailable", why, retryable=manifest is None)
        evidence = replace(evidence, problems=(*evidence.problems, wrong), truncated=True)
    return Target(manifest.content if manifest else None, evidence, child)


def _cut(evidence: Evidence, listed: int) -> Evidence:
    why = f"the index lists {listed} manifests, {MAX_PLATFORMS} of them are looked at"
    cut = claims.problem("limit_reached", why, retryable=False)
    return replace(evidence, problems=(*evidence.problems, cut), truncated=True)


def _problem(error: Unavailable, source: str) -> Problem:
    return claims.problem(error.code, f"{source}: {error.message}", error.retryable)


def _subject(asked: Reference, manifest: Manifest | None, *, known: bool) -> Subject:
    """`known`: a digest that was asked for stands, though its manifest cannot be had."""
    digest = manifest.content.digest if manifest else asked.digest if known else None
    return Subject(
        reference=str(asked),
        registry=asked.registry,
        repository=asked.repository,
        tag=asked.tag,
        resolved_from=("digest" if asked.digest else "tag") if digest else None,
        media_type=manifest.content.media_type if manifest else None,
        digest=digest,
        size=manifest.content.size if manifest else None,
    )
