"""What holds for both engines: the same policies, questions and decisions."""

import json
from collections.abc import Callable

import pytest

from provider.engine import Engine, engine
from provider.engine.decision import Denial
from provider.engine.policy import PolicySet, load, shipped
from provider.errors import Refused, Unavailable

Load = Callable[..., PolicySet]

ECHO = """package echo

import data.shared.names as n

# METADATA
# entrypoint: true
deny contains {"code": "asked", "image": n.of(item), "message": item.message} if some item in input.images
"""
NAMES = """package shared.names

of(item) := item.image
"""
DENY = """package p

# METADATA
# entrypoint: true
"""


def question(**members: object) -> bytes:
    return json.dumps(members).encode()


def test_denials_are_united_and_sorted_by_image_code_and_message(loaded: Load, either: Engine) -> None:
    policies = loaded(
        one=ECHO,
        names=NAMES,
        two="""package another

# METADATA
# entrypoint: true
deny contains {"code": code, "image": item.image, "message": item.message} if {
    some item in input.images
    some code in ["zeta", "asked"]
}
""",
    )
    decision = either.decide(
        policies, question(images=[{"image": "b", "message": "m"}, {"image": "a", "message": "m"}])
    )
    assert decision.deny == (
        Denial("asked", "a", "m"),
        Denial("zeta", "a", "m"),
        Denial("asked", "b", "m"),
        Denial("zeta", "b", "m"),
    )
    assert decision.policies == ("another", "echo")
    assert decision.engine == either.name


def test_nothing_denied_is_an_empty_list(loaded: Load, either: Engine) -> None:
    assert either.decide(loaded(one=ECHO, names=NAMES), b'{"images": []}').deny == ()


@pytest.mark.parametrize(
    "text",
    [
        "quotes \" and \\ and ' and `",
        "nul \0 in the middle",
        "lines\r\n\tand\u2028\u2029",
        "astral \U0001f680 and combining e\u0301",
        '","code":"forged',
        "<script> & </script>",
        "%s %d %v {{ }} ${x}",
        "\ufeff\u202e\x7f\x1b[31m",
    ],
)
def test_strings_of_the_question_come_back_as_they_were(text: str, loaded: Load, either: Engine) -> None:
    decision = either.decide(
        loaded(one=ECHO, names=NAMES), question(images=[{"image": "i", "message": text}], **{text: text})
    )
    assert decision.deny == (Denial("asked", "i", text),)


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 + 1, 2**64 - 1, -(2**63), 0.1, 1e300])
def test_numbers_keep_their_value(number: float, loaded: Load, either: Engine) -> None:
    rule = f'deny contains {{"code": "same", "image": "", "message": ""}} if input.number == {number!r}'
    other = (
        f'deny contains {{"code": "more", "image": "", "message": ""}} if input.number == {number + 1 or 2!r}'
        if isinstance(number, int) and number + 1 < 2**64
        else ""
    )
    decision = either.decide(loaded(one=f"{DENY}{rule}\n{other}\n"), question(number=number))
    assert [denial.code for denial in decision.deny] == ["same"]


@pytest.mark.parametrize(
    "rule",
    [
        "deny := x if x := input.nowhere",
        'deny := "<undefined>"',
        "deny := null",
        "deny := true",
        'deny := {"code": "c", "image": "i", "message": "m"}',
        'deny contains "a sentence"',
        'deny contains {"code": "c", "image": "i"}',
        'deny contains {"code": "c", "image": "i", "message": null}',
        'deny contains {"code": 1, "image": "i", "message": "m"}',
        'deny contains {"code": "c", "image": "i", "message": "m", "allow": true}',
        'deny contains ["c", "i", "m"]',
        'deny["c"] := "m"',
    ],
)
def test_an_answer_that_is_no_set_of_denials_is_an_error_that_names_the_package(
    rule: str, loaded: Load, either: Engine
) -> None:
    policies = loaded(good=ECHO, names=NAMES, bad=f"package a.bad\n\n# METADATA\n# entrypoint: true\n{rule}\n")
    with pytest.raises(Unavailable) as raised:
        either.decide(policies, b'{"images": []}')
    assert raised.value.code == "engine_failed"
    assert "data.a.bad.deny" in raised.value.message


@pytest.mark.parametrize(
    "given",
    [
        b"",
        b"null",
        b"[]",
        b'{"a": 1',
        b'{"a": 1} {}',
        b"a: 1",
        b'{"a": NaN}',
        pytest.param(b'{"a": "\xff"}', id="not UTF-8"),
        pytest.param(b'{"a": "\\ud800"}', id="lone surrogate"),
        pytest.param(b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="deep"),
    ],
)
def test_a_question_that_is_no_json_object_is_refused(given: bytes, loaded: Load, either: Engine) -> None:
    with pytest.raises(Refused) as raised:
        either.decide(loaded(one=ECHO, names=NAMES), given)
    assert raised.value.code == "question_invalid"


@pytest.mark.parametrize(
    "broken",
    [
        "package broken\n\nx := }\n",
        "package broken\n\nx if 1 == )\n",
        "package broken\n\nx if unheard_of\n",
        "package broken\n\nx[y] { y := 1 }\n",
        "package broken\n\nimport data.shared.names\n\nx := names.nothing(1)\n",
        "package broken\n\nimport data.shared.names\n\nx if not names.of\n",
        "package broken\n\nf(x) := x\n\nx if not f\n",
        "package broken\n\nf(x) := x\n\nx if { y := {f | true}; y != set() }\n",
    ],
)
def test_a_broken_module_is_refused_with_its_file_and_line(
    broken: str, loaded: Load, written: Callable[..., str], either: Engine
) -> None:
    policies = loaded(one=ECHO, names=NAMES, broken=broken)
    with pytest.raises(Refused) as checked:
        either.check(policies)
    with pytest.raises(Refused) as decided:
        either.decide(policies, b'{"images": []}')
    assert checked.value.code == decided.value.code == "policy_invalid"
    line = len(broken.rstrip("\n").split("\n"))
    assert f"{written()}/broken.rego:{line}" in checked.value.message
    assert "\n" not in checked.value.message


def test_a_builtin_that_fails_is_an_error_and_no_decision(loaded: Load, either: Engine) -> None:
    policies = loaded(one=f'{DENY}deny contains {{"code": "c", "image": "i", "message": "m"}} if 1 / input.zero == 1\n')
    either.check(policies)
    with pytest.raises(Unavailable) as raised:
        either.decide(policies, b'{"zero": 0}')
    assert raised.value.code == "engine_failed"
    assert "\n" not in raised.value.message


def test_long_lines_and_long_files_are_read(loaded: Load, either: Engine) -> None:
    rule = 'deny contains {"code": "c", "image": "i", "message": message} if message := '
    text = DENY + rule + '"' + "long " * 1000 + '"\n' + "# more\n" * 30_000
    assert [denial.code for denial in either.decide(loaded(one=text), b"{}").deny] == ["c"]


def test_printing_does_not_touch_the_answer(loaded: Load, either: Engine) -> None:
    rule = 'deny contains {"code": "c", "image": "i", "message": "m"} if { print("{", input, input.nowhere) }\n'
    assert [denial.code for denial in either.decide(loaded(one=DENY + rule), b"{}").deny] == ["c"]


def test_shipped_policies_deny_a_question_about_nothing_alike(opa: str) -> None:
    policies = load([f"sigclaims:{name}" for name in shipped()])
    first = engine("embedded").decide(policies, b"{}")
    second = engine("opa", program=opa).decide(policies, b"{}")
    assert first.deny == second.deny != ()
