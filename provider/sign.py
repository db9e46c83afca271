"""Signing: nv2 envelopes over a manifest, in either form, with a chain or a `kid`.

What a verifier would refuse is not signed: every envelope is parsed and checked again before it is handed out.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

from provider import certificate, names
from provider.certificate import Certificate
from provider.envelopes import Format, nv2
from provider.errors import Refused, Rejected
from provider.keys import PublicKey, UnusableKey
from provider.oci import Content

_ALGORITHMS: Final = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}

Form = Literal["nv2.jwt", "nv2.json"]


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, the public one to it, and its chain, leaf first; without a chain it is named by `kid`."""

    jwk: JWK
    public: PublicKey
    chain: tuple[Certificate, ...]


def signing_key(key_pem: bytes, chain_pem: bytes | None) -> SigningKey:
    """Read a private key (PEM) and its chain (PEM, leaf first), and check that they fit; raises `Refused`."""
    try:
        private = load_pem_private_key(key_pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("key_invalid", f"the private key cannot be read: {error}") from error
    if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise Refused("key_invalid", "the private key is neither RSA nor of a NIST curve")
    try:
        public = PublicKey.of(private.public_key())
        chain = _chain(chain_pem) if chain_pem is not None else ()
    except (UnusableKey, Rejected, ValueError) as error:
        raise Refused("key_invalid", f"the key or its chain cannot be used: {error}") from error
    if chain and chain[0].key != public:
        raise Refused("key_invalid", "the first certificate of the chain is not for the private key")
    return SigningKey(JWK.from_pyca(private), public, chain)


def sign(
    subject: Content, references: Sequence[str], key: SigningKey, *, at: int, lifetime: int | None = None, form: Form
) -> bytes:
    """Sign a manifest; gives the envelope's bytes.

    `at` becomes iat, and with a `lifetime` (seconds) also nbf, and exp after it. Raises `Refused` with sign_refused
    when a verifier would reject the result: a reference that is not whole or lies outside the certificate.
    """
    claims: dict[str, Any] = {} if form == "nv2.json" else {"mediaType": subject.media_type}
    claims |= {"digest": subject.digest, "size": subject.size}
    if references:
        claims["references"] = list(references)
    claims["iat"] = at
    if lifetime is not None:
        claims |= {"nbf": at, "exp": at + lifetime}
    envelope = _jwt(claims, key) if form == "nv2.jwt" else _json(claims, key)
    _check(nv2.JWT if form == "nv2.jwt" else nv2.JSON, envelope, key)
    return envelope


def _jwt(claims: dict[str, Any], key: SigningKey) -> bytes:
    header = {"typ": "x509", "alg": _ALGORITHMS[key.public.kind], **_named(key)}
    signed = b".".join(_base64url(_compact(part)) for part in (header, claims))
    return signed + b"." + _base64url(_signature(key, signed))


def _json(claims: dict[str, Any], key: SigningKey) -> bytes:
    signed = _compact(claims)
    signature = {
        "typ": "x509",
        "sig": base64.b64encode(_signature(key, signed)).decode("ascii"),
        "alg": _ALGORITHMS[key.public.kind],
        **_named(key),
    }
    return b'{"signed":' + signed + b',"signature":' + _compact(signature) + b"}"


def _named(key: SigningKey) -> dict[str, Any]:
    if not key.chain:
        return {"kid": key.public.libtrust_id}
    return {"x5c": [base64.b64encode(one.der).decode("ascii") for one in key.chain]}


def _signature(key: SigningKey, message: bytes) -> bytes:
    return cast("bytes", cast("Any", JWA.signing_alg(_ALGORITHMS[key.public.kind])).sign(key.jwk, message))


def _check(form: Format, data: bytes, key: SigningKey) -> None:
    try:
        envelope = form.parse(data)
        allowed = form.algorithms.get(key.public.kind, frozenset())
        key.public.verify(envelope.algorithm, allowed, envelope.signed, envelope.signature)
        if key.chain:
            certificate.check_signer(key.chain[0], pinned=key.chain[0].self_signed)
            names.check_references(envelope.statement.references, key.chain[0])
    except Rejected as rejection:
        raise Refused("sign_refused", rejection.message) from rejection


def _chain(pem: bytes) -> tuple[Certificate, ...]:
    found = x509.load_pem_x509_certificates(pem)
    chain = tuple(certificate.of(one) for one in found)
    # A root is what the verifier has, and proves nothing when it comes with the signature.
    return chain[:-1] if len(chain) > 1 and chain[-1].self_signed else chain


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
