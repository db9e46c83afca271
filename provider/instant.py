"""Moments, as whole seconds since 1970 UTC; text is RFC 3339 with a Z.

The core takes the moment as an argument and never reads a clock.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

LAST: Final = 253_402_300_799
"""9999-12-31T23:59:59Z, the last second that RFC 3339 can write."""

_RFC3339: Final = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})", re.ASCII)


@lru_cache(maxsize=4096)
def text(seconds: int) -> str:
    """RFC 3339 of a moment from 1970 to 9999; an earlier or later one (a certificate's) is cut to those ends."""
    return datetime.fromtimestamp(min(max(seconds, 0), LAST), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(rfc3339: str) -> int:
    """The moment that RFC 3339 (section 5.6) text names, a fraction cut off; raises ValueError."""
    if not _RFC3339.fullmatch(rfc3339):
        raise ValueError(f"{rfc3339!r} is not RFC 3339")
    try:
        moment = int(datetime.fromisoformat(re.sub(r"\.\d+", "", rfc3339.upper())).timestamp())
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{rfc3339!r} is no moment: {error}") from error
    if not 0 <= moment <= LAST:
        raise ValueError(f"{rfc3339!r} is outside the years 1970 to 9999")
    return moment
