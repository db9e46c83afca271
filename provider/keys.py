"""Public keys: what identifies one, which names it goes by, and whether a signature by it holds.

The algorithm is never the envelope's choice. A format has one table from kinds of key to the algorithms that a key of
that kind may have, and the header's `alg` must be in it before anything is verified.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, cast

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwcrypto.common import JWException
from jwcrypto.jwa import JWA
from jwcrypto.jwk import JWK

from provider.digest import sha256
from provider.errors import Rejected

MIN_RSA_BITS: Final = 2048
MAX_RSA_BITS: Final = 8192
"""Larger keys buy nothing and make every verification slow for everybody."""

_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}

AlgorithmTable = Mapping[str, frozenset[str]]
"""Kind of key (`PublicKey.kind`) to the JOSE algorithms that it may have."""


class _Verifier(Protocol):
    def verify(self, key: JWK, payload: bytes, signature: bytes) -> None: ...


class UnusableKey(ValueError):
    """A key of a kind or size that no format has an algorithm for; the message says which."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key. `kind` is RSA, P-256, P-384, P-521 or Ed25519; two keys are equal when their SPKI is."""

    kind: str
    spki_digest: str
    libtrust_id: str
    thumbprint: str
    signature_bytes: int
    _jwk: JWK = field(repr=False, compare=False)

    @classmethod
    def of(cls, key: PublicKeyTypes) -> "PublicKey":
        """Wrap a key of the `cryptography` library; raises `UnusableKey`."""
        match key:
            case rsa.RSAPublicKey():
                if not MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS:
                    raise UnusableKey(f"an RSA key of {key.key_size} bits ({MIN_RSA_BITS} to {MAX_RSA_BITS} are read)")
                kind, length = "RSA", (key.key_size + 7) // 8
            case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
                kind, length = _CURVES[key.curve.name], 2 * ((key.curve.key_size + 7) // 8)
            case ed25519.Ed25519PublicKey():
                kind, length = "Ed25519", 64
            case _:
                raise UnusableKey("a key that is neither RSA, P-256, P-384, P-521 nor Ed25519")
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        jwk = JWK.from_pyca(key)
        return cls(kind, sha256(spki), libtrust_id(spki), jwk.thumbprint(), length, jwk)

    def verify(self, algorithm: str, allowed: frozenset[str], message: bytes, signature: bytes) -> None:
        """Check a JOSE signature (RFC 7518 section 3) over the message with one of the `allowed` algorithms.

        Returns when it holds; raises `Rejected` with algorithm_not_allowed or signature_invalid.
        """
        if algorithm not in allowed:
            raise Rejected(
                "algorithm_not_allowed", "integrity", f"{algorithm!r} is not an algorithm of a {self.kind} key here"
            )
        # JOSE signatures have one length; jwcrypto would take a longer ECDSA signature by halves.
        if len(signature) != self.signature_bytes:
            raise Rejected("signature_invalid", "integrity", f"the signature has {len(signature)} bytes")
        try:
            cast("_Verifier", JWA.signing_alg(algorithm)).verify(self._jwk, message, signature)
        except (InvalidSignature, JWException, ValueError, TypeError, KeyError) as error:
            raise Rejected("signature_invalid", "integrity", "the signature does not hold") from error


PUBLIC_MEMBERS: Final = frozenset({"kty", "crv", "x", "y", "n", "e"})
"""What a public key consists of as a JWK (RFC 7518 section 6, RFC 8037)."""

SECRET_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


def jwk(members: Mapping[str, object], wanted: frozenset[str]) -> JWK:
    """A JWK out of those of its members that are `wanted`.

    No other member reaches the library, which would make a key where one says `generate`. Raises ValueError,
    TypeError, KeyError or JWException when there is no key in them.
    """
    if not isinstance(members.get("kty"), str):
        raise TypeError("the JWK has no kty")
    try:
        return JWK(**{name: value for name, value in members.items() if name in wanted})
    except NotImplementedError as error:
        raise ValueError(f"the JWK is of no kind that is read ({members['kty']!r})") from error


def libtrust_id(spki: bytes) -> str:
    """The key id of Docker's libtrust, which nv2 writes as `kid`: twelve groups of four out of SHA-256 of the SPKI."""
    text = base64.b32encode(hashlib.sha256(spki).digest()[:30]).decode("ascii")
    return ":".join(text[start : start + 4] for start in range(0, len(text), 4))
