"""Keys and signatures for the vectors, made without the code under test: fixed keys, and the same bytes every time.

ECDSA is deterministic (RFC 6979), RSASSA-PSS has a fixed salt, and RSA is raw where a library would refuse.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

KEYS: Final = Path(__file__).parent / "keys"
HASHES: Final[dict[str, hashes.HashAlgorithm]] = {
    "256": hashes.SHA256(),
    "384": hashes.SHA384(),
    "512": hashes.SHA512(),
}
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@cache
def key(name: str) -> PrivateKey:
    """The private key of that file name."""
    loaded = load_pem_private_key((KEYS / f"{name}.pem").read_bytes(), password=None)
    assert isinstance(loaded, PrivateKey)
    return loaded


def own_algorithm(name: str) -> str:
    """The algorithm that nv2 signs with for a key."""
    match key(name):
        case rsa.RSAPrivateKey():
            return "RS256"
        case ec.EllipticCurvePrivateKey() as private:
            return {384: "ES384", 521: "ES512"}.get(private.curve.key_size, "ES256")
        case _:
            return "EdDSA"


def sign(name: str, algorithm: str, message: bytes) -> bytes:
    """A JOSE signature (RFC 7518 section 3, RFC 8037)."""
    private = key(name)
    match private:
        case rsa.RSAPrivateKey() if algorithm.startswith("PS"):
            return pss(name, algorithm[2:], message)
        case rsa.RSAPrivateKey():
            return private.sign(message, padding.PKCS1v15(), HASHES[algorithm[2:]])
        case ec.EllipticCurvePrivateKey():
            length = (private.curve.key_size + 7) // 8
            r, s = decode_dss_signature(der_ecdsa(name, algorithm, message))
            return r.to_bytes(length, "big") + s.to_bytes(length, "big")
        case _:
            return private.sign(message)


def der_ecdsa(name: str, algorithm: str, message: bytes) -> bytes:
    """An ECDSA signature as X.509 has it, which JOSE does not."""
    private = key(name)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private.sign(message, ec.ECDSA(HASHES[algorithm[2:5]], deterministic_signing=True))


def other_s(signature: bytes) -> bytes:
    """The twin of a P-256 signature, (r, n - s), which holds as well."""
    r, s = signature[:32], int.from_bytes(signature[32:], "big")
    return r + (P256_ORDER - s).to_bytes(32, "big")


def as_der(signature: bytes) -> bytes:
    """The r and s of a P-256 signature in DER."""
    return encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))


def hs256(secret: bytes) -> Callable[[bytes], bytes]:
    """HMAC with SHA-256 under a secret."""
    return lambda message: hmac.new(secret, message, hashlib.sha256).digest()


def raw_rsa(private: rsa.RSAPrivateKey, encoded: bytes) -> bytes:
    """RSASP1 (RFC 8017 section 5.2.1) of an encoded message."""
    numbers = private.private_numbers()
    modulus = numbers.public_numbers.n
    return pow(int.from_bytes(encoded, "big"), numbers.d, modulus).to_bytes((modulus.bit_length() + 7) // 8, "big")


def pss(name: str, bits: str, message: bytes, salt_length: int | None = None) -> bytes:
    """RSASSA-PSS (RFC 8017 sections 8.1.1 and 9.1.1) with a salt of 0x5A; as long as the hash, unless it is said."""
    private = key(name)
    assert isinstance(private, rsa.RSAPrivateKey)
    hashed, length = f"sha{bits}", int(bits) // 8
    salt = b"\x5a" * (length if salt_length is None else salt_length)
    size = (private.key_size + 7) // 8  # these keys have whole bytes, so the encoded message is as long as the modulus
    digest = hashlib.new(hashed, bytes(8) + hashlib.new(hashed, message).digest() + salt).digest()
    block = bytes(size - len(salt) - length - 2) + b"\x01" + salt
    counters = range(-(-len(block) // length))
    mask = b"".join(hashlib.new(hashed, digest + one.to_bytes(4, "big")).digest() for one in counters)
    masked = bytes(one ^ other for one, other in zip(block, mask, strict=False))
    return raw_rsa(private, bytes([masked[0] & 0x7F]) + masked[1:] + digest + b"\xbc")


def spki(name: str) -> bytes:
    """The SubjectPublicKeyInfo of a key, in DER."""
    return key(name).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def public_pem(name: str) -> bytes:
    """The public key as PEM."""
    return key(name).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def sha256(data: bytes) -> str:
    """`sha256:<hex>`."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def public_digest(name: str) -> str:
    """What documents call `publicKey`."""
    return sha256(spki(name))


def libtrust_id(name: str) -> str:
    """The kid that nv2 writes: SHA-256 of the SPKI, its first 30 bytes in base32, twelve groups of four."""
    text = base64.b32encode(hashlib.sha256(spki(name)).digest()[:30]).decode()
    return ":".join(text[place : place + 4] for place in range(0, 48, 4))


def thumbprint(name: str) -> str:
    """RFC 7638: SHA-256 of the required members of the JWK in their order."""
    members = ",".join(f'"{one}":"{value}"' for one, value in sorted(jwk(name).items()))
    return b64url(hashlib.sha256(f"{{{members}}}".encode()).digest())


def jwk(name: str) -> dict[str, str]:
    """The public key as a JWK (RFC 7518 section 6, RFC 8037), with its required members alone."""
    match key(name).public_key():
        case rsa.RSAPublicKey() as public:
            numbers = public.public_numbers()
            return {"kty": "RSA", "n": _number(numbers.n, public.key_size), "e": _number(numbers.e, 24)}
        case ec.EllipticCurvePublicKey() as public:
            size, point = public.curve.key_size, public.public_numbers()
            return {"kty": "EC", "crv": f"P-{size}", "x": _number(point.x, size), "y": _number(point.y, size)}
        case public:
            return {"kty": "OKP", "crv": "Ed25519", "x": b64url(public.public_bytes_raw())}


def b64url(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64(data: bytes) -> str:
    """Standard base64 with padding."""
    return base64.b64encode(data).decode()


def _number(value: int, bits: int) -> str:
    return b64url(value.to_bytes((bits + 7) // 8, "big"))
