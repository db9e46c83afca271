"""The command line. Exit codes: 0 done, 1 a negative answer of `verify` and `evaluate`, 2 an error."""

from provider.cli.main import main

__all__ = ["main"]
