"""Moments are whole seconds, their text is RFC 3339 in UTC, and text that is not is a ValueError and nothing else."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import instant
from tests.core import mutation


@mutation.SOME
@given(st.integers(0, instant.LAST))
def test_a_moment_comes_back_from_its_text(moment: int) -> None:
    text = instant.text(moment)
    assert instant.parse(text) == moment
    assert datetime.fromisoformat(text) == datetime.fromtimestamp(moment, UTC)


@mutation.SOME
@given(st.integers(0, instant.LAST), st.integers(0, instant.LAST))
def test_texts_sort_as_moments_do(one: int, other: int) -> None:
    assert (instant.text(one) < instant.text(other)) == (one < other)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("9999-12-31T23:59:59Z", instant.LAST),
        ("1970-01-01t00:00:01z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:00:00-01:00", 0),
        ("2024-02-29T12:00:00Z", 1_709_208_000),
        ("1970-01-01T00:00:00.999999999Z", 0),
        ("1970-01-01T00:00:00-00:00", 0),
    ],
)
def test_rfc_3339_is_read(text: str, moment: int) -> None:
    assert instant.parse(text) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-01-01T00:00Z",
        "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00.0000000001Z",
        "2026-13-01T00:00:00Z",
        "2025-02-29T00:00:00Z",
        "2026-01-01T25:00:00Z",
        "2026-01-01T00:00:61Z",
        "2026-01-01T00:00:00+99:00",
        "2026-W01-1T00:00:00Z",
        "20260101T000000Z",
        "٢٠٢٦-01-01T00:00:00Z",
        "2026-01-01T00:00:00Z\n",
        "0000-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:30:00+01:00",
        "9999-12-31T23:59:59-00:01",
        "0001-01-01T00:00:00+23:59",
        "now",
    ],
)
def test_what_is_not_rfc_3339_or_out_of_its_years_is_refused(text: str) -> None:
    with pytest.raises(
        ValueError, match=r"is not RFC 3339|out of|outside|must be|day is|month|hour|second|Isoformat|offset"
    ):
        instant.parse(text)


@mutation.MANY
@given(
    st.one_of(
        st.text(max_size=30),
        st.text("0123456789-:TZ+.", max_size=30),
        mutation.changed_bytes(b"2026-12-01T23:59:59.5+01:00").map(lambda data: data.decode("latin-1")),
    )
)
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    try:
        moment = instant.parse(text)
    except ValueError:
        return
    assert 0 <= moment <= instant.LAST


@pytest.mark.parametrize(("moment", "text"), [(-1, "1970-01-01T00:00:00Z"), (10**14, "9999-12-31T23:59:59Z")])
def test_a_certificates_date_outside_the_years_is_cut_to_their_ends(moment: int, text: str) -> None:
    assert instant.text(moment) == text
