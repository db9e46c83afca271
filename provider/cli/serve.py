"""`sigclaims serve`: the HTTP service."""

from pathlib import Path

import click

from provider.cli import inputs


@click.command()
@inputs.config_option
def serve(*, file: Path | None) -> None:
    """Serve claims over HTTP, until SIGTERM or Ctrl-C.

    \b
    Example:
      sigclaims serve --config sigclaims.toml
    """
    # The server's libraries are loaded when they are needed, and no other command waits for them.
    from provider.web.server import serve as run  # noqa: PLC0415

    run(file)
