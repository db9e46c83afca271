"""`sigclaims trust`: what is in the trust folder, and putting things in and taking them out."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click

from provider import clock, instant, trust_folder
from provider import trust as trust_of
from provider.cli import output
from provider.trust import Trust

KINDS: Final = (*trust_of.X509_TYPES, "keys")
_DAY: Final = 86400
_SOON: Final = 30 * _DAY

_folder = click.option("--trust", "folder", type=Path, default=Path("trust"), metavar="DIR", help="The trust folder.")
_kind = click.option("--type", "kind", type=click.Choice(KINDS), default="ca", show_default=True, help="Of the store.")
_store = click.option("--store", required=True, metavar="NAME", help="The store.")


@click.group()
def trust() -> None:
    """List and change the trust folder.

    \b
    Example:
      sigclaims trust list
    """


@trust.command("list")
@_folder
@output.format_option
def list_(*, folder: Path, form: str) -> None:
    """List every store with its certificates and keys: subjects, fingerprints, and what expires when.

    \b
    Example:
      sigclaims trust list --trust trust
    """
    rows = list(_rows(trust_of.load(folder), clock.now()))
    if form == "json":
        output.write_json(rows)
    else:
        output.write_text([output.printable(line) for row in rows for line in _lines(row)] or ["no store"])


@trust.command()
@click.argument("files", type=Path, nargs=-1)
@_folder
@_kind
@click.option("--store", metavar="NAME", help="The store; made if it is not there.")
@click.option(
    "--notation", type=Path, metavar="DIR", help="Import a notation trust store (the folder with x509/ in it)."
)
@output.report_option
def add(
    *, files: tuple[Path, ...], folder: Path, kind: str, store: str | None, notation: Path | None, form: str
) -> None:
    """Add certificates or keys to a store, or import a trust store of notation as it is.

    \b
    Example:
      sigclaims trust add chain.pem --store wabbit-networks
    """
    if notation and not files and not store:
        added = trust_folder.import_notation(folder, notation)
    elif files and store and not notation:
        added = trust_folder.add(folder, kind, store, files)
    else:
        raise click.UsageError("say what to add: FILES and --store NAME, or --notation DIR")
    output.report(form, f"added {', '.join(map(str, added))}", added=list(map(str, added)))


@trust.command()
@_folder
@_kind
@_store
@click.option("--fingerprint", metavar="SHA256", help="Only this certificate or key; the whole store if not given.")
@output.report_option
def remove(*, folder: Path, kind: str, store: str, fingerprint: str | None, form: str) -> None:
    """Remove a store, or one certificate or key of it.

    \b
    Example:
      sigclaims trust remove --store wabbit-networks
    """
    gone = trust_folder.remove(folder, kind, store, fingerprint)
    output.report(form, f"removed {', '.join(map(str, gone))}", removed=list(map(str, gone)))


def _rows(trusted: Trust, now: int) -> Iterator[dict[str, Any]]:
    certificates = [(store.type, store.name, one, store.fingerprint) for store, one in trusted.anchors]
    keys = [("keys", entry.store, entry.certificate, entry.anchor.fingerprint) for entry in trusted.key_entries]
    for kind, name, one, fingerprint in [*certificates, *keys]:
        yield {
            "type": kind,
            "store": name,
            "subject": one.subject if one else None,
            "fingerprint": fingerprint,
            "notBefore": instant.text(one.not_before) if one else None,
            "notAfter": instant.text(one.not_after) if one else None,
            "state": _state(one.not_before, one.not_after, now) if one else "no dates",
        }


def _state(not_before: int, not_after: int, now: int) -> str:
    if now > not_after:
        return "expired"
    if now < not_before:
        return "not yet valid"
    return "expires soon" if not_after - now < _SOON else "valid"


def _lines(row: dict[str, Any]) -> Iterator[str]:
    yield f"{row['type']}:{row['store']}  {row['subject'] or 'a bare key'}"
    until = f", until {row['notAfter']}" if row["notAfter"] else ""
    yield f"  {row['fingerprint']}  {row['state']}{until}"
