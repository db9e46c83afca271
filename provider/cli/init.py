"""`sigclaims init`: settings with a word on each, and the folders that they name, ready to run."""

import json
from collections.abc import Iterator
from pathlib import Path

import click
import msgspec

from provider import config, writing
from provider.cli import output
from provider.errors import Refused
from provider.oci import IMAGE_INDEX

_FOLDERS = ("trust/x509/ca", "trust/keys", "images/blobs/sha256")
_NO_WITHDRAWALS = b'{"version": "1", "withdrawals": []}\n'


@click.command()
@click.argument("folder", type=Path, default=Path())
@click.option(
    "--repository", default="registry.example.com/net-monitor", show_default=True, help="Of the first source."
)
@output.report_option
def init(*, folder: Path, repository: str, form: str) -> None:
    """Write a commented sigclaims.toml into FOLDER (here if not given), with the folders that it names.

    \b
    Example:
      sigclaims init . --repository registry.wabbit-networks.io/net-monitor
    """
    if not config.can_be_asked_for(repository):
        raise Refused("setting_invalid", f"--repository: {repository!r} is no registry/repository that a name can have")
    index = json.dumps({"schemaVersion": 2, "mediaType": IMAGE_INDEX, "manifests": []}).encode()
    files = {
        folder / config.DEFAULT_FILE: ("\n".join(_settings(repository)).encode(), 0o644),
        folder / "withdrawals.json": (_NO_WITHDRAWALS, 0o644),
        folder / "images/oci-layout": (b'{"imageLayoutVersion":"1.0.0"}\n', 0o644),
        folder / "images/index.json": (index, 0o644),
    }
    writing.create(files)
    for name in _FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    said = f"wrote {', '.join(map(str, files))}; next: sigclaims trust add CERTIFICATE --store NAME"
    output.report(form, said, written=list(map(str, files)))


def _settings(repository: str) -> Iterator[str]:
    """The file: what is set stands, every other setting is a comment with its default."""
    chosen = {
        "trust.folder": "trust",
        "trust.withdrawals": "withdrawals.json",
        "source.name": "images",
        "source.kind": "layout",
        "source.path": "images",
        "source.repositories": [repository],
    }
    yield "# Settings of sigclaims. Paths are relative to this file; SIGCLAIMS_<SECTION>__<KEY> overrides."
    for section, described in config.SECTIONS.items():
        about = msgspec.json.schema(described)["$defs"][described.__name__]["properties"]
        yield ""
        yield f"# {(described.__doc__ or '').strip()}"
        yield f"[[{section}]]" if section == "source" else f"[{section}]"
        for field in msgspec.structs.fields(described):
            yield f"# {about[field.encode_name]['description']}"
            value = chosen.get(f"{section}.{field.encode_name}")
            mark = "" if value is not None else "# "
            yield f"{mark}{field.encode_name} = {json.dumps(field.default if value is None else value)}"
    yield ""
