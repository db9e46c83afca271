"""The table of formats: every envelope has one format, told by its media type and then by its first bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import envelopes
from provider.envelopes import nv2
from provider.errors import Rejected
from tests.core import hostile, mutation
from tests.core.hostile import LEAF
from tests.core.mutation import outcome
from tests.core.pki import JSON_TYPE, JWT_TYPE, json_form, jwt

TYPES = st.sampled_from([None, JWT_TYPE, JSON_TYPE, "application/json", ""])


@pytest.mark.parametrize(
    ("data", "media_type", "form"),
    [
        (jwt(LEAF), JWT_TYPE, nv2.JWT),
        (jwt(LEAF), JSON_TYPE, nv2.JWT),
        (jwt(LEAF), None, nv2.JWT),
        (json_form(LEAF), JSON_TYPE, nv2.JSON),
        (json_form(LEAF), None, nv2.JSON),
        (b" \r\n\t" + json_form(LEAF), JSON_TYPE, nv2.JSON),
        (json_form(LEAF), JWT_TYPE, nv2.JWT),
        (b"garbage", JWT_TYPE, nv2.JWT),
        (jwt(LEAF) + b"\n", None, nv2.JWT),
    ],
    ids=range(9),
)
def test_the_format_follows_the_media_type_and_then_the_bytes(
    data: bytes, media_type: str | None, form: envelopes.Format
) -> None:
    assert envelopes.recognise(data, media_type) is form


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (b"", None),
        (b"garbage", None),
        (b"[]", JSON_TYPE),
        (b"\xff\xfe", None),
        (jwt(LEAF), "application/jose+json"),
        (json_form(LEAF), ""),
        (b"a.b", None),
    ],
)
def test_what_no_row_of_the_table_takes_is_of_no_known_format(data: bytes, media_type: str | None) -> None:
    with pytest.raises(Rejected) as raised:
        envelopes.recognise(data, media_type)
    assert (raised.value.code, raised.value.check) == ("unknown_format", "integrity")


@mutation.SOME
@given(hostile.ENVELOPES, TYPES)
def test_any_bytes_under_any_type_have_a_format_or_none(data: bytes, media_type: str | None) -> None:
    kind, _ = outcome(lambda: envelopes.recognise(data, media_type))
    assert kind in {"value", "unknown_format"}


def test_an_envelope_over_one_mebibyte_is_not_looked_at() -> None:
    envelopes.check_size(bytes(1024 * 1024))
    with pytest.raises(Rejected) as raised:
        envelopes.check_size(bytes(1024 * 1024 + 1))
    assert raised.value.code == "envelope_too_large"


def test_every_media_type_of_the_table_is_listed() -> None:
    assert envelopes.media_types() == {JWT_TYPE, JSON_TYPE}


def test_telling_the_format_of_a_long_text_takes_no_longer_than_it_is_long() -> None:
    for data in (b"a" * 1_000_000, b"a." * 500_000, b"a.a." + b" " * 1_000_000 + b"x", b" " * 1_000_000):
        assert outcome(lambda data=data: envelopes.recognise(data, None))[0] == "unknown_format"  # type: ignore[misc]
