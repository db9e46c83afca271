"""The group of commands, and the one place where an error of ours becomes a line and an exit code."""

import sys
from collections.abc import Sequence

import click

from provider import VERSION
from provider.cli import output
from provider.cli.claims import claims
from provider.cli.config import config
from provider.cli.evaluate import evaluate
from provider.cli.init import init
from provider.cli.inspect import inspect
from provider.cli.keygen import keygen
from provider.cli.serve import serve
from provider.cli.sign import attach, sign
from provider.cli.trust import trust
from provider.cli.verify import verify
from provider.cli.withdraw import withdraw
from provider.errors import Refused, SigclaimsError

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


@click.group(context_settings=_CONTEXT)
@click.version_option(VERSION, prog_name="sigclaims")
def sigclaims() -> None:
    """State what signatures on container artifacts prove, as data; deciding is Rego's.

    \b
    Exit codes: 0 done; 1 not sound (verify), denied (evaluate); 2 an error.
    """


for _command in (init, config, trust, keygen, sign, attach, inspect, verify, claims, evaluate, withdraw, serve):
    sigclaims.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command line (None: the process's own) and exit."""
    try:
        try:
            sigclaims(args=arguments, prog_name="sigclaims")
        finally:
            sys.stdout.flush()
    except SigclaimsError as error:
        output.fail(error)
    except OSError as error:
        # Exit code 1 is an answer of some commands, so nothing unforeseen may end with it.
        output.fail(Refused("file_unreadable", f"{error.filename or 'output'}: {error.strerror}"))
