"""`sigclaims verify`: one envelope, one manifest, one document. Nothing is fetched and nothing is decided."""

import sys
from pathlib import Path

import click

from provider import document, trust
from provider.claims import SourceCoverage
from provider.cli import batches, inputs, output, text
from provider.document import Evidence, Target
from provider.envelopes import MAX_ENVELOPE
from provider.reading import read_start
from provider.verify import Stored

MAX_AGE = 3600
SOURCE = "file"


@click.command()
@click.option("--signature", "envelope", type=Path, help="The envelope.", metavar="FILE")
@click.option("--manifest", type=Path, help="The manifest, byte for byte.", metavar="FILE")
@click.option("--batch", type=Path, help="Verify every signature of a folder instead.", metavar="FOLDER")
@click.option("--media-type", metavar="TYPE", help="The envelope's media type; recognised by its bytes if not given.")
@click.option("--manifest-media-type", metavar="TYPE", help="The manifest's media type; its own if not given.")
@click.option("--trust", "folder", type=Path, required=True, help="The trust folder.", metavar="DIR")
@click.option("--withdrawals", type=Path, help="The withdrawals file.", metavar="FILE")
@click.option("--at", metavar="RFC3339", help="The moment to verify at; now if not given.")
@click.option("--revocation", type=click.Choice(["off"]), default="off", help="Nothing is fetched.")
@output.format_option
def verify(
    *,
    envelope: Path | None,
    manifest: Path | None,
    batch: Path | None,
    media_type: str | None,
    manifest_media_type: str | None,
    folder: Path,
    withdrawals: Path | None,
    at: str | None,
    revocation: str,  # noqa: ARG001  # there is one choice, and stating it is allowed
    form: str,
) -> None:
    """Verify one signature over one manifest, and print what it proves; or a folder of them, and count.

    Exits 0 when the signature is sound at that moment (with --batch: when every one is), 1 when it is not.
    A folder holds <sha256 hex>.manifest.json and <sha256 hex>.<anything>.<jwt|json>.

    \b
    Example:
      sigclaims verify --signature net-monitor.jwt --manifest manifest.json --trust trust
    """
    moment = inputs.moment(at)
    if batch and not (envelope or manifest or media_type or manifest_media_type):
        sys.exit(0 if batches.verify_folder(batch, folder, withdrawals, moment, form) else 1)
    if not envelope or not manifest or batch:
        raise click.UsageError("say what to verify: --signature FILE and --manifest FILE, or --batch FOLDER")
    inputs.known_media_type(media_type)
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
