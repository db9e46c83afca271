"""A digest is lower-case hex of the exact length, by an algorithm that is known; everything else is none."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import digest
from tests.core import mutation

GOOD = ("sha256:" + "0a" * 32, "sha512:" + "9f" * 64)


@pytest.mark.parametrize("text", GOOD)
def test_registered_algorithms_with_their_own_length_are_digests(text: str) -> None:
    assert digest.is_digest(text)


@pytest.mark.parametrize(
    "text",
    [
        "sha256:" + "0A" * 32,
        "SHA256:" + "0a" * 32,
        "sha256:" + "0a" * 31,
        "sha256:" + "0a" * 64,
        "sha512:" + "0a" * 32,
        "sha384:" + "0a" * 48,
        "md5:" + "0a" * 16,
        "sha256:" + "0a" * 32 + "\n",
        " sha256:" + "0a" * 32,
        "sha256:" + "../" * 21 + "a",
        "sha256:" + "\u0660" * 64,
        "sha256",
        "",
        ":",
        None,
        5,
        b"sha256:" + b"0a" * 32,
        ["sha256:" + "0a" * 32],
    ],
)
def test_everything_else_is_none(text: object) -> None:
    assert not digest.is_digest(text)


@mutation.SOME
@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_digest_matches_its_own_content_alone(data: bytes, other: bytes) -> None:
    for text in (f"sha256:{hashlib.sha256(data).hexdigest()}", f"sha512:{hashlib.sha512(data).hexdigest()}"):
        assert digest.matches(text, data)
        assert digest.matches(text, other) == (data == other)
    assert digest.sha256(data) == f"sha256:{hashlib.sha256(data).hexdigest()}"


@mutation.SOME
@given(st.one_of(st.text(max_size=80), mutation.changed_bytes(GOOD[0].encode()).map(lambda one: one.decode("latin-1"))))
def test_what_is_no_digest_matches_nothing(text: str) -> None:
    assert not digest.matches(text, b"content")
