"""`sigclaims verify --batch`: a folder's signatures counted by what they came to, with progress while it runs."""

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import click

from provider import batch
from provider.batch import Outcome
from provider.cli import output
from provider.cli.text import NO_POLICY


def verify_folder(folder: Path, trust: Path, withdrawals: Path | None, at: int, form: str) -> bool:
    """Verify and print the summary; gives whether every signature is sound. Raises `Refused`."""
    names = batch.signatures(folder)
    outcomes = list(_watched(batch.verify_files(folder, names, trust, withdrawals, at), len(names)))
    counts = dict(sorted(Counter(one.outcome for one in outcomes).items()))
    others = [one for one in outcomes if one.outcome != "sound"]
    if form == "json":
        output.write_json({"files": len(outcomes), "byOutcome": counts, "notSound": others})
    else:
        for one in others:
            click.echo(output.printable(f"{one.file}  {one.outcome}: {one.detail}"))
        listed = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        click.echo(f"{len(outcomes)} signatures: {listed or 'none'}")
        click.echo(NO_POLICY)
    return not others


def _watched(outcomes: Iterable[Outcome], count: int) -> Iterable[Outcome]:
    """The outcomes, with a progress bar on standard error where that is a terminal."""
    if not sys.stderr.isatty():
        return outcomes
    with click.progressbar(outcomes, length=count, label="verifying", file=sys.stderr) as watched:
        return list(watched)
