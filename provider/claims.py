"""The claims document, version 1: every type that a policy can read, and nothing else.

The JSON Schemas in `schemas/` are generated from this module. The rule that holds here: every field is always
present (null where it has no value), lists are never null, names are camelCase, times are RFC 3339 UTC in whole
seconds, and numbers stay below 2^53. Nothing in here says "trusted" or "allowed": that is for policy to say.
"""

from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec

MAX_SAFE_INTEGER: Final = 2**53 - 1
"""The largest integer that survives a trip through float64 (RFC 8259 section 6)."""

MAX_MESSAGE: Final = 512
"""Characters of a message: names out of envelopes and file systems may be long."""

Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_SAFE_INTEGER)]
# `$` lets a newline at the end pass in some engines, and a length does not.
Sha256 = Annotated[str, msgspec.Meta(pattern=r"^sha256:[0-9a-f]{64}$", max_length=71)]
Digest = Annotated[str, msgspec.Meta(pattern=r"^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$", max_length=135)]
Time = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", max_length=20)]

StoreType = Literal["ca", "signingAuthority", "tsa", "keys"]
CheckResult = Literal["passed", "failed", "inconclusive", "notApplicable"]
CheckName = Literal[
    "integrity",
    "subject",
    "authenticity",
    "authenticTime",
    "validity",
    "references",
    "expiry",
    "revocation",
    "withdrawal",
]
ReasonName = Literal[
    "expired",
    "notYetValid",
    "certificateExpired",
    "certificateNotYetValid",
    "revoked",
    "withdrawn",
]
RevocationStatus = Literal["good", "revoked", "unknown", "notChecked", "notApplicable"]
SourceKind = Literal["layout", "files", "registry"]
SourceStatus = Literal["answered", "failed", "timedOut", "truncated"]


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A part of the document: immutable, camelCase in JSON, closed against members that it does not name."""


class Certificate(_Part, frozen=True):
    """The signer's leaf certificate. `serialNumber` is a decimal string: Gatekeeper reads numbers as float64."""

    subject: str
    issuer: str
    serial_number: str
    fingerprint: Sha256
    not_before: Time
    not_after: Time
    subject_alternative_names: tuple[str, ...]
    extended_key_usages: tuple[str, ...]


class TrustStore(_Part, frozen=True):
    """A trust store that anchors the signer; `fingerprint` is of the anchoring certificate, or of the key's SPKI."""

    name: str
    type: StoreType
    fingerprint: Sha256


def ordered_stores(stores: Iterable[TrustStore]) -> tuple[TrustStore, ...]:
    """Each store once, in the order in which documents list them."""
    return tuple(sorted(set(stores), key=lambda store: (store.type, store.name, store.fingerprint)))


class Signer(_Part, frozen=True):
    """Who signed. `identities` (`type:store/CN`) is what a policy compares; a bare CN identifies nobody."""

    cn: str | None
    identities: tuple[str, ...]
    type: Literal["x509", "jwk"]
    algorithm: str
    key_id: str | None
    public_key: Sha256
    certificate: Certificate | None
    trust_stores: tuple[TrustStore, ...]


class Claims(_Part, frozen=True):
    """Exactly what was signed. All of it is the signer's word, none of it is verified time or identity."""

    media_type: str | None
    digest: Digest
    size: Count
    references: tuple[str, ...]
    annotations: dict[str, str]
    issued_at: Time | None
    not_before: Time | None
    expires_at: Time | None
    signing_scheme: str | None
    signing_time: Time | None


class AttestedTime(_Part, frozen=True):
    """A moment at which the signature existed, the party that vouches for it, and the anchor of that party."""

    source: Literal["signer", "signingAuthority", "timestampAuthority"]
    time: Time
    anchor: str | None


class Checks(_Part, frozen=True):
    """One result a check, under the check's own name."""

    integrity: CheckResult
    subject: CheckResult
    authenticity: CheckResult
    authentic_time: CheckResult
    validity: CheckResult
    references: CheckResult
    expiry: CheckResult
    revocation: CheckResult
    withdrawal: CheckResult


class CertificateRevocation(_Part, frozen=True):
    """What is known of one certificate's revocation, by which method, and until when."""

    fingerprint: Sha256
    status: RevocationStatus
    method: Literal["ocsp", "crl"] | None
    this_update: Time | None
    next_update: Time | None
    revoked_at: Time | None
    invalidity_date: Time | None
    reason: str | None


class Revocation(_Part, frozen=True):
    """The worst status of the chain, then each certificate's, leaf first."""

    status: RevocationStatus
    certificates: tuple[CertificateRevocation, ...]


class Signature(_Part, frozen=True):
    """An authentic signature over the subject.

    `statement` and `signer.publicKey` identify it: envelopes are malleable, so equal signatures stand once, with the
    digests of every envelope that carried them.
    """

    digest: Sha256
    digests: tuple[Sha256, ...]
    statement: Sha256
    format: str
    media_type: str
    source: str
    signer: Signer
    claims: Claims
    references_match_signer: Literal[True] | None
    times: tuple[AttestedTime, ...]
    checks: Checks
    revocation: Revocation


class Reason(_Part, frozen=True):
    """Why an authentic signature is not sound at `verifiedAt`, and since when."""

    reason: ReasonName
    since: Time
    detail: str


class Invalidated(Signature, frozen=True):
    """An authentic signature to which at least one reason applies."""

    reasons: tuple[Reason, ...]


class Rejection(_Part, frozen=True):
    """An envelope of which no claim is shown: which check it failed, with a code out of the error table."""

    digest: Sha256
    format: str | None
    code: str
    check: CheckName
    message: str
    retryable: bool


class Rejected(_Part, frozen=True):
    """How many envelopes were rejected, by code, and the first sixteen of them."""

    count: Count
    by_code: dict[str, Count]
    first: tuple[Rejection, ...]


class SourceCoverage(_Part, frozen=True):
    """What one configured source answered, and how many signature envelopes it holds for the subject."""

    name: str
    kind: SourceKind
    status: SourceStatus
    found: Count


class Coverage(_Part, frozen=True):
    """`complete`: every source answered and nothing was cut. It never means that nothing was withheld."""

    complete: bool
    sources: tuple[SourceCoverage, ...]


class Platform(_Part, frozen=True):
    """The platform of a manifest in an index (OCI image index, `platform`)."""

    os: str
    architecture: str
    variant: str | None
    os_version: str | None


class PlatformManifest(_Part, frozen=True):
    """One manifest of an index with the signatures over it. They never stand for the index."""

    digest: Digest
    size: Count
    platform: Platform | None
    signatures: tuple[Signature, ...]
    invalidated: tuple[Invalidated, ...]
    rejected: Rejected
    coverage: Coverage


class Problem(_Part, frozen=True):
    """Something that could not be found out."""

    code: str
    message: str
    retryable: bool


def problem(code: str, message: str, retryable: bool) -> Problem:  # noqa: FBT001  # as the three fields stand
    """A problem whose message is text that JSON can hold, and no longer than anybody reads."""
    text = message.encode("utf-8", "backslashreplace").decode("utf-8")
    return Problem(code=code, message=text[:MAX_MESSAGE], retryable=retryable)


class Subject(_Part, frozen=True):
    """What the document is about: the image as it was asked for, and the manifest that it stands for."""

    reference: str | None
    registry: str | None
    repository: str | None
    tag: str | None
    resolved_from: Literal["tag", "digest"] | None
    media_type: str | None
    digest: Digest | None
    size: Count | None


class Verifier(_Part, frozen=True):
    """Which version of the program verified, under which trust configuration (a digest of it)."""

    version: str
    trust: Sha256


class Document(_Part, frozen=True):
    """The claims document: one for each image that was asked for."""

    version: Literal["1"]
    id: Sha256
    subject: Subject
    verified_at: Time
    valid_until: Time
    verifier: Verifier
    coverage: Coverage
    signatures: tuple[Signature, ...]
    invalidated: tuple[Invalidated, ...]
    rejected: Rejected
    platforms: tuple[PlatformManifest, ...]
    problems: tuple[Problem, ...]
