"""One tree and one table: an error of one family never carries a code of another."""

import pytest

from provider.errors import CODES, Refused, Rejected, SigclaimsError, Unavailable


def error(code: str) -> SigclaimsError:
    match CODES[code].family:
        case "rejected":
            return Rejected(code, "integrity", "message")
        case "unavailable":
            return Unavailable(code, "message")
        case _:
            return Refused(code, "message")


@pytest.mark.parametrize("code", CODES)
def test_each_code_has_an_error_of_its_family_that_says_what_to_do(code: str) -> None:
    made = error(code)
    assert isinstance(made, SigclaimsError)
    assert (made.code, made.message, str(made)) == (code, "message", "message")
    assert made.remedy == CODES[code].remedy != ""
    assert made.status == (CODES[code].status or 500)
    assert code == code.lower()


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_another_family_is_a_mistake_of_ours(code: str) -> None:
    if CODES[code].family != "rejected":
        with pytest.raises(AssertionError):
            Rejected(code, "integrity", "message")
    if CODES[code].family != "unavailable":
        with pytest.raises(AssertionError):
            Unavailable(code, "message")
    if CODES[code].family != "refused":
        with pytest.raises(AssertionError):
            Refused(code, "message")


def test_what_could_not_be_found_out_may_be_tried_again_unless_it_says_otherwise() -> None:
    assert Unavailable("source_failed", "m").retryable
    assert not Unavailable("source_failed", "m", retryable=False).retryable


def test_a_code_that_is_not_in_the_table_cannot_be_used() -> None:
    with pytest.raises(KeyError):
        Refused("no_such_code", "message")
