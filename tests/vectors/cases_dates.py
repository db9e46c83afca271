"""Dates of certificates: both ends are included, every certificate of the path counts, and every reason is given."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from tests.vectors.actors import CHAIN, CN, INTERMEDIATE, OWN, ROOT, anchors, by_chain, claims, jwt
from tests.vectors.draft import AT, SOUND, Case, Signer, Verdict, invalidated
from tests.vectors.pki import END, START, Certificate, Profile, authority, issue

DATES: Final = "RFC 5280 section 4.1.2.5: notBefore and notAfter are included"
EVERY: Final = f"{OWN}: every reason is given"
NOW: Final = datetime.fromtimestamp(AT, UTC)
SECOND: Final = timedelta(seconds=1)

EXPIRED: Final = invalidated("certificateExpired")
NOT_YET: Final = invalidated("certificateNotYetValid")

SPANS: Final[tuple[tuple[str, str, Verdict, datetime, datetime], ...]] = (
    ("at-start", "becomes valid this very second", SOUND, NOW, END),
    ("at-end", "is valid until this very second", SOUND, START, NOW),
    ("before-start", "becomes valid in a second", NOT_YET, NOW + SECOND, END),
    ("after-end", "was valid until a second ago", EXPIRED, START, NOW - SECOND),
)


def cases() -> Iterator[Case]:
    """Every certificate of a path at the ends of its time, and after them."""
    for name, what, verdict, start, end in SPANS:
        self_signed = by_chain(issue(CN, "p256-signer", start=start, end=end))
        why = f"The self-signed certificate {what}."
        yield from jwt(f"dates-self-signed-{name}", why, DATES, verdict, signer=self_signed)
        leaf = issue(CN, "p256-signer", INTERMEDIATE, start=start, end=end)
        signer = by_chain(leaf, INTERMEDIATE, trust=anchors(ROOT))
        yield from jwt(f"dates-leaf-{name}", f"The leaf {what}.", DATES, verdict, signer=signer)
        intermediate = authority("Wabbit Networks Signing CA", "p256-intermediate", ROOT, start=start, end=end)
        signer = by_chain(issue(CN, "p256-signer", intermediate), intermediate, trust=anchors(ROOT))
        yield from jwt(f"dates-intermediate-{name}", f"The intermediate {what}.", DATES, verdict, signer=signer)
        root = authority("Wabbit Networks Root", "p256-root", start=start, end=end)
        signer = by_chain(issue(CN, "p256-signer", root), trust=anchors(root))
        yield from jwt(f"dates-root-{name}", f"The root {what}.", DATES, verdict, signer=signer)
    yield from _together()


def _together() -> Iterator[Case]:
    old: Profile = {"end": NOW - SECOND}
    root = authority("Old Root", "p256-root", **old)
    leaf = issue(CN, "p256-signer", root, start=NOW + SECOND)
    why = "The leaf is not yet valid, and the root no longer."
    verdict = invalidated("certificateNotYetValid", "certificateExpired")
    yield from jwt("dates-leaf-and-root", why, EVERY, verdict, signer=by_chain(leaf, trust=anchors(root)))
    expired = by_chain(issue(CN, "p256-signer", end=NOW - SECOND))
    why = "The signature has expired, and its certificate as well."
    verdict = invalidated("expired", "certificateExpired")
    yield from jwt("dates-and-exp", why, EVERY, verdict, signer=expired, claims=claims(exp=AT))
    why = "The certificate has expired, though the signature was made in its time: nothing vouches for that time."
    made = claims("references", iat=AT - 3600)
    hour = by_chain(issue(CN, "p256-signer", end=NOW - timedelta(minutes=30)))
    yield from jwt("dates-iat-in-time", why, f"{OWN}: iat is the signer's word", EXPIRED, signer=hour, claims=made)
    why = "The root has expired; the intermediate is an anchor itself, and needs no root."
    signer = _two_anchors(authority("Wabbit Networks Root", "p256-root", **old))
    expected = {"signer": {"cn": CN, "certificate": {"fingerprint": _leaf_of(signer)}}}
    yield from jwt(
        "dates-anchored-twice", why, f"{OWN}: any certificate in a store is an anchor", signer=signer, more=expected
    )
    why = "The certificate has no well-defined end: its notAfter is the year 9999."
    endless = by_chain(issue(CN, "p256-signer", end=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)))
    yield from jwt("dates-no-end", why, "RFC 5280 section 4.1.2.5", signer=endless)
    why = "The chain is asked about in a year to come."
    later = int(datetime(2027, 1, 1, 0, 0, 1, tzinfo=UTC).timestamp())
    verdict = invalidated("certificateExpired", "certificateExpired", "certificateExpired")
    yield from jwt("dates-all-expired", why, EVERY, verdict, signer=CHAIN, at=later)


def _leaf_of(signer: Signer) -> str:
    assert signer.certificate
    return signer.certificate.fingerprint


def _two_anchors(root: Certificate) -> Signer:
    """A chain whose root lies in one store, and its intermediate in another."""
    intermediate = authority("Wabbit Networks Signing CA", "p256-intermediate", root)
    leaf = issue(CN, "p256-signer", intermediate)
    trust = {**anchors(root, store="root"), **anchors(intermediate, store="intermediate")}
    return by_chain(leaf, intermediate, trust=trust, stores=("intermediate",))
