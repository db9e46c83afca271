"""OPA as a program: what it is given, what it is kept from, and what becomes of its failures."""

import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from provider.engine.opa import OpaEngine
from provider.engine.policy import PolicySet
from provider.engine.process import Limits
from provider.errors import Refused, Unavailable

Load = Callable[..., PolicySet]

ASKED = """package p

# METADATA
# entrypoint: true
deny contains {"code": "c", "image": "i", "message": message} if message := MESSAGE
"""


def asking(message: str) -> str:
    return ASKED.replace("MESSAGE", message)


def test_a_builtin_that_only_opa_has_is_let_in(opa: str, loaded: Load) -> None:
    policies = loaded(asked=asking('crypto.sha256("")'))
    assert OpaEngine(opa).decide(policies, b"{}").deny[0].message.startswith("e3b0c442")


def test_the_environment_reaches_neither_opa_nor_the_policy(
    opa: str, loaded: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = loaded(asked=asking("json.marshal(opa.runtime())"))
    monkeypatch.setenv("REGISTRY_PASSWORD", "a secret")
    monkeypatch.setenv("OPA_EVAL_FORMAT", "pretty")
    monkeypatch.setenv("OPA_EVAL_V0_COMPATIBLE", "true")
    message = OpaEngine(opa).decide(policies, b"{}").deny[0].message
    assert "a secret" not in message
    assert "OPA_EVAL" not in message


def test_data_beside_the_policies_is_not_loaded(opa: str, loaded: Load, tmp_path: Path) -> None:
    policies = loaded(asked=asking('object.get(data.extra, "value", "not there")'), extra="package extra.other\n")
    (tmp_path / "policy" / "data.json").write_text('{"extra": {"value": "there"}}')
    assert OpaEngine(opa).decide(policies, b"{}").deny[0].message == "not there"


@pytest.mark.parametrize(
    ("message", "limits", "reason"),
    [
        pytest.param(
            "count([1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i + j < 0])",
            Limits(seconds=1),
            "opa",
            id="endless",
        ),
        pytest.param("count(numbers.range(1, 1000000000))", Limits(memory=2**28), "opa", id="memory"),
        pytest.param(
            'concat("", [s | some _ in numbers.range(1, 999); s := "ab"])',
            Limits(output=99),
            "99",
            id="output",
        ),
    ],
)
def test_a_policy_that_takes_too_much_is_a_failed_decision(
    message: str, limits: Limits, reason: str, opa: str, loaded: Load
) -> None:
    with pytest.raises(Unavailable) as raised:
        OpaEngine(opa, limits).decide(loaded(asked=asking(message)), b"{}")
    assert raised.value.code == "engine_failed"
    assert reason in raised.value.message
    assert "\n" not in raised.value.message


def test_a_recursion_is_refused(opa: str, loaded: Load) -> None:
    with pytest.raises(Refused) as raised:
        OpaEngine(opa).check(loaded(asked=f"{asking('f(1)')}\nf(x) := g(x)\n\ng(x) := f(x)\n"))
    assert raised.value.code == "policy_invalid"
    assert "recursive" in raised.value.message


def test_a_program_that_is_not_there_is_refused_with_where_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for program in (None, "opa-9", str(tmp_path / "opa"), str(tmp_path)):
        with pytest.raises(Refused) as raised:
            OpaEngine(program)
        assert raised.value.code == "engine_missing"
        assert "openpolicyagent.org" in raised.value.message


@pytest.mark.parametrize("program", ["true", "false", "echo", "yes", "cat", "sleep"])
def test_a_program_that_is_not_opa_gives_no_decision(program: str, loaded: Load) -> None:
    with pytest.raises(Unavailable) as raised:
        OpaEngine(program, Limits(seconds=2)).decide(loaded(asked=asking('"m"')), b"{}")
    assert raised.value.code == "engine_failed"


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo 'the first line' >&2; echo more >&2; exit 2", "the first line"),
        ("kill -SEGV $$", "died"),
        ("sleep 600 & wait", "within 1 seconds"),
        ("sleep 600 &", "within 1 seconds"),
        ("exec 1>&- 2>&-; sleep 600", "within 1 seconds"),
        ("yes", "more than 9999 bytes"),
        ("yes >&2", "within 1 seconds"),
        ("""echo '{"result": []}'""", "did not answer"),
        ("""echo '{"result": [{"expressions": [{"value": {}}]}]}'""", "undefined"),
        ("""echo '{"result": [{"expressions": [{"value": {"p": []}}]}]}'""", "undefined"),
        ("""echo '{"errors": [{"message": "new kind", "code": "other"}]}'""", "new kind"),
    ],
)
def test_a_program_that_fails_in_any_way_gives_no_decision(
    script: str, reason: str, loaded: Load, tmp_path: Path
) -> None:
    program = tmp_path / "opa"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(Unavailable) as raised:
        OpaEngine(str(program), Limits(seconds=1, output=9999)).decide(loaded(asked=asking('"m"')), b"{}")
    assert raised.value.code == "engine_failed"
    assert reason in raised.value.message


def test_a_program_that_cannot_be_started_gives_no_decision(loaded: Load, tmp_path: Path) -> None:
    program = tmp_path / "opa"
    program.write_bytes(b"\x7fELF broken")
    program.chmod(0o755)
    with pytest.raises(Unavailable) as raised:
        OpaEngine(str(program)).decide(loaded(asked=asking('"m"')), b"{}")
    assert raised.value.code == "engine_failed"


def test_a_large_question_goes_in_whole(opa: str, loaded: Load) -> None:
    policies = loaded(asked=asking('sprintf("%d", [count(input.text)])'))
    question = b'{"text": "' + b"x" * 3_000_000 + b'"}'
    assert OpaEngine(opa).decide(policies, question).deny[0].message == "3000000"


def test_decisions_may_be_made_at_the_same_time(opa: str, loaded: Load) -> None:
    policies = loaded(asked=asking("input.name"))
    engine = OpaEngine(opa)
    with ThreadPoolExecutor(4) as pool:
        decisions = pool.map(lambda name: engine.decide(policies, b'{"name": "%d"}' % name), range(8))
        assert [decision.deny[0].message for decision in decisions] == [str(name) for name in range(8)]


def test_nothing_is_left_behind(opa: str, loaded: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    OpaEngine(opa).decide(loaded(asked=asking('"m"')), b"{}")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_without_a_place_for_the_modules_there_is_no_decision(
    opa: str, loaded: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = loaded(asked=asking('"m"'))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(Unavailable) as raised:
        OpaEngine(opa).decide(policies, b"{}")
    assert raised.value.code == "engine_failed"
