"""What commands print: JSON for programs, text for people, errors in one line.

Names and messages may come from a hostile envelope, so no control character of theirs reaches a terminal.
"""

import os
import sys
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click
import msgspec

from provider.errors import SigclaimsError

_F = TypeVar("_F", bound=Callable[..., Any])


def format_option(command: _F) -> _F:
    """`--format`: text on a terminal, JSON into a file or pipe, unless it is said."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["json", "text"]),
        default=lambda: "text" if sys.stdout.isatty() else "json",
        help="What to print; text on a terminal and json elsewhere, unless given.",
    )(command)


def report_option(command: _F) -> _F:
    """`--format` of a command that has no document to print: it says on standard error what it did, unless json."""
    return click.option(
        "--format", "form", type=click.Choice(["json", "text"]), default="text", help="How to say what was done."
    )(command)


def report(form: str, said: str, **done: object) -> None:
    """Say what was done: a line on standard error, or as JSON on standard output."""
    if form == "json":
        write_json(done)
    else:
        note(said)


def write_json(value: object) -> None:
    """One JSON document, indented, to standard output."""
    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def write_text(lines: list[str]) -> None:
    """Lines to standard output, in colour on a terminal alone and where NO_COLOR is not set."""
    colour = False if os.environ.get("NO_COLOR") else None
    for line in lines:
        click.echo(line, color=colour)


def note(message: str) -> None:
    """A line for the person, on standard error."""
    click.echo(f"sigclaims: {printable(message)}", err=True)


def fail(error: SigclaimsError) -> NoReturn:
    """Say what failed, where and what to do, in one line on standard error, and exit 2."""
    click.echo(f"sigclaims: {printable(error.message)}. {error.remedy} [{error.code}]", err=True)
    sys.exit(2)


def printable(text: str) -> str:
    """The text with everything escaped that a terminal would act upon."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
