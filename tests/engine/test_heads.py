"""A head that is undefined for one member takes no other member with it, in either engine."""

import json
from collections.abc import Callable

import pytest

from provider.engine import Engine
from provider.engine.policy import PolicySet
from provider.errors import Refused

Load = Callable[..., PolicySet]

RULE = """package a

# METADATA
# entrypoint: true
{rule}

named(x) := x.name
"""
RULES = {
    "a reference": 'deny contains {"code": "c", "image": item.name, "message": "m"} if some item in input.images',
    "a call": 'deny contains {"code": "c", "image": named(item), "message": "m"} if some item in input.images',
    "a builtin": """deny contains {"code": "c", "image": "i", "message": sprintf("%s", [item.name])} if {
	some item in input.images # the last literal has a comment
}""",
    "several lines": """deny contains {
	"code": "c", # a }
	"image": item.name,
	"message": "if { contains",
} if {
	some item in input.images
	item != null # contains
}""",
    "a whole object": "deny contains item.denial if {some item in input.images}",
}
NAMED = {"name": "b", "denial": {"code": "c", "image": "b", "message": "m"}}


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("images", [[NAMED], [NAMED, {}], [{}, NAMED], [{}, NAMED, {}], [{}], []])
def test_an_undefined_head_takes_no_other_member_with_it(
    loaded: Load, either: Engine, rule: str, images: list[object]
) -> None:
    decision = either.decide(loaded(one=RULE.format(rule=RULES[rule])), json.dumps({"images": images}).encode())
    assert len(decision.deny) == (NAMED in images)


def test_a_rule_without_a_body_may_have_an_undefined_head(loaded: Load, either: Engine) -> None:
    policies = loaded(one=RULE.format(rule='deny contains {"code": "c", "image": input.name, "message": "m"}'))
    assert [one.image for one in either.decide(policies, b'{"name": "b"}').deny] == ["b"]
    assert either.decide(policies, b"{}").deny == ()


def test_an_object_rule_that_may_be_undefined_is_refused_by_the_embedded_engine(loaded: Load, opa: str) -> None:
    from provider.engine import engine  # noqa: PLC0415

    rule = "deny contains d if { some d in found }\n\nfound[item.name] := item.denial if some item in input.images"
    policies = loaded(one=RULE.format(rule=rule))
    with pytest.raises(Refused) as refused:
        engine("embedded").check(policies)
    assert refused.value.code == "policy_unsupported"
    assert "one.rego:7" in refused.value.message
    question = json.dumps({"images": [NAMED, {}]}).encode()
    assert len(engine("opa", program=opa).decide(policies, question).deny) == 1
