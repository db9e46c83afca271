"""Bytes have one reading, or they are malformed; nothing else comes out, and no input takes long."""

import base64
import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import strict
from provider.strict import Malformed
from tests.core import mutation
from tests.core.mutation import outcome
from tests.core.pki import compact, stated

NAMES = frozenset({"exp", "iat", "size"})


@st.composite
def plain_json(draw: st.DrawFn) -> object:
    """JSON without what strict reading refuses."""
    names = st.text('abcdefgh_-/é漢😀\n"\\', max_size=6)
    scalars = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(max_size=8)
    return draw(st.recursive(scalars, lambda one: st.lists(one, max_size=4) | st.dictionaries(names, one, max_size=4)))


@mutation.FEW
@given(plain_json(), st.booleans())
def test_what_is_written_plainly_is_read_as_it_was_meant(value: object, ascii_only: bool) -> None:  # noqa: FBT001
    assert strict.loads(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@mutation.MANY
@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode)))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    assert outcome(lambda: strict.loads(data)) == outcome(lambda: strict.loads(data))


@mutation.SOME
@given(mutation.changed_json({**stated(), "inner": {"deep": [1, {"a": "b"}]}}))
def test_what_is_read_at_all_is_read_as_every_other_decoder_reads_it(data: bytes) -> None:
    kind, value = outcome(lambda: strict.loads(data))
    assert kind == "malformed" or value == json.loads(data)


@pytest.mark.parametrize(
    "text",
    [
        '{"exp":1,"exp":2}',
        '{"exp":1,"EXP":2}',
        '{"exp":1,"\\u0065xp":2}',
        '[{"a":{"b":1,"b":1}}]',
        "NaN",
        "[Infinity]",
        "-Infinity",
        "1.0",
        "1e2",
        "1E400",
        "9223372036854775808",
        "-9223372036854775809",
        "1" * 5000,
        "01",
        "+1",
        "",
        " ",
        "{",
        "[1,]",
        "{} {}",
        "'a'",
        '"\\ud800"',
        '{"\\udc00":1}',
        '"\x01"',
        '"a\nb"',
        "\ufeff{}",
        "\u00a0{}",
        "nul",
        "[" * 33 + "]" * 33,
        "[" * 200_000,
        '{"a":' * 200_000,
    ],
)
def test_what_decoders_disagree_about_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        strict.loads(text.encode())


@pytest.mark.parametrize("data", [b"\xff", b'"\xed\xa0\x80"', b'"\xc0\xaf"', "{}".encode("utf-16"), b'"\xe9"'])
def test_what_is_not_utf_8_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed, match="UTF-8"):
        strict.loads(data)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("-9223372036854775808", -(2**63)),
        ('"\\ud83d\\ude00"', "😀"),
        (" \t\r\n[ ] ", []),
        (json.dumps("[{" * 500), "[{" * 500),
        ('"\\"[[["', '"[[['),
    ],
)
def test_the_ends_of_what_is_allowed_are_allowed(text: str, value: object) -> None:
    assert strict.loads(text.encode()) == value


def test_nesting_counts_to_thirty_two_and_brackets_in_strings_do_not_count() -> None:
    deep = "[" * 31 + '"]]]]{{{{"' + "]" * 31
    many = f"[{','.join(['[[]]'] * 100)},{deep}]"
    assert isinstance(strict.loads(many.encode()), list)
    with pytest.raises(Malformed, match="deep"):
        strict.loads(f"[{many}]".encode())


def test_floats_are_read_where_they_are_asked_for_and_nan_never_is() -> None:
    assert strict.loads(b"[1.5, 2]", foreign=True) == [1.5, 2]
    with pytest.raises(Malformed):
        strict.loads(b"[NaN]", foreign=True)


def test_a_float_that_is_infinite_is_malformed() -> None:
    with pytest.raises(Malformed):
        strict.loads(b"[1e999]", foreign=True)


def test_a_string_without_an_end_does_not_take_longer_than_it_is_long() -> None:
    program = (
        "from provider import strict\n"
        'data = b"[" + b"[]," * 40 + b\'"\' + b\'\\\\"\' * 250_000\n'
        "try:\n    strict.loads(data)\nexcept strict.Malformed:\n    print('malformed')\n"
    )
    # Half a megabyte: milliseconds where each byte is looked at a few times, hours where each is for every other.
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout == "malformed\n"


@pytest.mark.parametrize("name", ["EXP", "Exp", "\u017fize", "IAT"])
def test_a_member_that_differs_from_a_known_one_by_case_alone_is_malformed(name: str) -> None:
    with pytest.raises(Malformed, match="by case alone"):
        strict.json_object(compact({name: 1}), NAMES)


@pytest.mark.parametrize("text", [b"[]", b'"exp"', b"null", b"1"])
def test_an_object_is_an_object(text: bytes) -> None:
    with pytest.raises(Malformed, match="not a JSON object"):
        strict.json_object(text, NAMES)


def test_members_that_are_not_known_are_let_through() -> None:
    assert strict.json_object(b'{"exp":1,"expires":2}', NAMES) == {"exp": 1, "expires": 2}


@mutation.SOME
@given(st.binary(max_size=40))
def test_base64_comes_back_as_the_bytes_it_was_made_of(data: bytes) -> None:
    assert strict.base64_standard(base64.b64encode(data).decode()) == data
    assert strict.base64_url(base64.urlsafe_b64encode(data).decode().rstrip("=")) == data


@mutation.MANY
@given(
    st.one_of(
        st.text(max_size=12),
        st.text("ABCDwxyz0189+/-_= \n", max_size=12),
        mutation.changed_bytes(base64.b64encode(b"sigclaims?>")).map(lambda data: data.decode("latin-1")),
    )
)
def test_bytes_have_one_encoding_in_base64(text: str) -> None:
    kind, value = outcome(lambda: strict.base64_standard(text))
    assert kind == "malformed" or (isinstance(value, bytes) and base64.b64encode(value).decode() == text)
    kind, value = outcome(lambda: strict.base64_url(text))
    assert kind == "malformed" or (
        isinstance(value, bytes) and base64.urlsafe_b64encode(value).decode().rstrip("=") == text
    )


@pytest.mark.parametrize("text", ["QQ", "QQ=", "QR==", "QQ==\n", " QQ==", "Q Q=", "QQ-_", "Q", "=", "QQ==QQ==", "é"])
def test_another_spelling_of_padded_base64_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        strict.base64_standard(text)


@pytest.mark.parametrize("text", ["QQ==", "QR", "QQ\n", "Q\r\nQ", "++__", "Q", "QUJDR", "\uff31\uff31"])
def test_another_spelling_of_base64url_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        strict.base64_url(text)
