"""The schemas are those of the types, closed, complete and committed."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from provider import schema
from provider.document import encode
from provider.schema import SCHEMAS
from tests.core.hostile import LEAF, ROOT
from tests.core.pki import Json, document_of, jwt, trusting

Route = list[str | int]

COMMITTED = Path(__file__).parents[2] / "schemas"


def objects(part: Json) -> list[dict[str, Any]]:
    """Every part of a schema that describes an object with named members."""
    found = [part] if isinstance(part, dict) and "properties" in part else []
    inner = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
    return found + [one for value in inner for one in objects(value)]


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_generated_one(name: str) -> None:
    assert (COMMITTED / name).read_text("utf-8") == schema.rendered(name)


def test_every_committed_schema_is_generated() -> None:
    assert {path.name for path in COMMITTED.iterdir()} == set(SCHEMAS)


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one_of_draft_2020_12(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.schema(name))
    assert json.loads(schema.rendered(name)) == schema.schema(name)


def test_every_object_of_the_document_is_closed_and_demands_all_its_members() -> None:
    found = objects(schema.schema("claims.json"))
    assert len(found) > 15
    for part in found:
        assert part["additionalProperties"] is False
        assert set(part["required"]) == set(part["properties"])


def document() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(encode(document_of([jwt(LEAF), jwt(LEAF, exp=1), b"junk"], trusting(ROOT))))
    return read


def test_each_member_is_missed_and_each_stranger_is_refused() -> None:
    validator = jsonschema.Draft202012Validator(schema.schema("claims.json"))
    good = document()
    assert validator.is_valid(good)
    paths: list[Route] = [[], ["subject"], ["signatures", 0], ["signatures", 0, "signer", "certificate"], ["rejected"]]
    for path in paths:
        for name in list(at(good, path)):
            spoilt = document()
            del at(spoilt, path)[name]
            assert not validator.is_valid(spoilt), name
        spoilt = document()
        at(spoilt, path)["stranger"] = 1
        assert not validator.is_valid(spoilt)


def at(value: Json, path: Route) -> Json:
    for step in path:
        value = value[step]
    return value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["version"], "2"),
        (["verifiedAt"], "2026-01-01T00:00:00+00:00"),
        (["id"], "sha256:x"),
        (["signatures"], None),
        (["platforms"], None),
        (["subject", "size"], 2**53),
        (["subject", "size"], -1),
        (["subject", "digest"], "sha256:" + "0A" * 32),
        (["signatures", 0, "referencesMatchSigner"], False),
        (["signatures", 0, "signer", "certificate", "serialNumber"], 5),
        (["signatures", 0, "checks", "integrity"], "skipped"),
        (["invalidated", 0, "reasons", 0, "reason"], "old"),
    ],
)
def test_a_value_that_no_document_has_is_refused(path: Route, value: Json) -> None:
    spoilt = document()
    at(spoilt, path[:-1])[path[-1]] = value
    assert not jsonschema.Draft202012Validator(schema.schema("claims.json")).is_valid(spoilt)


def test_a_question_takes_an_image_with_claims() -> None:
    validator = jsonschema.Draft202012Validator(schema.schema("question.json"))
    assert validator.is_valid({"images": [{"image": "a", "claims": document()}], "parameters": {"signers": {}}})
    assert validator.is_valid({"images": [], "parameters": {}})
    assert not validator.is_valid({"images": [{"image": "a", "claim": document()}], "parameters": {}})
    assert not validator.is_valid({"images": []})


def test_the_question_describes_no_value_as_an_object_or_null() -> None:
    text = schema.rendered("question.json")
    described = json.loads(text)
    for part in objects(described):
        for member in part["properties"].values():
            options = member.get("anyOf", [])
            assert not (any("$ref" in one for one in options) and {"type": "null"} in options)
