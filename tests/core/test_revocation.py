"""Nothing is asked about revocation, and that is what is said."""

import pytest
from cryptography import x509

from provider.certificate import Certificate
from provider.revocation import unchecked
from tests.core.pki import Extension, Party, authority, of, signer

CRL: Extension = (
    x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.UniformResourceIdentifier("http://b.example/crl")], None, None, None)]
    ),
    False,
)


def path(*parties: Party) -> tuple[Certificate, ...]:
    return tuple(of(party.certificate) for party in parties)


@pytest.mark.parametrize(
    ("leaf", "root", "status", "statuses"),
    [
        ([], [], "notApplicable", ["notApplicable", "notApplicable"]),
        ([CRL], [], "notChecked", ["notChecked", "notApplicable"]),
        ([], [CRL], "notApplicable", ["notApplicable", "notApplicable"]),
        ([CRL], [CRL], "notChecked", ["notChecked", "notApplicable"]),
    ],
)
def test_a_pointer_that_is_not_followed_is_not_checked_and_an_anchor_needs_none(
    leaf: list[Extension], root: list[Extension], status: str, statuses: list[str]
) -> None:
    issuer = authority(extensions=root)
    found = unchecked(path(signer(issuer=issuer, extensions=leaf), issuer))
    assert found.status == status
    assert [one.status for one in found.certificates] == statuses
    assert found.certificates[-1].reason == "anchor"


def test_an_anchored_signer_is_an_anchor_too() -> None:
    found = unchecked(path(signer(extensions=[CRL])))
    assert (found.status, [one.reason for one in found.certificates]) == ("notApplicable", ["anchor"])


def test_a_bare_key_has_nothing_to_revoke() -> None:
    assert unchecked(()).status == "notApplicable"
    assert unchecked(()).certificates == ()
