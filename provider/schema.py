"""The JSON Schemas of what policies read, generated from the types in `claims`.

Two schemas: `claims.json` is the claims document, exactly; `question.json` is what a policy reads as `input`, written
for `opa check --schema`. OPA's type checker gives up on a value that may be an object or null, so in the question
such a value is described as the object alone: a typo below it is then found when the policy is checked.
"""

from typing import Any, Final

import msgspec

from provider.claims import Document


class AskedImage(msgspec.Struct, forbid_unknown_fields=True):
    """One image of a question: its name as it was asked for, and its claims where there are any."""

    image: str
    claims: Document | None = None


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """What a policy reads as `input`."""

    images: list[AskedImage]
    parameters: dict[str, Any]


SCHEMAS: Final[dict[str, tuple[type, str]]] = {
    "claims.json": (Document, "The claims document, version 1"),
    "question.json": (Question, "The question that a policy answers"),
}
"""File name in `schemas/` to the type it describes and its title."""


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one of `SCHEMAS`; every object in it is closed and names what it requires."""
    described, title = SCHEMAS[name]
    generated = _with_even_descriptions(msgspec.json.schema(described))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **(_without_null_objects(generated) if described is Question else generated),
    }


def _with_even_descriptions(part: Any) -> Any:
    """Descriptions on one line: they come from docstrings, whose indentation differs between versions of Python."""
    match part:
        case {"description": str(text), **others}:
            return {"description": " ".join(text.split()), **_with_even_descriptions(others)}
        case dict():
            return {name: _with_even_descriptions(value) for name, value in part.items()}
        case list():
            return [_with_even_descriptions(item) for item in part]
    return part


def _without_null_objects(part: Any) -> Any:
    match part:
        case {"anyOf": [{"$ref": _} as described, {"type": "null"}]}:
            return described
        case dict():
            return {name: _without_null_objects(value) for name, value in part.items()}
        case list():
            return [_without_null_objects(item) for item in part]
    return part


def rendered(name: str) -> str:
    """The text of a schema file: stable, indented, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(schema(name), order="deterministic"), indent=2).decode() + "\n"
