"""What hostile input looks like: any bytes, any JSON, and valid things with a few places changed.

`outcome` is how every fuzzing test calls the code: it lets through whatever is not an error of ours.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from provider.errors import SigclaimsError
from provider.strict import Malformed

_SLOW: Final = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]

FEW: Final = settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=_SLOW)
SOME: Final = settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=_SLOW)
MANY: Final = settings(max_examples=500, deadline=None, derandomize=True, suppress_health_check=_SLOW)


def outcome(call: Callable[[], object]) -> tuple[str, object]:
    """What a call gives, or which error of ours it ends with."""
    try:
        return "value", call()
    except SigclaimsError as error:
        return error.code, error.message
    except Malformed as error:
        return "malformed", str(error)


TEXTS: Final = st.text(max_size=12)
INTEGERS: Final = st.one_of(
    st.integers(-3, 40), st.sampled_from([2**31, 2**53 - 1, 2**53, 2**63 - 1, 2**63, -(2**63), 10**30])
)
SCALARS: Final = st.one_of(st.none(), st.booleans(), INTEGERS, st.floats(allow_nan=True), TEXTS)
JSON: Final = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
)


@dataclass(frozen=True)
class Members:
    """A JSON object as it is written: names may stand twice."""

    pairs: list[tuple[str, Any]]


@dataclass(frozen=True)
class Text:
    """A piece of JSON text that is written as it stands."""

    raw: str


ODD_TEXTS: Final = st.sampled_from(
    [Text(raw) for raw in ("NaN", "-0", "1.0", "1e2", "1e999", "9" * 40, "9" * 5000, '"\\ud800"', "[" * 40, "", '"\\')]
)


def _open(value: object) -> object:
    if isinstance(value, dict):
        return Members([(name, _open(inner)) for name, inner in value.items()])
    return [_open(one) for one in value] if isinstance(value, list) else value


def written(value: object) -> str:
    if isinstance(value, Text):
        return value.raw
    if isinstance(value, Members):
        return "{" + ",".join(f"{json.dumps(name)}:{written(inner)}" for name, inner in value.pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(one) for one in value) + "]"
    return json.dumps(value)


def _places(value: object) -> list[Members]:
    """Every object in it, itself included."""
    if isinstance(value, Members):
        return [value, *(place for _, inner in value.pairs for place in _places(inner))]
    return [place for one in value for place in _places(one)] if isinstance(value, list) else []


@st.composite
def changed_json(draw: st.DrawFn, value: object) -> bytes:
    """The value as JSON text with one to three members changed, dropped, doubled, renamed or added."""
    opened = _open(value)
    for _ in range(draw(st.integers(1, 3))):
        pairs = draw(st.sampled_from(_places(opened))).pairs
        if pairs:
            _change(draw, pairs, draw(st.integers(0, len(pairs) - 1)))
    return written(opened).encode("utf-8", "surrogatepass")


def _change(draw: st.DrawFn, pairs: list[tuple[str, Any]], at: int) -> None:
    name, inner = pairs[at]
    match draw(st.sampled_from(["set", "odd", "drop", "double", "case", "add", "wrap", "edit"])):
        case "set":
            pairs[at] = (name, draw(JSON))
        case "odd":
            pairs[at] = (name, draw(ODD_TEXTS))
        case "drop":
            del pairs[at]
        case "double":
            pairs.append((name, draw(st.one_of(st.just(inner), JSON))))
        case "case":
            pairs[at] = (draw(st.sampled_from([name.upper(), name.capitalize(), name + " "])), inner)
        case "add":
            pairs.append((draw(TEXTS), draw(JSON)))
        case "edit" if isinstance(inner, str):
            pairs[at] = (name, draw(changed_bytes(inner.encode())).decode("utf-8", "replace"))
        case _:
            pairs[at] = (name, [inner])


@st.composite
def changed_bytes(draw: st.DrawFn, data: bytes) -> bytes:
    """The bytes with one to three places changed, dropped, doubled or cut off."""
    result = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(result) - 1)))
        match draw(st.sampled_from(["set", "set", "insert", "drop", "double", "cut", "nothing"])):
            case "set" if result:
                result[at] = draw(st.integers(0, 255))
            case "insert":
                result[at:at] = draw(st.binary(min_size=1, max_size=4))
            case "drop":
                del result[at : at + draw(st.integers(1, 4))]
            case "double":
                result[at:at] = result[at : at + 8]
            case "cut" if draw(st.booleans()):
                del result[at:]
    return bytes(result)
