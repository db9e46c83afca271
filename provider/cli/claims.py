"""`sigclaims claims IMAGE`: the document of an image out of the configured sources, as the service makes it."""

from pathlib import Path

import click

from provider.cli import inputs, output, text


@click.command()
@click.argument("image")
@inputs.config_option
@click.option("--at", metavar="RFC3339", help="The moment to verify at; now if not given.")
@output.format_option
def claims(*, image: str, file: Path | None, at: str | None, form: str) -> None:
    """Print the claims document of IMAGE, out of the configured sources.

    Exits 0 whenever a document is printed, also of an image without signatures.

    \b
    Example:
      sigclaims claims acme-rockets.azurecr.io/net-monitor:v1
    """
    stated = inputs.configured_service(file, inputs.moment(at)).document(image)
    if form == "json":
        output.write_json(stated)
    else:
        output.write_text(text.document(stated))
