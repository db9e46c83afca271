"""A service whose sources or trust are in trouble says so, serves what it can, and recovers by itself."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.serving import Service, serving

IMAGE = "acme-rockets.azurecr.io/net-monitor:v1"


@pytest.fixture
def own(demo: tuple[Path, str], tmp_path: Path) -> Iterator[Service]:
    """A service of its own over a copy of the demonstration's folder, on another port."""
    shutil.copytree(demo[0], tmp_path / "own")
    config = tmp_path / "own/sigclaims.toml"
    text = config.read_text()
    port = int(text.split(":")[1].split('"')[0])
    config.write_text(text.replace(f":{port}", f":{port + 1 if port < 65535 else port - 1}"))
    with serving(config) as service:
        yield service


def until(service: Service, path: str, status: int) -> None:
    for _ in range(100):
        if service.ask("GET", path).status == status:
            return
        time.sleep(0.1)
    raise AssertionError(service.log.read_text())


def test_a_layout_that_cannot_be_read_is_no_unsigned_image(own: Service) -> None:
    index = own.log.parent / "images/index.json"
    before = index.read_bytes()
    index.write_text("{")
    answer = own.claims(IMAGE)
    assert (answer.status, answer.json()["code"]) == (502, "registry_failed")
    assert answer.headers["content-type"] == "application/problem+json"
    index.write_bytes(before)
    assert len(own.claims(IMAGE).json()["signatures"]) == 2


def test_trust_that_cannot_be_read_any_more_stays_as_it_was_and_is_said(own: Service) -> None:
    withdrawals = own.log.parent / "withdrawals.json"
    before = withdrawals.read_bytes()
    digest = own.claims(IMAGE).json()["verifier"]["trust"]
    withdrawals.write_text('{"version": "1", "withdrawals": [')
    until(own, "/readyz", 503)
    assert own.ask("GET", "/readyz").json()["code"] == "trust_unusable"
    assert own.ask("GET", "/healthz").status == 200
    assert own.claims(IMAGE).json()["verifier"]["trust"] == digest
    withdrawals.write_bytes(before)
    until(own, "/readyz", 200)


def test_a_withdrawal_is_in_the_next_document(own: Service) -> None:
    withdrawals = own.log.parent / "withdrawals.json"
    identity = "ca:acme-rockets/acme-rockets.azurecr.io"
    entry = {"identity": identity, "reason": "we parted", "since": "2026-01-01T00:00:00Z"}
    assert len(own.claims(IMAGE).json()["signatures"]) == 2
    withdrawals.write_text(json.dumps({"version": "1", "withdrawals": [entry]}))
    for _ in range(100):
        document = own.claims(IMAGE).json()
        if document["invalidated"]:
            break
        time.sleep(0.1)
    assert [one["signer"]["identities"] for one in document["invalidated"]] == [[identity]]
    assert len(document["signatures"]) == 1
