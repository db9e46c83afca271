"""Reasons hold from the second to the second that the specifications say, and every change of them is foretold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import instant, validity
from provider.envelopes.envelope import Statement
from provider.withdrawals import Withdrawn
from tests.core import mutation
from tests.core.pki import AT, digest_of, of, signer

ONE = of(signer(not_before=AT - 100, not_after=AT + 100).certificate)


def said(not_before: int | None = None, expires_at: int | None = None) -> Statement:
    return Statement(None, digest_of(b""), 0, not_before=not_before, expires_at=expires_at)


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        (AT - 101, "certificateNotYetValid"),
        (AT - 100, None),
        (AT, None),
        (AT + 100, None),
        (AT + 101, "certificateExpired"),
    ],
)
def test_a_certificate_is_valid_from_its_first_to_its_last_second(at: int, reason: str | None) -> None:
    assert [one.reason for one in validity.certificate_reasons([ONE], at)] == ([reason] if reason else [])


def test_every_certificate_of_a_path_counts() -> None:
    other = of(signer(not_before=AT + 50, not_after=AT + 60).certificate)
    found = [(one.reason, one.since) for one in validity.certificate_reasons([ONE, other], AT + 200)]
    assert found == [
        ("certificateExpired", instant.text(AT + 100)),
        ("certificateExpired", instant.text(AT + 60)),
    ]


@pytest.mark.parametrize(("at", "reasons"), [(AT - 1, []), (AT, ["expired"]), (AT + 1, ["expired"])])
def test_exp_itself_is_too_late(at: int, reasons: list[str]) -> None:
    assert [one.reason for one in validity.expiry_reasons(said(expires_at=AT), at)] == reasons


@pytest.mark.parametrize(("at", "reasons"), [(AT - 1, ["notYetValid"]), (AT, []), (AT + 1, [])])
def test_nbf_itself_is_early_enough(at: int, reasons: list[str]) -> None:
    assert [one.reason for one in validity.expiry_reasons(said(not_before=AT), at)] == reasons


def test_what_ends_before_it_begins_is_both() -> None:
    found = [one.reason for one in validity.expiry_reasons(said(not_before=AT + 10, expires_at=AT - 10), AT)]
    assert found == ["expired", "notYetValid"]


def test_a_time_of_zero_counts() -> None:
    assert [one.reason for one in validity.expiry_reasons(said(expires_at=0), 0)] == ["expired"]
    assert not [*validity.expiry_reasons(said(not_before=0), 0)]


@pytest.mark.parametrize(("at", "reasons"), [(AT - 1, []), (AT, ["a"]), (AT + 10, ["a", "b"])])
def test_a_withdrawal_holds_from_its_own_second_on_the_oldest_first(at: int, reasons: list[str]) -> None:
    withdrawn = [Withdrawn(AT + 10, "b"), Withdrawn(AT, "a")]
    found = [*validity.withdrawal_reasons(withdrawn, at)]
    assert [one.detail for one in found] == reasons
    assert all(one.reason == "withdrawn" for one in found)


MOMENTS = st.integers(AT - 20, AT + 20)


@mutation.SOME
@given(
    st.none() | MOMENTS,
    st.none() | MOMENTS,
    st.lists(st.tuples(MOMENTS, MOMENTS), max_size=2),
    st.lists(MOMENTS, max_size=3),
)
def test_reasons_change_at_the_stated_instants_alone(
    begins: int | None, ends: int | None, dates: list[tuple[int, int]], since: list[int]
) -> None:
    statement = said(begins, ends)
    certificates = [of(signer(not_before=min(pair), not_after=max(pair)).certificate) for pair in dates]
    withdrawn = [Withdrawn(moment, str(moment)) for moment in since]

    def reasons(at: int) -> list[object]:
        return [
            *validity.certificate_reasons(certificates, at),
            *validity.expiry_reasons(statement, at),
            *validity.withdrawal_reasons(withdrawn, at),
        ]

    foretold = validity.instants(statement, certificates, withdrawn)
    changes = {at for at in range(AT - 25, AT + 26) if reasons(at) != reasons(at - 1)}
    assert changes <= foretold
