"""`sigclaims evaluate`: put claims to policies, and print what they deny. The decision is Rego's alone."""

import sys
from pathlib import Path
from typing import Any, Final, cast

import click
import msgspec

from provider import clock, instant, strict
from provider.cli import inputs, output
from provider.engine import EngineName, engine, policy
from provider.engine.decision import Decision
from provider.errors import Refused, SigclaimsError
from provider.reading import read

_MAX_INPUT: Final = 64 * 1024 * 1024


@click.command()
@click.option(
    "--policy", "policies", multiple=True, required=True, metavar="DIR", help="Policies: a folder, or sigclaims:NAME."
)
@click.option("--data", type=Path, multiple=True, metavar="FILE", help="Parameters (JSON); later ones are merged in.")
@click.option("--claims", "documents", type=Path, multiple=True, metavar="FILE", help="A claims document.")
@click.option("--image", "images", multiple=True, metavar="REF", help="An image, out of the configured sources.")
@click.option("--input", "whole", type=Path, metavar="FILE", help="The whole question, instead of the three above.")
@click.option(
    "--engine", "engine_name", type=click.Choice(["embedded", "opa"]), help="Embedded where installed, else opa."
)
@click.option("--at", metavar="RFC3339", help="The moment to verify --image at; now if not given.")
@inputs.config_option
@output.format_option
def evaluate(
    *,
    policies: tuple[str, ...],
    data: tuple[Path, ...],
    documents: tuple[Path, ...],
    images: tuple[str, ...],
    whole: Path | None,
    engine_name: str | None,
    at: str | None,
    file: Path | None,
    form: str,
) -> None:
    """Ask policies about images, and print what they deny.

    Exits 0 when nothing is denied, 1 when something is, 2 when there is no decision.

    \b
    Example:
      sigclaims evaluate --policy sigclaims:pulled_from_signer --data signers.json \\
        --image acme-rockets.azurecr.io/net-monitor:v1
    """
    if whole and (data or documents or images or at or file):
        raise click.UsageError("--input is the whole question: leave out --data, --claims, --image, --at and --config")
    if not whole and not documents and not images:
        raise click.UsageError("say what to ask about: --claims FILE, --image REF or --input FILE")
    loaded = policy.load(policies)
    decider = engine(cast("EngineName | None", engine_name))
    decider.check(loaded)
    if whole:
        question = _object(whole)
    else:
        parameters = _parameters(data)
        asked = [*map(_document, documents), *_images(images, file, at)]
        question = {"images": asked, "parameters": parameters}
    decision = decider.decide(loaded, msgspec.json.encode(question))
    if form == "json":
        output.write_json(decision)
    else:
        output.write_text(_text(decision))
    sys.exit(1 if decision.deny else 0)


def _images(images: tuple[str, ...], file: Path | None, at: str | None) -> list[dict[str, Any]]:
    if not images:
        return []
    service = inputs.configured_service(file, inputs.moment(at))
    asked: list[dict[str, Any]] = []
    for image in images:
        try:
            asked.append({"image": image, "claims": service.document(image)})
        except SigclaimsError as error:
            output.note(f"{image}: no claims: {error.message} [{error.code}]")
            asked.append({"image": image, "claims": None})
    return asked


def _document(path: Path) -> dict[str, Any]:
    """A claims document as one image of the question; what is wrong in it is for the policies to deny."""
    document = _object(path)
    subject = document.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    if not isinstance(reference, str):
        output.note(f"{path}: is about no name, as a document of verify is; ask for claims of the image")
    until = document.get("validUntil")
    if isinstance(until, str) and until < instant.text(clock.now()):
        output.note(f"{path}: was valid until {until}; a fact in it may have changed since")
    return {"image": reference if isinstance(reference, str) else "", "claims": document}


def _parameters(files: tuple[Path, ...]) -> dict[str, Any]:
    parameters: dict[str, Any] = {}
    for path in files:
        _merge(parameters, _object(path))
    return parameters


def _merge(into: dict[str, Any], more: dict[str, Any]) -> None:
    """Objects are merged member by member; of anything else the later one counts."""
    for name, value in more.items():
        older = into.get(name)
        if isinstance(older, dict) and isinstance(value, dict):
            _merge(older, value)
        else:
            into[name] = value


def _object(path: Path) -> dict[str, Any]:
    try:
        value = strict.loads(read(path, _MAX_INPUT), foreign=True)
    except strict.Malformed as error:
        raise Refused("question_invalid", f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise Refused("question_invalid", f"{path}: is not a JSON object")
    return value


def _text(decision: Decision) -> list[str]:
    by = f"by {', '.join(decision.policies)}, in the engine {decision.engine}"
    if not decision.deny:
        return [f"nothing is denied {by}"]
    lines = [click.style(f"denied ({len(decision.deny)})", fg="red") + f" {by}"]
    for one in decision.deny:
        lines.append(f"  {output.printable(one.image)}")
        lines.append(f"    {one.code}: {output.printable(one.message)}")
    return lines
