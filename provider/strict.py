"""Strict decoding of JSON and base64: bytes have one reading, or they are malformed.

Lenient decoders disagree with each other, and where two programs read one signature in two ways, one of them can be
lied to. So duplicate members, members that differ only by case, floats, NaN, lone surrogates, integers past 64 bits,
foreign characters and unused bits in base64 are all refused here (RFC 8259 section 4, RFC 4648 section 3.5).
"""

import base64
import binascii
import json
import math
import re
from typing import Any, Final, NoReturn

MAX_DEPTH: Final = 32
"""The deepest nesting of objects and arrays that is read."""

MAX_DIGITS: Final = 20
"""The longest integer that is looked at: 2^64 has twenty digits."""

Json = None | bool | int | float | str | list[Any] | dict[str, Any]


class Malformed(ValueError):
    """The bytes have no strict reading; the message says why."""


def loads(data: bytes, *, foreign: bool = False) -> Json:
    """Decode one JSON text (RFC 8259) in UTF-8 strictly; raises `Malformed`.

    `foreign`: a document whose other members are none of ours (a manifest, parameters of a policy) may have floats, and
    members that differ by case alone.
    """
    try:
        text = data.decode("utf-8")
        _check_depth(text)
        value = (_FOREIGN if foreign else _DECODER).decode(text)
        if "\\u" in text:
            _refuse_surrogates(value)
    except Malformed:
        raise
    except UnicodeDecodeError as error:
        raise Malformed("it is not UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("it is not JSON") from error
    return value  # type: ignore[no-any-return]  # the decoder returns what its hooks allow: a Json


def json_object(data: bytes, known: frozenset[str]) -> dict[str, Any]:
    """Decode a JSON object strictly, and refuse members that differ from a `known` name by case alone.

    Decoders that ignore case take `EXP` for `exp`; a reader that does not would see another expiry than they do.
    """
    value = loads(data)
    if not isinstance(value, dict):
        raise Malformed("it is not a JSON object")
    check_names(value, known)
    return value


def check_names(value: dict[str, Any], known: frozenset[str]) -> None:
    """Refuse the members of a decoded object that differ from a `known` name by case alone; raises `Malformed`."""
    folded = {one.casefold() for one in known}
    for name in value:
        if name not in known and name.casefold() in folded:
            raise Malformed(f"the member {name!r} differs from a known one by case alone")


def base64_standard(text: str) -> bytes:
    """Decode padded base64 (RFC 4648 section 4) whose only encoding is `text`; raises `Malformed`."""
    return _base64(text, text, None)


def base64_url(text: str) -> bytes:
    """Decode base64url without padding (RFC 7515 section 2) whose only encoding is `text`; raises `Malformed`."""
    return _base64(text, text + "=" * (-len(text) % 4), b"-_")


def _base64(text: str, padded: str, altchars: bytes | None) -> bytes:
    try:
        decoded = base64.b64decode(padded.encode("ascii"), altchars=altchars, validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError) as error:
        raise Malformed("it is not base64") from error
    encoded = base64.b64encode(decoded, altchars)
    if (encoded.rstrip(b"=") if altchars else encoded) != text.encode("ascii"):
        raise Malformed("it is not the one base64 encoding of its bytes")
    return decoded


# A string without an end is taken whole too: tried again at each of its quotes, it would take the square of its length.
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_ONE_KIND: Final = bytes.maketrans(b"{}", b"[]")
_NO_BRACKET: Final = bytes(set(range(256)) - set(b"[]{}"))


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a member stands twice")
    return members


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = _distinct(pairs)
    if len(pairs) > 1 and len({name.casefold() for name in members}) != len(members):
        raise Malformed("two members differ by case alone")
    return members


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS or not -(2**63) <= (value := int(digits)) < 2**63:
        raise Malformed("an integer is outside 64 bits")
    return value


def _float(digits: str) -> float:
    value = float(digits)
    if math.isinf(value):
        raise Malformed("a number is larger than a float can be")
    return value


def _no_float(digits: str) -> NoReturn:
    raise Malformed(f"{digits[:MAX_DIGITS]} is not an integer")


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
)
_FOREIGN: Final = json.JSONDecoder(
    object_pairs_hook=_distinct, parse_int=_integer, parse_float=_float, parse_constant=_no_float
)


def _check_depth(text: str) -> None:
    """Refuse deep nesting before the recursive decoder meets it.

    Of the text only its brackets are kept, without those in strings; then each pass takes the innermost pairs away,
    and what has any left after `MAX_DEPTH` passes is too deep. All of it runs at the speed of C.
    """
    if text.count("{") + text.count("[") <= MAX_DEPTH:
        return
    brackets = _STRING.sub("", text).encode().translate(_ONE_KIND, _NO_BRACKET)
    for _ in range(MAX_DEPTH):
        before, brackets = len(brackets), brackets.replace(b"[]", b"")
        if len(brackets) == before:
            break
    if b"[" in brackets:
        raise Malformed(f"it is nested more than {MAX_DEPTH} deep, or does not end")


def _refuse_surrogates(value: Json) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise Malformed("a string has half a surrogate pair") from error
