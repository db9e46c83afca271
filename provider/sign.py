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
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwcrypto.common import JWException
from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

from provider import certificate, names, strict
from provider.certificate import Certificate
from provider.envelopes import Format, nv2
from provider.errors import Refused, Rejected
from provider.keys import PublicKey, UnusableKey
from provider.oci import Content

DEFAULT_ALGORITHMS: Final = {"RSA": "RS256", "P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "EdDSA"}
"""Kind of key to the algorithm it signs with where none is asked for."""

Form = Literal["nv2.jwt", "nv2.json"]

_Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key, the public one to it, and its chain, leaf first; without a chain it is named by `kid`."""

    jwk: JWK
    public: PublicKey
    chain: tuple[Certificate, ...]


def signing_key(key: bytes, chain_pem: bytes | None, password: bytes | None = None) -> SigningKey:
    """Read a private key (PEM, PKCS #8 also encrypted, or JWK) and its chain (PEM, leaf first); raises `Refused`.

    The chain's first certificate must be for the key. A root at the end of it is left out of signatures.
    """
    try:
        jwk = _jwk(key) if key.lstrip().startswith(b"{") else JWK.from_pyca(_private(key, password))
        public = PublicKey.of(cast("PublicKeyTypes", jwk.get_op_key("verify")))
        chain = _chain(chain_pem) if chain_pem is not None else ()
    except (UnusableKey, Rejected, JWException, strict.Malformed, UnsupportedAlgorithm, ValueError, TypeError) as error:
        raise Refused("key_invalid", f"the key or its chain cannot be used: {error}") from error
    if chain and chain[0].key != public:
        raise Refused("key_invalid", "the first certificate of the chain is not for the private key")
    return SigningKey(jwk, public, chain)


def _private(pem: bytes, password: bytes | None) -> _Private:
    encrypted = b"ENCRYPTED" in pem
    if encrypted and password is None:
        raise ValueError("it is encrypted, and there is no password")
    key = load_pem_private_key(pem, password if encrypted else None)
    if not isinstance(key, _Private):
        raise UnusableKey("a key that is neither RSA, of a NIST curve nor Ed25519")
    return key


def _jwk(data: bytes) -> JWK:
    members = strict.loads(data)
    if not isinstance(members, dict):
        raise strict.Malformed("it is no JWK")
    jwk = JWK(**members)
    if jwk.is_symmetric or not jwk.has_private:
        raise ValueError("the JWK has no private key to sign with")
    return jwk


def sign(
    subject: Content,
    references: Sequence[str],
    key: SigningKey,
    *,
    at: int,
    lifetime: int | None = None,
    form: Form,
    algorithm: str | None = None,
) -> bytes:
    """Sign a manifest; gives the envelope's bytes.

    `at` becomes iat, and with a `lifetime` (seconds) also nbf, and exp after it. Raises `Refused` with sign_refused
    when a verifier would reject the result: a reference that is not whole or lies outside the certificate, an
    algorithm that the key may not have.
    """
    made_by = nv2.JWT if form == "nv2.jwt" else nv2.JSON
    chosen = algorithm or DEFAULT_ALGORITHMS[key.public.kind]
    allowed = (made_by.algorithms if key.chain else made_by.jwk_algorithms).get(key.public.kind, frozenset())
    if chosen not in allowed:
        listed = ", ".join(sorted(allowed)) or "none, with a certificate"
        raise Refused("sign_refused", f"{chosen} is no algorithm of this {key.public.kind} key: {listed}")
    claims: dict[str, Any] = {} if form == "nv2.json" else {"mediaType": subject.media_type}
    claims |= {"digest": subject.digest, "size": subject.size}
    if references:
        claims["references"] = list(references)
    claims["iat"] = at
    if lifetime is not None:
        claims |= {"nbf": at, "exp": at + lifetime}
    envelope = _jwt(claims, key, chosen) if form == "nv2.jwt" else _json(claims, key, chosen)
    _check(made_by, envelope, key)
    return envelope


def _jwt(claims: dict[str, Any], key: SigningKey, algorithm: str) -> bytes:
    header = {"typ": "x509", "alg": algorithm, **_named(key)}
    signed = b".".join(_base64url(_compact(part)) for part in (header, claims))
    return signed + b"." + _base64url(_signature(key, algorithm, signed))


def _json(claims: dict[str, Any], key: SigningKey, algorithm: str) -> bytes:
    signed = _compact(claims)
    signature = {
        "typ": "x509",
        "sig": base64.b64encode(_signature(key, algorithm, signed)).decode("ascii"),
        "alg": algorithm,
        **_named(key),
    }
    return b'{"signed":' + signed + b',"signature":' + _compact(signature) + b"}"


def _named(key: SigningKey) -> dict[str, Any]:
    if not key.chain:
        return {"kid": key.public.libtrust_id}
    return {"x5c": [base64.b64encode(one.der).decode("ascii") for one in key.chain]}


def _signature(key: SigningKey, algorithm: str, message: bytes) -> bytes:
    return cast("bytes", cast("Any", JWA.signing_alg(algorithm)).sign(key.jwk, message))


def _check(form: Format, data: bytes, key: SigningKey) -> None:
    try:
        envelope = form.parse(data)
        key.public.verify(envelope.algorithm, frozenset({envelope.algorithm}), envelope.signed, envelope.signature)
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
