"""Errors on the wire: RFC 9457 problem details, out of the one table of codes."""

from typing import Any

from provider.errors import CODES, SigclaimsError

CONTENT_TYPE = "application/problem+json"


def problem(code: str, detail: str, request_id: str) -> dict[str, Any]:
    """The members of a problem: `code` is stable and for programs, `detail` is for the person who reads it."""
    row = CODES[code]
    return {
        "type": f"urn:sigclaims:error:{code}",
        "title": row.meaning,
        "status": row.status or 500,
        "detail": detail,
        "code": code,
        "remedy": row.remedy,
        "requestId": request_id,
    }


def of(error: SigclaimsError, request_id: str) -> dict[str, Any]:
    """The problem of one of our errors."""
    return problem(error.code, error.message, request_id)
