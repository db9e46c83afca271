"""A real OPA asks the real service with http.send, and decides as the embedded engine does."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT, Run
from tests.serving import Service

SHIPPED = ("--policy", "sigclaims:pulled_from_signer", "--policy", "sigclaims:required_signers")


@pytest.fixture(scope="module")
def question(demo: tuple[Path, str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demo[0] / "question.json").read_text())
    return found


def over_http(opa: str, url: str, question: dict[str, Any], folder: Path) -> list[dict[str, str]]:
    """What the adapter denies in OPA, which knows the images' names alone and fetches their claims itself."""
    asked = {"images": [one["image"] for one in question["images"]], "parameters": question["parameters"]}
    (folder / "input.json").write_text(json.dumps(asked))
    (folder / "url.json").write_text(json.dumps({"sigclaims": {"url": url}}))
    files = ("--data", ROOT / "rego", "--data", folder / "url.json", "--input", folder / "input.json")
    done = subprocess.run(
        [opa, "eval", "--format", "json", *files, "data.adapters.over_http.deny"],
        capture_output=True,
        text=True,
        check=True,
    )
    denied: list[dict[str, str]] = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    return denied


def decide(run: Run, engine: str, path: Path) -> list[dict[str, str]]:
    result = run("evaluate", *SHIPPED, "--input", path, "--engine", engine, "--format", "json")
    assert result.code in (0, 1), result.err
    decision = json.loads(result.out)
    assert decision["engine"] == engine
    denied: list[dict[str, str]] = decision["deny"]
    return denied


def ordered(denials: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(denials, key=lambda one: (one["image"], one["code"], one["message"]))


def test_opa_decides_the_demonstrations_images_over_http_as_the_embedded_engine_does(
    run: Run, opa: str, service: Service, question: dict[str, Any], demo: tuple[Path, str], tmp_path: Path
) -> None:
    asked = over_http(opa, service.url, question, tmp_path)
    embedded = decide(run, "embedded", demo[0] / "question.json")
    assert ordered(asked) == ordered(embedded)
    assert ordered(decide(run, "opa", demo[0] / "question.json")) == ordered(embedded)
    denied = {one["image"] for one in asked}
    assert [one["image"] not in denied for one in question["images"]] == [True] + [False] * 7


def test_opa_denies_everything_when_the_service_is_away(opa: str, question: dict[str, Any], tmp_path: Path) -> None:
    denials = over_http(opa, "http://127.0.0.1:9", question, tmp_path)
    assert "providerFailed" in {one["code"] for one in denials}
    assert {one["image"] for one in question["images"]} <= {one["image"] for one in denials}
