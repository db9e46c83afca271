"""Digests of content: OCI image specification, descriptor, section "Digests"."""

import hashlib
import re
from typing import Final

PATTERN: Final = r"(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})"
_WHOLE: Final = re.compile(PATTERN)


def is_digest(text: object) -> bool:
    """Whether it is a digest of a registered algorithm: lower-case hex of the exact length."""
    return isinstance(text, str) and _WHOLE.fullmatch(text) is not None


def sha256(data: bytes) -> str:
    """`sha256:<hex>` of the bytes."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def matches(digest: str, data: bytes) -> bool:
    """Whether the bytes have that digest, by the digest's own algorithm; False for what is no digest."""
    if not is_digest(digest):
        return False
    algorithm, _, expected = digest.partition(":")
    return hashlib.new(algorithm, data).hexdigest() == expected
