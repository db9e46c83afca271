"""What a signature format is, and what a parsed but unverified envelope says.

An `Envelope` is the word of a file. Nothing in it may reach a document before `verify` has made a signature of it: the
two are different types, and no function takes the one for the other.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from provider.certificate import Certificate
from provider.claims import CheckName, StoreType
from provider.errors import Rejected
from provider.keys import AlgorithmTable

MAX_ENVELOPE: Final = 1024 * 1024
MAX_CERTIFICATES: Final = 16
MAX_REFERENCES: Final = 256


@dataclass(frozen=True, slots=True)
class Statement:
    """What the signer stated, as it stands in the signed bytes. Times are seconds since 1970.

    `media_type` None: the format has none, so it is not compared with the manifest's.
    """

    media_type: str | None
    digest: str
    size: int
    references: tuple[str, ...] = ()
    annotations: dict[str, str] = field(default_factory=dict)
    issued_at: int | None = None
    not_before: int | None = None
    expires_at: int | None = None
    signing_scheme: str | None = None
    signing_time: int | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A parsed envelope: the bytes that the signature covers, kept as they were, and what stands beside them.

    Either `certificates` (leaf first) or `key_id` names the key, or both do and must agree.
    """

    format: "Format"
    algorithm: str
    signed: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    certificates: tuple[Certificate, ...]
    key_id: str | None
    statement: Statement


@dataclass(frozen=True, slots=True)
class Format:
    """One signature format: a row of the table in `provider.envelopes`.

    `recognises` tells from the first bytes which of several formats under one media type it is; `parse` reads the
    bytes strictly and raises `Rejected`. What verification needs to know of the format stands here as data.
    """

    name: str
    media_types: tuple[str, ...]
    suffixes: tuple[str, ...]
    recognises: Callable[[bytes], bool]
    parse: Callable[[bytes], Envelope]
    algorithms: AlgorithmTable
    jwk_algorithms: AlgorithmTable
    store_type: StoreType
    references_bound: bool
    """Every signed reference must lie under the certificate's names."""


def malformed(why: str, check: CheckName = "integrity") -> Rejected:
    """The rejection of an envelope that breaks its format's rules."""
    return Rejected("malformed_envelope", check, f"the envelope is malformed: {why}")
