"""Canonical JSON is RFC 8785 for every value, whichever encoder makes it."""

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from provider import canonical
from tests.core import mutation
from tests.core.pki import Json, digest_of

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT, inner, max_size=5),
)


@mutation.SOME
@given(VALUES)
def test_the_text_is_the_one_of_rfc_8785(value: Json) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


def test_names_sort_by_utf_16_code_units_and_controls_are_written_short() -> None:
    value = {"\U0001f600": 1, "\ufb33": '\x00\x1f\x7f\b\t\n\f\r"\\/\u2028', "é": [True, None, -0]}
    expected = '{"é":[true,null,0],"\U0001f600":1,"\ufb33":"\\u0000\\u001f\x7f\\b\\t\\n\\f\\r\\"\\\\/\u2028"}'
    assert canonical.dumps(value) == expected.encode()
    assert canonical.identifier(value) == digest_of(expected.encode())


def test_every_control_character_is_written_as_rfc_8785_has_it() -> None:
    for number in (*range(0x20), 0x7F, 0x80, 0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFF):
        assert canonical.dumps(chr(number)) == rfc8785.dumps(chr(number))
