"""Signing: nv2 envelopes over a manifest, in either form, with a chain or a `kid`.

What a verifier would refuse is not signed: every envelope is parsed and checked again before it is handed out.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from jwcrypto.common import JWException
from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

from provider import certificate, document, strict
from provider.certificate import Certificate
from provider.claims import TrustStore
from provider.digest import sha256
from provider.document import Evidence, Target
from provider.envelopes import Format, nv2
from provider.errors import Refused, Rejected
from provider.keys import PUBLIC_MEMBERS, SECRET_MEMBERS, PublicKey, UnusableKey, jwk
from provider.oci import Content
from provider.trust import KeyEntry, Trust, pem_blocks
from provider.verify import Stored

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

    The chain's first certificate must be for the key.
    """
    try:
        private = _jwk(key) if key.lstrip().startswith(b"{") else JWK.from_pyca(_private(key, password))
        public = PublicKey.of(cast("PublicKeyTypes", private.get_op_key("verify")))
        _check_pair(private, public)
        chain = _chain(chain_pem) if chain_pem is not None else ()
    except (UnusableKey, Rejected, JWException, UnsupportedAlgorithm, ValueError, TypeError, KeyError) as error:
        raise Refused("key_invalid", f"the key or its chain cannot be used: {error}") from error
    if chain and chain[0].key != public:
        raise Refused("key_invalid", "the first certificate of the chain is not for the private key")
    return SigningKey(private, public, chain)


def _check_pair(private: JWK, public: PublicKey) -> None:
    """A JWK can hold halves of two keys: what the one signs, the other must verify."""
    algorithm = DEFAULT_ALGORITHMS[public.kind]
    signature = cast("Any", JWA.signing_alg(algorithm)).sign(private, b"")
    public.verify(algorithm, frozenset({algorithm}), b"", signature)


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
    if not isinstance(members, dict) or "d" not in members:
        raise ValueError("the JWK has no private key to sign with")
    if members.get("use", "sig") != "sig" or "sign" not in members.get("key_ops", ["sign"]):
        raise ValueError("the JWK is not for making signatures (use, key_ops)")
    return jwk(members, PUBLIC_MEMBERS | SECRET_MEMBERS - {"k"})


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
    made_by: Format = nv2.JWT if form == "nv2.jwt" else nv2.JSON
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
    try:
        envelope = _jwt(claims, key, chosen) if form == "nv2.jwt" else _json(claims, key, chosen)
    except UnicodeEncodeError as error:
        raise Refused("sign_refused", "a reference or the media type is no text") from error
    except (JWException, ValueError, TypeError) as error:
        raise Refused("key_invalid", f"the private key cannot sign: {error}") from error
    _check(Stored(envelope, sha256(envelope), made_by.media_types[0], "signed"), subject, key, at)
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
    # A root is what the verifier has, and proves nothing when it comes with the signature.
    sent = key.chain[:-1] if len(key.chain) > 1 and key.chain[-1].self_signed else key.chain
    return {"x5c": [base64.b64encode(one.der).decode("ascii") for one in sent]}


def _signature(key: SigningKey, algorithm: str, message: bytes) -> bytes:
    return cast("bytes", cast("Any", JWA.signing_alg(algorithm)).sign(key.jwk, message))


def _check(stored: Stored, subject: Content, key: SigningKey, at: int) -> None:
    """State what was signed as somebody would who trusts the end of the chain, or the key."""
    if key.chain:
        end = key.chain[-1]
        trusted = Trust(anchors=((TrustStore(name="signer", type="ca", fingerprint=end.fingerprint), end),))
    else:
        entry = KeyEntry("signer", key.public, None, frozenset({key.public.libtrust_id}), given_as_jwk=True)
        trusted = Trust(key_entries=(entry,))
    target = Target(subject, Evidence((stored,)))
    stated = document.build(document.unnamed(subject), target, (), trusted, at=at, max_age=1)
    for rejection in stated.rejected.first:
        raise Refused("sign_refused", rejection.message)
    for invalidated in stated.invalidated:
        raise Refused("sign_refused", invalidated.reasons[0].detail)
    if not stated.signatures:
        raise Refused("sign_refused", "the signature is too large for a document; sign fewer references")


def _chain(pem: bytes) -> tuple[Certificate, ...]:
    chain = []
    for label, block in pem_blocks(pem):
        if label != "CERTIFICATE":
            raise ValueError(f"the chain holds a {label}")
        chain.append(certificate.load_pem(block))
    if not chain:
        raise ValueError("the chain holds no certificate")
    return tuple(chain)


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")


def _base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
