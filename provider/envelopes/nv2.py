"""The Notary v2 prototype's two forms: the JWT, and the JSON form that came before it.

JWT:   `base64url(header).base64url(claims).base64url(signature)`; the first two parts with their dot are signed.
JSON:  `{"signed": {…}, "signature": {"typ", "sig", "alg", "kid" | "x5c"}}`; the raw bytes of `signed` are signed.

Both name the key by `x5c` (a chain, leaf first) or by `kid`. The prototype's decoder was lenient in many ways; what it
let pass and we do not is kept as a vector each under `tests/vectors/nv2-*`.
"""

import re
from typing import Any, Final

import msgspec

from provider import certificate, instant, reference, strict
from provider.certificate import Certificate
from provider.claims import MAX_SAFE_INTEGER
from provider.digest import is_digest
from provider.envelopes.envelope import (
    MAX_CERTIFICATES,
    MAX_REFERENCES,
    Envelope,
    Format,
    Statement,
    malformed,
)
from provider.strict import Malformed

JWT_MEDIA_TYPE: Final = "application/vnd.cncf.notary.config.v2+jwt"
JSON_MEDIA_TYPE: Final = "application/vnd.cncf.notary.config.v2+json"

_HEADER: Final = frozenset({"typ", "alg", "kid", "x5c", "crit", "b64"})
_CLAIMS: Final = frozenset({"mediaType", "digest", "size", "references", "exp", "iat", "nbf"})
_PARTS: Final = frozenset({"signed", "signature"})
_SIGNATURE: Final = frozenset({"typ", "sig", "alg", "kid", "x5c", "crit", "b64"})

_X509_ALGORITHMS: Final = {
    "RSA": frozenset({"RS256", "RS384", "RS512"}),
    "P-256": frozenset({"ES256"}),
    "P-384": frozenset({"ES384"}),
    "P-521": frozenset({"ES512"}),
}
_JWK_ALGORITHMS: Final = {
    **_X509_ALGORITHMS,
    "RSA": _X509_ALGORITHMS["RSA"] | {"PS256", "PS384", "PS512"},
    "Ed25519": frozenset({"EdDSA"}),
}
_COMPACT: Final = re.compile(rb"[\w-]+\.[\w-]*\.[\w-]*\s*", re.ASCII)


class _RawParts(msgspec.Struct):
    signed: msgspec.Raw


def parse_jwt(data: bytes) -> Envelope:
    """Parse a compact JWS (RFC 7515 section 7.1) with nv2's header and claims; raises `Rejected`."""
    try:
        header_part, claims_part, signature_part = data.decode("ascii").split(".")
        header = strict.json_object(strict.base64_url(header_part), _HEADER)
        claims = strict.json_object(strict.base64_url(claims_part), _CLAIMS)
        signature = strict.base64_url(signature_part)
        return _envelope(
            JWT,
            header,
            signed=data[: data.rindex(b".")],
            signature=signature,
            statement=_statement(claims, _text(claims, "mediaType")),
        )
    except Malformed as error:
        raise malformed(str(error)) from error
    except ValueError as error:
        raise malformed("it is not three parts of base64url") from error


def parse_json(data: bytes) -> Envelope:
    """Parse the older JSON form; raises `Rejected`."""
    try:
        parts = strict.json_object(data, _PARTS)
        claims, signature = parts.get("signed"), parts.get("signature")
        if not isinstance(claims, dict) or not isinstance(signature, dict):
            raise Malformed("signed and signature must both be objects")
        strict.check_names(claims, _CLAIMS)
        strict.check_names(signature, _SIGNATURE)
        return _envelope(
            JSON,
            signature,
            signed=bytes(msgspec.json.decode(data, type=_RawParts).signed),
            signature=strict.base64_standard(_text(signature, "sig")),
            statement=_statement(claims, None),
        )
    except (Malformed, msgspec.DecodeError) as error:
        raise malformed(str(error)) from error


def _envelope(
    form: Format, header: dict[str, Any], *, signed: bytes, signature: bytes, statement: Statement
) -> Envelope:
    if "crit" in header or "b64" in header:
        raise Malformed("it asks for an extension (crit, b64), and nv2 has none")
    if header.get("typ") != "x509":
        raise Malformed('typ is not "x509"')
    algorithm = _text(header, "alg")
    if "x5c" not in header and "kid" not in header:
        raise Malformed("it names no key: neither x5c nor kid")
    return Envelope(
        format=form,
        algorithm=algorithm,
        signed=signed,
        signature=signature,
        certificates=_certificates(header["x5c"]) if "x5c" in header else (),
        key_id=_text(header, "kid") if "kid" in header else None,
        statement=statement,
    )


def _certificates(x5c: object) -> tuple[Certificate, ...]:
    """RFC 7515 section 4.1.6: standard base64 with padding, the leaf first."""
    if not isinstance(x5c, list) or not 1 <= len(x5c) <= MAX_CERTIFICATES:
        raise Malformed(f"x5c is not a list of 1 to {MAX_CERTIFICATES} certificates")
    if not all(isinstance(one, str) for one in x5c):
        raise Malformed("x5c has a member that is no string")
    return tuple(certificate.load(strict.base64_standard(one)) for one in x5c)


def _statement(claims: dict[str, Any], media_type: str | None) -> Statement:
    digest, size = claims.get("digest"), claims.get("size")
    if not isinstance(digest, str) or not is_digest(digest):
        raise Malformed("digest is missing, or no digest of a known algorithm")
    if type(size) is not int or not 0 <= size <= MAX_SAFE_INTEGER:
        raise Malformed("size is missing, or no integer from 0 to 2^53-1")
    return Statement(
        media_type=media_type,
        digest=digest,
        size=size,
        references=_references(claims.get("references", [])),
        issued_at=_time(claims, "iat"),
        not_before=_time(claims, "nbf"),
        expires_at=_time(claims, "exp"),
    )


def _references(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > MAX_REFERENCES:
        raise Malformed(f"references is not a list of up to {MAX_REFERENCES} references")
    for one in value:
        if not isinstance(one, str) or reference.parse_full(one) is None:
            raise Malformed(f"{one!r:.200} in references is no full reference")
    return tuple(value)


def _time(claims: dict[str, Any], name: str) -> int | None:
    if name not in claims:
        return None
    value = claims[name]
    if type(value) is not int or not 0 <= value <= instant.LAST:
        raise Malformed(f"{name} is no integer of seconds in the years 1970 to 9999")
    return value


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str) or not value:
        raise Malformed(f"{name} is missing, or no text")
    return value


JWT: Final = Format(
    name="nv2.jwt",
    media_types=(JWT_MEDIA_TYPE, JSON_MEDIA_TYPE),
    suffixes=("jwt",),
    recognises=lambda data: _COMPACT.fullmatch(data) is not None,
    parse=parse_jwt,
    algorithms=_X509_ALGORITHMS,
    jwk_algorithms=_JWK_ALGORITHMS,
    store_type="ca",
    references_bound=True,
)
JSON: Final = Format(
    name="nv2.json",
    media_types=(JSON_MEDIA_TYPE,),
    suffixes=("json",),
    recognises=lambda data: data.lstrip(b" \t\r\n").startswith(b"{"),
    parse=parse_json,
    algorithms=_X509_ALGORITHMS,
    jwk_algorithms=_JWK_ALGORITHMS,
    store_type="ca",
    references_bound=True,
)
