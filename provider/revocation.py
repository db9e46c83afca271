"""Revocation, as far as it is looked into: nothing is fetched, and that is said.

An anchor is trusted for itself and a certificate without a pointer cannot be asked about: both are notApplicable in
every mode. What has a CRL or OCSP pointer is notChecked, which a policy treats as it treats unknown.
"""

from provider.certificate import Certificate
from provider.claims import CertificateRevocation, Revocation, RevocationStatus


def unchecked(path: tuple[Certificate, ...]) -> Revocation:
    """The revocation of a path (signer first, anchor last; empty for a bare key) of which nothing was asked."""
    found = tuple(_unchecked(one, anchor=one is path[-1]) for one in path)
    worst: RevocationStatus = "notChecked" if any(one.status == "notChecked" for one in found) else "notApplicable"
    return Revocation(status=worst, certificates=found)


def _unchecked(one: Certificate, *, anchor: bool) -> CertificateRevocation:
    status: RevocationStatus = "notApplicable"
    if anchor:
        reason = "anchor"
    elif one.has_revocation_pointer:
        status, reason = "notChecked", "revocation is off"
    else:
        reason = "no pointer"
    return CertificateRevocation(
        fingerprint=one.fingerprint,
        status=status,
        method=None,
        this_update=None,
        next_update=None,
        revoked_at=None,
        invalidity_date=None,
        reason=reason,
    )
