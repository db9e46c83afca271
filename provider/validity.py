"""What a moment does to an authentic signature: every reason not to call it sound then, and when that may change.

All of them are looked for and each is reported (expired and withdrawn are two reasons). There is no leeway for clocks
that differ.
"""

from collections.abc import Iterable, Iterator

from provider import instant
from provider.certificate import Certificate
from provider.claims import MAX_MESSAGE, Reason, ReasonName
from provider.envelopes.envelope import Statement
from provider.withdrawals import Withdrawn


def certificate_reasons(certificates: Iterable[Certificate], at: int) -> Iterator[Reason]:
    """RFC 5280 section 4.1.2.5: a certificate is valid from notBefore through notAfter, both included."""
    for one in certificates:
        if at > one.not_after:
            yield _reason("certificateExpired", one.not_after, f"the certificate {one.subject!r} has expired")
        if at < one.not_before:
            yield _reason("certificateNotYetValid", one.not_before, f"the certificate {one.subject!r} is not yet valid")


def expiry_reasons(statement: Statement, at: int) -> Iterator[Reason]:
    """RFC 7519 sections 4.1.4 and 4.1.5: `exp` itself is too late, `nbf` itself is not too early."""
    if statement.expires_at is not None and at >= statement.expires_at:
        yield _reason("expired", statement.expires_at, "the signature has expired")
    if statement.not_before is not None and at < statement.not_before:
        yield _reason("notYetValid", statement.not_before, "the signature is not yet valid")


def withdrawal_reasons(withdrawn: Iterable[Withdrawn], at: int) -> Iterator[Reason]:
    """Every withdrawal that holds by now, the oldest first."""
    for one in sorted(withdrawn, key=lambda one: (one.since, one.reason)):
        if at >= one.since:
            yield _reason("withdrawn", one.since, one.reason)


def instants(
    statement: Statement, certificates: Iterable[Certificate], withdrawn: Iterable[Withdrawn]
) -> frozenset[int]:
    """Every moment (seconds since 1970) at which one of the reasons begins or ends."""
    # notAfter itself is still valid: what is made at that very second changes one second later.
    dates = (moment for one in certificates for moment in (one.not_before, one.not_after, one.not_after + 1))
    stated = (moment for moment in (statement.not_before, statement.expires_at) if moment is not None)
    return frozenset((*dates, *stated, *(one.since for one in withdrawn)))


def _reason(name: ReasonName, since: int, detail: str) -> Reason:
    return Reason(reason=name, since=instant.text(since), detail=detail[:MAX_MESSAGE])
