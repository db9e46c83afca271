"""Every error of the service has one shape: a problem out of the one table, with the request's id."""

import json
import re
from pathlib import Path

import pytest

from provider.errors import CODES
from tests.conftest import Run
from tests.serving import Service

MEMBERS = {"type", "title", "status", "detail", "code", "remedy", "requestId"}

CASES: list[tuple[str, str, object, dict[str, str], int, str]] = [
    ("GET", "/v1/claims", None, {}, 400, "request_malformed"),
    ("GET", "/v1/claims?image=a&image=b", None, {}, 400, "request_malformed"),
    ("GET", "/v1/claims?image=a.example/b&policy=x", None, {}, 400, "request_malformed"),
    ("GET", "/v1/claims?image=", None, {}, 400, "reference_malformed"),
    ("GET", "/v1/claims?image=a.example/b:%00", None, {}, 400, "reference_malformed"),
    ("GET", "/v1/claims?image=a.example/b%0d%0aX-Evil:%20yes", None, {}, 400, "reference_malformed"),
    ("GET", "/v1/claims?image=" + "a" * 5000, None, {}, 400, "reference_malformed"),
    ("GET", "/v1/claims?image=elsewhere.example/net-monitor:v1", None, {}, 403, "registry_not_allowed"),
    ("GET", "/v1/claims?image=net-monitor", None, {}, 403, "registry_not_allowed"),
    ("POST", "/v1/claims", b"{", {}, 400, "request_malformed"),
    ("POST", "/v1/claims", b"[" * 100_000, {}, 400, "request_malformed"),
    ("POST", "/v1/claims", {"images": []}, {}, 400, "request_malformed"),
    ("POST", "/v1/claims", b'{"images": ["a"], "images": ["b"]}', {}, 400, "request_malformed"),
    ("POST", "/v1/claims", {"images": ["a"] * 101}, {}, 400, "request_malformed"),
    ("POST", "/v1/claims", {"images": [7]}, {}, 400, "request_malformed"),
    ("POST", "/v1/claims", {"images": ["a"], "policy": "x"}, {}, 400, "request_malformed"),
    ("POST", "/v1/claims", b"images=a", {"Content_Type": "text/plain"}, 415, "media_type_unsupported"),
    ("POST", "/v1/claims", b" " * (256 * 1024 + 1), {}, 413, "request_too_large"),
    ("PUT", "/v1/claims", None, {}, 405, "method_not_allowed"),
    ("GET", "/v1/nothing", None, {}, 404, "not_found"),
    ("GET", "/v1/claims/../../etc/passwd", None, {}, 404, "not_found"),
]


@pytest.mark.parametrize(("method", "path", "body", "headers", "status", "code"), CASES)
def test_an_error_is_a_problem(
    service: Service, method: str, path: str, body: object, headers: dict[str, str], status: int, code: str
) -> None:
    answer = service.ask(method, path, body, **headers)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert set(problem) == MEMBERS
    assert (problem["code"], problem["status"], problem["type"]) == (code, status, f"urn:sigclaims:error:{code}")
    assert (problem["title"], problem["remedy"]) == (CODES[code].meaning, CODES[code].remedy)
    assert problem["requestId"] == answer.headers["x-request-id"]
    assert "X-Evil" not in answer.headers


def test_a_request_keeps_its_id_and_a_bad_one_gets_another(service: Service) -> None:
    assert service.ask("GET", "/healthz", X_Request_Id="build-17").headers["x-request-id"] == "build-17"
    given = service.ask("GET", "/healthz", X_Request_Id="a b" * 50).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", given)


def test_the_log_is_json_and_names_the_request(service: Service) -> None:
    service.ask("GET", "/v1/claims?image=a.example/b%22%0a", X_Request_Id="in-the-log")
    lines = [json.loads(line) for line in service.log.read_text().splitlines()]
    (line,) = [line for line in lines if line.get("request_id") == "in-the-log"]
    assert {key: line[key] for key in ("event", "method", "path", "status", "level")} == {
        "event": "request",
        "method": "GET",
        "path": "/v1/claims",
        "status": 400,
        "level": "info",
    }


def test_health_answers(service: Service) -> None:
    assert service.ask("GET", "/healthz").json() == {"status": "alive"}
    assert service.ask("GET", "/readyz").json() == {"status": "ready"}


def test_the_log_names_no_unexpected_error(service: Service) -> None:
    assert '"unexpected"' not in Path(service.log).read_text()


def test_a_second_service_does_not_share_the_address_silently(
    service: Service, demo: tuple[Path, str], run: Run
) -> None:
    result = run("serve", "--config", demo[0] / "sigclaims.toml")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert str(service.port) in result.err
    assert result.err.endswith("[address_in_use]\n")
