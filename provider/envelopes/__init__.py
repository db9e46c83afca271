"""The table of signature formats. A new format is a module beside this one and a row here."""

from typing import Final

from provider.envelopes import nv2
from provider.envelopes.envelope import MAX_ENVELOPE, Envelope, Format
from provider.errors import Rejected

FORMATS: Final[tuple[Format, ...]] = (nv2.JWT, nv2.JSON)


def media_types() -> frozenset[str]:
    """Every media type that a signature may be stored under."""
    return frozenset(one for row in FORMATS for one in row.media_types)


def check_size(data: bytes) -> None:
    """Step 1: refuse an envelope over its cap before anything looks inside; raises `Rejected`."""
    if len(data) > MAX_ENVELOPE:
        raise Rejected("envelope_too_large", "integrity", f"the envelope is larger than {MAX_ENVELOPE} bytes")


def recognise(data: bytes, media_type: str | None) -> Format:
    """The format of an envelope: by its media type, and by its bytes where that leaves a choice; raises `Rejected`."""
    candidates = [row for row in FORMATS if media_type is None or media_type in row.media_types]
    if media_type is not None and len(candidates) == 1:
        return candidates[0]
    for row in candidates:
        if row.recognises(data):
            return row
    raise Rejected("unknown_format", "integrity", "the envelope is of no known signature format")


__all__ = ["FORMATS", "MAX_ENVELOPE", "Envelope", "Format", "check_size", "media_types", "recognise"]
