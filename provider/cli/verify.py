"""`sigclaims verify`: one envelope, one manifest, one document. Nothing is fetched and nothing is decided."""

import sys
from pathlib import Path

import click

from provider import document, trust
from provider import envelopes as table
from provider.claims import SourceCoverage
from provider.cli import inputs, output, text
from provider.document import Evidence, Target
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Refused
from provider.reading import read_start
from provider.verify import Stored

MAX_AGE = 3600
SOURCE = "file"


@click.command()
@click.option("--signature", "envelope", type=Path, required=True, help="The envelope.", metavar="FILE")
@click.option("--manifest", type=Path, required=True, help="The manifest, byte for byte.", metavar="FILE")
@click.option("--media-type", metavar="TYPE", help="The envelope's media type; recognised by its bytes if not given.")
@click.option("--manifest-media-type", metavar="TYPE", help="The manifest's media type; its own if not given.")
@click.option("--trust", "folder", type=Path, required=True, help="The trust folder.", metavar="DIR")
@click.option("--withdrawals", type=Path, help="The withdrawals file.", metavar="FILE")
@click.option("--at", metavar="RFC3339", help="The moment to verify at; now if not given.")
@click.option(
    "--revocation", type=click.Choice(["off"]), default="off", show_default=True, help="Nothing is asked yet."
)
@output.format_option
def verify(
    *,
    envelope: Path,
    manifest: Path,
    media_type: str | None,
    manifest_media_type: str | None,
    folder: Path,
    withdrawals: Path | None,
    at: str | None,
    revocation: str,  # noqa: ARG001  # there is one choice, and stating it is allowed
    form: str,
) -> None:
    """Verify one signature over one manifest, and print what it proves.

    Exits 0 when the signature is sound at that moment, 1 when it is not.

    \b
    Example:
      sigclaims verify --signature net-monitor.jwt --manifest manifest.json --trust trust
    """
    moment = inputs.moment(at)
    if media_type is not None and media_type not in table.media_types():
        known = ", ".join(sorted(table.media_types()))
        raise Refused("media_type_unknown", f"--media-type {media_type}: none of {known}")
    trusted = trust.load(folder, withdrawals)
    content = inputs.manifest(manifest, manifest_media_type)
    data, digest = read_start(envelope, MAX_ENVELOPE)
    evidence = Evidence(
        (Stored(data, digest, media_type, SOURCE),),
        (SourceCoverage(name=SOURCE, kind="files", status="answered", found=1),),
    )
    stated = document.build(
        document.unnamed(content),
        Target(content, evidence),
        (),
        trusted,
        at=moment,
        max_age=MAX_AGE,
    )
    if form == "json":
        output.write_json(stated)
    else:
        output.write_text(text.document(stated))
    sys.exit(0 if stated.signatures else 1)
