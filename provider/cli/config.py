"""`sigclaims config`: which settings count, where each comes from, and whether they can be used."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import click
import msgspec

from provider import config as settings_of
from provider import trust
from provider.cli import inputs, output
from provider.config import Effective
from provider.errors import Refused, Unavailable
from provider.reference import Reference
from provider.source import Source
from provider.source.configured import sources

_NOBODYS: Final = Reference("registry.invalid", "nothing", None, f"sha256:{'0' * 64}")


@click.group()
def config() -> None:
    """Show and check the settings.

    \b
    Example:
      sigclaims config check
    """


@config.command()
@inputs.config_option
@output.format_option
def show(*, file: Path | None, form: str) -> None:
    """Print every setting with its value and where that comes from: a file, a variable, or the default.

    \b
    Example:
      sigclaims config show --config sigclaims.toml
    """
    rows = list(_rows(settings_of.effective(file, os.environ)))
    if form == "json":
        output.write_json(rows)
    else:
        widths = [max(len(str(row[column])) for row in rows) for column in ("setting", "value")]
        lines = (f"{row['setting']:{widths[0]}}  {row['value']!s:{widths[1]}}  {row['from']}" for row in rows)
        output.write_text([output.printable(line) for line in lines])


@config.command()
@inputs.config_option
@output.format_option
def check(*, file: Path | None, form: str) -> None:
    """Read everything that the settings name, as the service would, and say what is there.

    Exits 2 with one line when something cannot be used.

    \b
    Example:
      sigclaims config check --config sigclaims.toml
    """
    settings = settings_of.load(file, os.environ)
    trusted = trust.load(*settings.trust_paths())
    stores = {f"{store.type}:{store.name}" for store, _ in trusted.anchors}
    stores |= {f"keys:{entry.store}" for entry in trusted.key_entries}
    settings_of.listen_address(settings.http.listen)
    made = sources(settings)
    for source in made:
        _ask(source)
    found = {
        "sources": [source.name for source in made],
        "stores": sorted(stores),
        "withdrawals": len(trusted.withdrawals.entries),
        "trust": trusted.digest,
    }
    if form == "json":
        output.write_json(found)
    else:
        output.write_text(list(_checked(found)))


def _ask(source: Source) -> None:
    """Ask a source for what it need not have: only that it answers counts. Raises `Refused`."""
    try:
        source.fetch(_NOBODYS)
    except Unavailable as error:
        raise Refused("setting_invalid", f"source {source.name!r}: {error.message}") from error


def _rows(effective: Effective) -> Iterator[dict[str, Any]]:
    for section, described in settings_of.SECTIONS.items():
        tables = getattr(effective.settings, section)
        listed = isinstance(tables, tuple)
        for place, table in enumerate(tables if listed else (tables,)):
            name = f"{section}[{place}]" if listed else section
            for field in msgspec.structs.fields(described):
                key = f"{section}.{field.encode_name}"
                value = getattr(table, field.name)
                yield {
                    "setting": f"{name}.{field.encode_name}",
                    "value": list(value) if isinstance(value, tuple) else value,
                    "from": effective.origins.get(key, "default"),
                }


def _checked(found: dict[str, Any]) -> Iterator[str]:
    for name in ("sources", "stores"):
        yield f"{name} ({len(found[name])})  {', '.join(found[name])}".rstrip()
        if not found[name]:
            yield "  without one, nothing is ever sound" if name == "stores" else "  without one, no image is known"
    yield f"withdrawals ({found['withdrawals']})"
    yield "the settings can be used"
