"""A claims document as text for people: the facts at a glance, and no verdict."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import click

from provider.claims import Document, Invalidated, PlatformManifest, Reason, Rejected, Signature
from provider.cli.output import printable

NO_POLICY = "no policy was applied"


class Heading(NamedTuple):
    """A line that is set off; no line but these has a style, and no style comes out of an envelope."""

    text: str
    style: dict[str, Any]
    indent: str = ""


Line = str | Heading


def document(stated: Document) -> list[str]:
    """The lines of a document; the last one says that nothing was decided."""
    return [_rendered(line) for line in _document(stated)] + [NO_POLICY]


def _rendered(line: Line) -> str:
    if isinstance(line, Heading):
        return line.indent + click.style(printable(line.text), **line.style)
    return printable(line)


def _document(stated: Document) -> Iterator[Line]:
    subject = stated.subject
    yield Heading(subject.reference or subject.digest or "unknown", {"bold": True})
    if subject.digest:
        yield f"  {subject.digest}  {subject.media_type}  {subject.size} bytes"
    yield f"  verified at {stated.verified_at}, holds until {stated.valid_until} at the latest"
    yield from _lists(stated.signatures, stated.invalidated, stated.rejected, "")
    for platform in stated.platforms:
        yield from _platform(platform)
    incomplete = "" if stated.coverage.complete else ", incomplete"
    yield f"sources ({len(stated.coverage.sources)}{incomplete})"
    for source in stated.coverage.sources:
        yield f"  {source.name}  {source.kind}  {source.status}, found {source.found}"
    for problem in stated.problems:
        yield f"problem  {problem.code}: {problem.message}"


def _platform(platform: PlatformManifest) -> Iterator[Line]:
    name = f"{platform.platform.os}/{platform.platform.architecture}" if platform.platform else "no platform"
    yield f"platform {name}  {platform.digest}"
    yield from _lists(platform.signatures, platform.invalidated, platform.rejected, "  ")


def _lists(
    signatures: Sequence[Signature], invalidated: Sequence[Invalidated], rejected: Rejected, indent: str
) -> Iterator[Line]:
    yield _heading("sound", len(signatures), "green", indent)
    for signature in signatures:
        yield from (indent + line for line in _signature(signature, ()))
    if invalidated:
        yield _heading("invalidated", len(invalidated), "yellow", indent)
        for one in invalidated:
            yield from (indent + line for line in _signature(one, one.reasons))
    if rejected.count:
        yield _heading("rejected", rejected.count, "red", indent)
        for rejection in rejected.first:
            yield f"{indent}  {rejection.code}: {rejection.message}"
            yield f"{indent}    envelope {rejection.digest}"


def _signature(signature: Signature, reasons: Sequence[Reason]) -> Iterator[str]:
    signer = signature.signer
    yield f"  {', '.join(signer.identities)}"
    yield f"    {signature.format} {signer.algorithm}, envelope {signature.digest}"
    for reference in signature.claims.references:
        yield f"    signed as {reference}"
    if signature.claims.expires_at:
        yield f"    expires {signature.claims.expires_at}"
    for reason in reasons:
        yield f"    {reason.reason} since {reason.since}: {reason.detail}"


def _heading(name: str, count: int, colour: str, indent: str) -> Heading:
    return Heading(f"{name} ({count})", {"fg": colour} if count else {}, indent)
