"""What the embedded engine cannot do is refused by name when a policy is loaded; what it does badly stays contained."""

import sys
import venv
from collections.abc import Callable
from pathlib import Path

import pytest

from provider.engine.embedded import EmbeddedEngine
from provider.engine.policy import PolicySet
from provider.engine.process import Limits
from provider.errors import Refused, Unavailable

Load = Callable[..., PolicySet]

ASKED = """package p

# METADATA
# entrypoint: true
deny contains {"code": "c", "image": "i", "message": "m"} if input.denied
"""
LIBRARY = """package shared.names

of(item) := item.image

constant := 1

default guarded(_) := 0

guarded(x) := x if x > 1

nested.deep(x) := x
"""


def refused(policies: PolicySet) -> Refused:
    with pytest.raises(Refused) as raised:
        EmbeddedEngine().check(policies)
    return raised.value


def test_what_is_refused_when_it_is_checked_is_not_decided_by_either(loaded: Load) -> None:
    policies = loaded(asked=f"{ASKED}\nx if not http.send({{}})\n")
    error = refused(policies)
    with pytest.raises(Refused) as decided:
        EmbeddedEngine().decide(policies, b"{}")
    assert (decided.value.code, decided.value.message) == (error.code, error.message)


@pytest.mark.parametrize(
    "rule",
    [
        "x := CALL",
        "x if CALL",
        "x if not CALL",
        "x if { false; CALL }",
        "x if { some y in [1]; y == CALL }",
        "x if some y in CALL",
        "x if some y, z in CALL",
        "x if every y in [1] { CALL == y }",
        "x if every y in CALL { y }",
        "x := [CALL | true]",
        "x := [y | y := CALL]",
        "x := {y | some y in [1]; y != CALL}",
        "x := {y: CALL | some y in [1]}",
        "x := {CALL: y | some y in [1]}",
        'x := {"a": [{CALL}]}',
        "x := count([CALL])",
        "x := own(1, CALL)",
        "x := n.of(CALL)",
        "x := [1, 2][CALL]",
        "x := input.list[CALL].name",
        "x := CALL.name",
        'x := CALL["name"][_]',
        "x[CALL] := 1",
        "x contains CALL",
        "x contains y if y := CALL",
        "x := 1 if false else := CALL",
        "x := 1 if false else := 2 if CALL",
        "f(y) := CALL",
        "f(y) := y if CALL",
        "f(y) := y if { z := [w | w := CALL]; z == y }",
        "x if input.y with input as CALL",
        'x if input.y with input.z as {"a": [CALL]}',
        "x if 1 + CALL == 3",
        "x if CALL < 3",
        "x if 3 in CALL",
        "x if CALL in [3]",
        "x := {1} | CALL",
        "x := (CALL)",
        "x if [1, y] = [CALL, 2]",
        "x if CALL = y",
        "x if print(CALL)",
        "a.b.c := CALL",
        "x if {\n  walk(CALL, [_, _])\n}",
    ],
)
def test_a_builtin_that_is_missing_is_found_wherever_it_is_called(rule: str, loaded: Load) -> None:
    text = f"package q\n\nimport data.shared.names as n\n\nown(_, y) := y\n\n{rule.replace('CALL', 'http.send({})')}\n"
    error = refused(loaded(asked=ASKED, names=LIBRARY, other=text))
    assert error.code == "policy_unsupported"
    assert "http.send" in error.message
    assert "OPA" in error.message
    assert f"other.rego:{8 if 'walk' in rule else 7}" in error.message


@pytest.mark.parametrize(
    "call",
    [
        'io.jwt.decode_verify("t", {})',
        'crypto.x509.parse_certificates("c")',
        'net.cidr_merge(["10.0.0.0/8"])',
        "opa.runtime()",
        'regex.globs_match("a*", "b*")',
        "rego.metadata.rule()",
        "plus(1, 2)",
        "unheard_of(1)",
        "unheard.of(1)",
        'io["jwt"].decode("t")',
    ],
)
def test_the_function_that_is_missing_is_named(call: str, loaded: Load) -> None:
    error = refused(loaded(asked=f"{ASKED}\nx if not {call}\n"))
    name = call.partition("(")[0].replace('["jwt"]', ".jwt")
    assert error.code == "policy_unsupported"
    assert f"the function {name} (" in error.message


def test_every_missing_function_is_named_up_to_four(loaded: Load) -> None:
    calls = "\n".join(f"x{number} := missing{number}(1)" for number in range(7))
    error = refused(loaded(asked=f"{ASKED}\n{calls}\n"))
    assert error.message.count("the function missing") == 4
    assert error.message.endswith("and 3 more")


@pytest.mark.parametrize("target", ["http.send", "count", "io.jwt.decode", "n.of", "own", "data.p.own", "unheard_of"])
def test_replacing_a_function_is_refused(target: str, loaded: Load) -> None:
    text = f"{ASKED}\nimport data.shared.names as n\n\nown(x) := x\n\nx if own(1) with {target} as 5\n".replace(
        "package p\n", "package p\n\nimport data.shared.names as n\n", 1
    ).replace("\nimport data.shared.names as n\n\nown", "\nown")
    error = refused(loaded(asked=text, names=LIBRARY))
    assert error.code == "policy_unsupported"
    assert f"the function {target} by `with`" in error.message


@pytest.mark.parametrize("rule", ["x if not FUNCTION", "x := [FUNCTION]", "x if count(FUNCTION) == 1", "x := FUNCTION"])
@pytest.mark.parametrize("function", ["own", "data.p.own", "n.of", "n[`of`]", "n.nested.deep", "n.guarded"])
def test_a_function_that_is_not_called_is_refused(rule: str, function: str, loaded: Load) -> None:
    text = f"{ASKED}\nown(y) := y\n\n{rule.replace('FUNCTION', function)}\n"
    text = text.replace("package p\n", "package p\n\nimport data.shared.names as n\n", 1)
    error = refused(loaded(asked=text, names=LIBRARY))
    assert error.code == "policy_invalid"
    assert f"the function {function.replace('[`of`]', '.of')} " in error.message


@pytest.mark.parametrize(
    "call",
    ["n.nothing(1)", "n.constant(1)", "data.shared.names.nothing(1)", "data.nowhere.f(1)", "flag(1)", "item(1)"],
)
def test_a_call_of_what_is_no_function_is_refused(call: str, loaded: Load) -> None:
    text = f"{ASKED}\nflag := 1\n\nx if not {call}\n"
    text = text.replace("package p\n", "package p\n\nimport data.shared.names as n\nimport input.item\n", 1)
    error = refused(loaded(asked=text, names=LIBRARY))
    assert error.code == "policy_invalid"
    assert call.partition("(")[0] in error.message


def test_a_builtin_is_refused_where_the_engine_would_take_it_for_the_function_of_a_package_below(loaded: Load) -> None:
    below = "package p.json\n\nmarshal(_) := 1\n"
    error = refused(loaded(asked=f"{ASKED}\nx := json.marshal(1)\n", below=below))
    assert error.code == "policy_unsupported"
    assert "json.marshal" in error.message


@pytest.mark.parametrize("own", ["package p.names\n\nof := 2\n", "package p\n\nnames.of := 2\n", "package p.names.x\n"])
def test_an_import_is_refused_where_the_engine_would_take_it_for_a_document_of_the_package(
    own: str, loaded: Load
) -> None:
    text = ASKED.replace("package p\n", "package p\n\nimport data.shared.names\n")
    error = refused(loaded(asked=text, names=LIBRARY, own=own))
    assert error.code == "policy_unsupported"
    assert "the import names" in error.message
    assert "asked.rego:3" in error.message


def test_what_the_engine_can_do_is_let_in(loaded: Load) -> None:
    text = """package q

import data.shared.names as n
import data.shared.names.nested
import data.shared.names.of
import input.item as asked
import rego.v1

# Bytes that are no characters: äöü 🚀
own(first, [names, {"a": last}]) := [first, names, last]

names := {"of": 1}

json.marshal(_) := "own"

a.b(x) := x + 1

guarded(x) := x

x contains y if {
    some nested_one in [1]
    some key, value in {"a": "b"}
    every own in [1] { own == 1 }
    guarded := [key, value]
    names := "äöü"
    y := [nested_one, guarded, names, asked]
}

z if {
    n.of({"image": 1}) == n["of"]({"image": 1})
    data.shared.names.of({"image": 1})
    data["shared"].names["nested"].deep(1)
    nested.deep(1) == n.nested.deep(1)
    n.guarded(1) == n.constant - 1
    json.marshal(1) == "own"
    a.b(1) == data.q.a.b(1)
    own(1, [2, {"a": 3}]) == [1, 2, 3]
    own(1, [2, {"a": 3}], out)
    count(out, 3)
    walk(out, [_, _])
    print("printed", out)
    sprintf("%s", [concat("", [upper("a"), json.marshal({})])])
    time.parse_rfc3339_ns("2026-01-01T00:00:00Z") > 0
    regex.match(`^a`, "a")
    {1} & {1} == {1} | {1}
}

replaced if z with input as {"a": 1} with input.b as count([1]) with data.shared.names.constant as 2

copied := {key: value | some key, value in object.union({"own": 1}, {"of": n.constant})}

shadowed(own) := own.of

shadowed_too if {
    some own
    own = 1
}
"""
    policies = loaded(asked=ASKED, names=LIBRARY, other=text)
    EmbeddedEngine().check(policies)
    assert [denial.code for denial in EmbeddedEngine().decide(policies, b'{"denied": true}').deny] == ["c"]


@pytest.mark.parametrize(
    "number", ["18446744073709551616", "-9223372036854775809", "0.10000000000000000000001", "1" * 99]
)
def test_a_number_that_the_engine_would_round_is_refused(number: str, loaded: Load) -> None:
    with pytest.raises(Refused) as raised:
        EmbeddedEngine().decide(loaded(asked=ASKED), f'{{"deep": [{{"number": {number}}}]}}'.encode())
    assert raised.value.code == "question_invalid"
    assert number[:20] in raised.value.message


@pytest.mark.parametrize(
    ("rule", "limits", "reason"),
    [
        pytest.param(
            "x := [1 | some i in numbers.range(1, 100000); some j in numbers.range(1, 100000); i + j < 0]",
            Limits(seconds=1),
            "within 1 seconds",
            id="endless",
        ),
        pytest.param("x := f(1)\n\nf(y) := g(y + 1)\n\ng(y) := f(y)", Limits(), "died", id="recursion"),
        pytest.param("x := count(numbers.range(1, 1000000000))", Limits(), "memory", id="memory"),
        pytest.param(
            "x := concat(``, [s | some _ in numbers.range(1, 999); s := `abc`])", Limits(output=999), "999", id="output"
        ),
    ],
)
def test_a_policy_that_takes_too_much_is_a_failed_decision(
    rule: str, limits: Limits, reason: str, loaded: Load
) -> None:
    deny = '# METADATA\n# entrypoint: true\ndeny contains {"code": "c", "image": "i", "message": x}'
    text = f"package p\n\n{rule}\n\n{deny}\n"
    policies = loaded(asked=text)
    with pytest.raises(Unavailable) as raised:
        EmbeddedEngine(limits).decide(policies, b"{}")
    assert raised.value.code == "engine_failed"
    assert reason in raised.value.message
    assert "\n" not in raised.value.message


def test_syntax_that_the_engine_lacks_is_refused(loaded: Load) -> None:
    assert refused(loaded(asked=f'{ASKED}\nx := $"a {{input.b}}"\n')).code == "policy_invalid"


def test_an_engine_that_is_not_installed_is_refused(
    loaded: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = loaded(asked=ASKED)
    installed = EmbeddedEngine()
    venv.create(tmp_path / "bare", symlinks=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    with pytest.raises(Refused) as raised:
        installed.decide(policies, b"{}")
    assert raised.value.code == "engine_missing"
    assert "sigclaims[embedded]" in raised.value.message


def test_it_works_where_another_program_is_started_from(
    loaded: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    policies = loaded(asked=ASKED)
    (tmp_path / "json.py").write_text("raise RuntimeError('not this one')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert EmbeddedEngine().decide(policies, b"{}").deny == ()
