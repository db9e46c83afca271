"""Verification: from an envelope's bytes to a fact about a manifest, or to the reason why there is none.

`verify` reads as the order of design: the steps that reject come first and stop at the first that fails; those that
invalidate all run, and each adds its reason. It opens nothing and reads no clock: the moment is an argument.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

from provider import chain, claims, digest, instant, names, revocation, validity
from provider.certificate import Certificate, check_signer
from provider.claims import CheckResult, Reason, Rejection, Signature, TrustStore
from provider.envelopes import Envelope, Format, check_size, recognise
from provider.envelopes.envelope import Statement
from provider.errors import Rejected
from provider.keys import PublicKey
from provider.oci import Content
from provider.trust import KeyEntry, Trust
from provider.withdrawals import SignatureName, Withdrawn


@dataclass(frozen=True, slots=True)
class Stored:
    """An envelope as a source gave it out; `media_type` None where only the bytes are known.

    `digest` is the SHA-256 of the whole of it, also where `data` was cut because it is over its cap.
    """

    data: bytes = field(repr=False)
    digest: str
    media_type: str | None
    source: str


@dataclass(frozen=True, slots=True)
class Verified:
    """An authentic signature: sound when `reasons` is empty. At one of `instants` (seconds) that may change."""

    signature: Signature
    reasons: tuple[Reason, ...]
    instants: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Standing:
    """One way in which the signer is anchored: the certificates whose dates count for it, and the stores."""

    certificates: tuple[Certificate, ...]
    stores: tuple[TrustStore, ...]

    @property
    def leaf(self) -> Certificate | None:
        return self.certificates[0] if self.certificates else None


def verify(stored: Stored, subject: Content, trust: Trust, at: int) -> Verified | Rejection:
    """Verify one envelope over the bytes of `subject`, as trust and the moment `at` (seconds since 1970) have it."""
    form: Format | None = None
    try:
        check_size(stored.data)  # 1 caps
        form = recognise(stored.data, stored.media_type)  # 2 parse
        envelope = form.parse(stored.data)
        key, allowed, entries = _key(envelope, trust)
        key.verify(envelope.algorithm, allowed, envelope.signed, envelope.signature)  # 3 algorithm, 4 integrity
        _check_subject(envelope.statement, subject)  # 5 subject
        standings = _anchor(envelope, trust, entries)  # 6 anchor
        # 7 authentic time: nv2 has none, so dates are compared with `at`
        standings = _bound(envelope, standings)  # 9 the format's own rules
    except Rejected as rejection:
        return Rejection(
            digest=stored.digest,
            format=form.name if form else None,
            code=rejection.code,
            check=rejection.check,
            message=rejection.message[: claims.MAX_MESSAGE],
            retryable=False,
        )
    return _state(stored, envelope, key, standings, trust, at)


def _key(envelope: Envelope, trust: Trust) -> tuple[PublicKey, frozenset[str], tuple[KeyEntry, ...]]:
    """The key that must have signed, the algorithms it may have, and its entries where it was found by `kid`."""
    if envelope.certificates:
        leaf = envelope.certificates[0]
        if leaf.key is None:
            raise Rejected("certificate_profile", "authenticity", f"the certificate {leaf.subject!r}: {leaf.flaw}")
        if envelope.key_id is not None and envelope.key_id not in (leaf.key.libtrust_id, leaf.key.thumbprint):
            raise Rejected("key_mismatch", "integrity", "kid and x5c name two keys")
        return leaf.key, envelope.format.algorithms.get(leaf.key.kind, frozenset()), ()
    entries = trust.by_key_name.get(envelope.key_id or "", ())
    if not entries:
        raise Rejected("unknown_key", "authenticity", f"no key store holds the key {envelope.key_id!r:.200}")
    if len({entry.key.spki_digest for entry in entries}) > 1:
        raise Rejected("ambiguous_key", "authenticity", f"the key stores hold several keys {envelope.key_id!r:.200}")
    usable = tuple(entry for entry in entries if envelope.algorithm in _algorithms(envelope.format, entry))
    allowed = frozenset[str]().union(*(_algorithms(envelope.format, entry) for entry in entries))
    return entries[0].key, allowed, usable


def _algorithms(form: Format, entry: KeyEntry) -> frozenset[str]:
    table = form.jwk_algorithms if entry.given_as_jwk else form.algorithms
    allowed = table.get(entry.key.kind, frozenset())
    return allowed & {entry.algorithm} if entry.algorithm else allowed


def _check_subject(statement: Statement, subject: Content) -> None:
    """Step 5: what was signed is this manifest, by media type, size and digest (nv2: content is checked by both)."""
    if subject.ambiguous:
        raise Rejected("subject_media_type", "subject", "the manifest has both layers and manifests")
    if subject.declared is not None and subject.declared != subject.media_type:
        why = f"the manifest calls itself {subject.declared!r:.200} and is given as {subject.media_type!r:.200}"
        raise Rejected("subject_media_type", "subject", why)
    if statement.media_type is not None and statement.media_type != subject.media_type:
        why = f"signed for {statement.media_type!r:.200}, the manifest is {subject.media_type!r:.200}"
        raise Rejected("subject_media_type", "subject", why)
    if statement.size != subject.size:
        why = f"signed for {statement.size} bytes, the manifest has {subject.size}"
        raise Rejected("subject_size", "subject", why)
    if statement.digest != subject.digest and not digest.matches(statement.digest, subject.data):
        raise Rejected("subject_digest", "subject", f"signed for {statement.digest}, the manifest is {subject.digest}")


def _anchor(envelope: Envelope, trust: Trust, entries: tuple[KeyEntry, ...]) -> tuple[_Standing, ...]:
    """Step 6. x5c is anchored by the x509 stores alone, a kid by the key stores alone."""
    if envelope.certificates:
        paths = chain.anchor(envelope.certificates, trust, envelope.format.store_type)
        return tuple(_Standing(path.certificates, path.stores) for path in paths)
    groups: dict[Certificate | None, tuple[TrustStore, ...]] = {}
    flaw: Rejected | None = None
    for entry in entries:
        try:
            if entry.certificate:
                check_signer(entry.certificate, pinned=True)
            groups[entry.certificate] = (*groups.get(entry.certificate, ()), entry.anchor)
        except Rejected as rejection:
            flaw = flaw or rejection
    if flaw and not groups:
        raise flaw
    return tuple(_Standing((one,) if one else (), stores) for one, stores in groups.items())


def _bound(envelope: Envelope, standings: tuple[_Standing, ...]) -> tuple[_Standing, ...]:
    """Step 9, nv2: with a certificate, every reference lies under its names. A key without a name binds nothing."""
    if not envelope.format.references_bound or not envelope.statement.references:
        return standings
    bound, mismatch = [], None
    for standing in standings:
        try:
            if standing.leaf:
                names.check_references(envelope.statement.references, standing.leaf)
            bound.append(standing)
        except Rejected as rejection:
            mismatch = mismatch or rejection
    if mismatch and not bound:
        raise mismatch
    return tuple(bound)


def _state(
    stored: Stored, envelope: Envelope, key: PublicKey, standings: tuple[_Standing, ...], trust: Trust, at: int
) -> Verified:
    """Steps 8 and 10 to 12 all run, and what they say becomes the fact.

    Of several standings the one with the fewest reasons counts, with the stores of every other that is as good.
    """
    name = SignatureName(public_key=key.spki_digest, statement=digest.sha256(envelope.signed))
    dated = [(tuple(validity.certificate_reasons(one.certificates, at)), one) for one in standings]  # 8 dates
    dates, best = min(dated, key=lambda pair: (len(pair[0]), pair[1].leaf is None))
    expiry = tuple(validity.expiry_reasons(envelope.statement, at))  # 10 expiry
    revoked = revocation.unchecked(best.certificates)  # 11 revocation
    withdrawn = tuple(_withdrawn(envelope, key, name, standings, trust))  # 12 withdrawals
    withdrawal = tuple(validity.withdrawal_reasons(withdrawn, at))
    equal = tuple(one for reasons, one in dated if len(reasons) == len(dates))
    checks = claims.Checks(
        integrity="passed",
        subject="passed",
        authenticity="passed",
        authentic_time="notApplicable",
        validity=_result(dates, applies=best.leaf is not None),
        references=_result((), applies=_names_match(envelope, best) is not None),
        expiry=_result(expiry, applies=(envelope.statement.expires_at, envelope.statement.not_before) != (None, None)),
        revocation="inconclusive" if revoked.status == "notChecked" else "notApplicable",
        withdrawal=_result(withdrawal),
    )
    signature = Signature(
        digest=stored.digest,
        digests=(stored.digest,),
        statement=name.statement,
        format=envelope.format.name,
        media_type=stored.media_type or envelope.format.media_types[0],
        source=stored.source,
        signer=_signer(envelope, key, best, equal),
        claims=_claims(envelope.statement),
        references_match_signer=_names_match(envelope, best),
        times=(),
        checks=checks,
        revocation=revoked,
    )
    certificates = (one for standing in standings for one in standing.certificates)
    return Verified(
        signature, dates + expiry + withdrawal, validity.instants(envelope.statement, certificates, withdrawn)
    )


def _withdrawn(
    envelope: Envelope, key: PublicKey, name: SignatureName, standings: tuple[_Standing, ...], trust: Trust
) -> Iterator[Withdrawn]:
    """Every withdrawal of the signature, and of any key, certificate or identity by which it stands or is carried."""
    certificates = {*envelope.certificates, *(one for standing in standings for one in standing.certificates)}
    return trust.withdrawals.concerning(
        signature=name,
        public_keys={key.spki_digest, *(one.key.spki_digest for one in certificates if one.key)},
        certificates={one.fingerprint for one in certificates},
        identities={one for standing in standings for one in _identities(standing, key)},
    )


def _identities(standing: _Standing, key: PublicKey) -> Iterator[str]:
    """`type:store/CN`; for a key without a certificate `keys:store/sha256:…` of its SPKI."""
    name = standing.leaf.common_names[0] if standing.leaf else key.spki_digest
    return (f"{store.type}:{store.name}/{name}" for store in standing.stores)


def _signer(envelope: Envelope, key: PublicKey, best: _Standing, equal: tuple[_Standing, ...]) -> claims.Signer:
    leaf = best.leaf
    return claims.Signer(
        cn=leaf.common_names[0] if leaf else None,
        identities=tuple(sorted({identity for one in equal for identity in _identities(one, key)})),
        type="x509" if leaf else "jwk",
        algorithm=envelope.algorithm,
        key_id=envelope.key_id,
        public_key=key.spki_digest,
        certificate=_certificate(leaf) if leaf else None,
        trust_stores=claims.ordered_stores(store for one in equal for store in one.stores),
    )


def _names_match(envelope: Envelope, standing: _Standing) -> Literal[True] | None:
    """True where references were compared with a certificate's names; a mismatch has been a rejection before."""
    compared = envelope.format.references_bound and standing.leaf and envelope.statement.references
    return True if compared else None


def _result(reasons: tuple[Reason, ...], *, applies: bool = True) -> CheckResult:
    if not applies:
        return "notApplicable"
    return "failed" if reasons else "passed"


@lru_cache(maxsize=1024)
def _certificate(one: Certificate) -> claims.Certificate:
    return claims.Certificate(
        subject=one.subject,
        issuer=one.issuer,
        serial_number=str(one.serial_number),
        fingerprint=one.fingerprint,
        not_before=instant.text(one.not_before),
        not_after=instant.text(one.not_after),
        subject_alternative_names=one.alternative_names,
        extended_key_usages=one.extended_key_usages,
    )


def _claims(statement: Statement) -> claims.Claims:
    return claims.Claims(
        media_type=statement.media_type,
        digest=statement.digest,
        size=statement.size,
        references=statement.references,
        annotations=statement.annotations,
        issued_at=_time(statement.issued_at),
        not_before=_time(statement.not_before),
        expires_at=_time(statement.expires_at),
        signing_scheme=statement.signing_scheme,
        signing_time=_time(statement.signing_time),
    )


def _time(moment: int | None) -> str | None:
    return None if moment is None else instant.text(moment)
