"""A signature holds under the key's own algorithms, in JOSE's own form, or it is rejected."""

import hashlib
from typing import Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, padding, rsa, x25519
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from hypothesis import given
from hypothesis import strategies as st
from jwcrypto.jwk import JWK

from provider.envelopes import FORMATS
from provider.errors import Rejected
from provider.keys import PublicKey, UnusableKey, libtrust_id
from tests.core import mutation
from tests.core.pki import (
    PrivateKey,
    algorithm_of,
    digest_of,
    ec_key,
    ed_key,
    jwk,
    libtrust,
    raw_signature,
    rsa_key,
    spki,
)

MESSAGE: Final = b"header.claims"
ALL: Final = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA"}
    | {"HS256", "HS384", "HS512", "none", "RS1"}
)
FITTING: Final = {
    "P-256": {"ES256"},
    "P-384": {"ES384"},
    "P-521": {"ES512"},
    "RSA": {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"},
    "Ed25519": {"EdDSA"},
}


def keys() -> dict[str, PrivateKey]:
    return {
        "P-256": ec_key(1),
        "P-384": ec_key(1, ec.SECP384R1),
        "P-521": ec_key(1, ec.SECP521R1),
        "RSA": rsa_key(),
        "Ed25519": ed_key(),
    }


def public(key: PrivateKey) -> PublicKey:
    return PublicKey.of(key.public_key())


def rejection(key: PrivateKey, algorithm: str, signature: bytes, allowed: frozenset[str] | None = None) -> str:
    with pytest.raises(Rejected) as raised:
        public(key).verify(algorithm, frozenset({algorithm}) if allowed is None else allowed, MESSAGE, signature)
    return raised.value.code


@pytest.mark.parametrize(
    ("kind", "algorithm"), [(kind, algorithm) for kind, fitting in FITTING.items() for algorithm in sorted(fitting)]
)
def test_a_signature_holds_under_each_algorithm_of_its_key(kind: str, algorithm: str) -> None:
    key = keys()[kind]
    assert public(key).kind == kind
    public(key).verify(algorithm, frozenset({algorithm}), MESSAGE, raw_signature(key, algorithm, MESSAGE))
    assert rejection(key, algorithm, raw_signature(key, algorithm, b"another")) == "signature_invalid"


@pytest.mark.parametrize("kind", FITTING)
@pytest.mark.parametrize("algorithm", sorted(ALL))
def test_an_algorithm_outside_a_formats_table_is_not_allowed(kind: str, algorithm: str) -> None:
    key = keys()[kind]
    for form in FORMATS:
        if algorithm not in form.jwk_algorithms[kind]:
            signature = raw_signature(key, algorithm_of(key), MESSAGE)
            assert rejection(key, algorithm, signature, form.jwk_algorithms[kind]) == "algorithm_not_allowed"


@pytest.mark.parametrize("kind", FITTING)
def test_no_format_lets_a_key_have_an_algorithm_that_does_not_fit_it(kind: str) -> None:
    for form in FORMATS:
        assert form.algorithms.get(kind, frozenset()) <= form.jwk_algorithms[kind] <= FITTING[kind]


@pytest.mark.parametrize("kind", FITTING)
def test_an_algorithm_that_is_not_allowed_is_not_tried(kind: str) -> None:
    key = keys()[kind]
    algorithm = algorithm_of(key)
    signature = raw_signature(key, algorithm, MESSAGE)
    assert rejection(key, algorithm, signature, frozenset()) == "algorithm_not_allowed"
    assert rejection(key, algorithm, signature, ALL - {algorithm}) == "algorithm_not_allowed"


@pytest.mark.parametrize("kind", FITTING)
@pytest.mark.parametrize("change", ["", "longer", "shorter", "doubled", "zeros", "zeros in front"])
def test_a_signature_has_one_length(kind: str, change: str) -> None:
    key = keys()[kind]
    good = raw_signature(key, algorithm_of(key), MESSAGE)
    bad = {
        "": b"",
        "longer": good + b"\0",
        "shorter": good[:-1],
        "doubled": good + good,
        "zeros": bytes(len(good)),
        "zeros in front": b"\0" + good,
    }[change]
    assert rejection(key, algorithm_of(key), bad) == "signature_invalid"


@pytest.mark.parametrize("curve", [ec.SECP256R1, ec.SECP384R1, ec.SECP521R1])
def test_ecdsa_as_der_is_rejected(curve: type[ec.EllipticCurve]) -> None:
    key = ec_key(1, curve)
    hashed = {256: hashes.SHA256(), 384: hashes.SHA384(), 521: hashes.SHA512()}[key.key_size]
    der = key.sign(MESSAGE, ec.ECDSA(hashed))
    assert rejection(key, algorithm_of(key), der) == "signature_invalid"


@pytest.mark.parametrize("salt", [0, 20, padding.PSS.MAX_LENGTH])
def test_pss_has_the_salt_that_jose_says(salt: int) -> None:
    key = rsa_key()
    signature = key.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), salt), hashes.SHA256())
    assert rejection(key, "PS256", signature) == "signature_invalid"


@mutation.SOME
@given(st.sampled_from(sorted(FITTING)), st.data())
def test_a_spoilt_signature_is_rejected(kind: str, data: st.DataObject) -> None:
    key = keys()[kind]
    good = raw_signature(key, algorithm_of(key), MESSAGE)
    bad = data.draw(mutation.changed_bytes(good) | st.binary(min_size=len(good), max_size=len(good)))
    if bad != good:
        assert rejection(key, algorithm_of(key), bad) == "signature_invalid"


@pytest.mark.parametrize("kind", FITTING)
def test_a_key_goes_by_the_names_of_libtrust_and_of_rfc_7638(kind: str) -> None:
    key = keys()[kind]
    assert public(key).spki_digest == digest_of(spki(key))
    assert public(key).libtrust_id == libtrust(key) == libtrust_id(spki(key))
    assert public(key).thumbprint == JWK(**jwk(key)).thumbprint()


def test_a_libtrust_id_is_twelve_groups_of_four() -> None:
    identifier = libtrust_id(b"some SPKI")
    assert [len(group) for group in identifier.split(":")] == [4] * 12
    assert identifier != libtrust_id(b"another")


def test_keys_are_equal_when_their_spki_is() -> None:
    assert public(ec_key(1)) == public(ec_key(1))
    assert hash(public(ec_key(1))) == hash(public(ec_key(1)))
    assert public(ec_key(1)) != public(ec_key(2))


@pytest.mark.parametrize(
    "key",
    [
        rsa.RSAPublicNumbers(65537, 2**1023 + 1155).public_key(),
        rsa.RSAPublicNumbers(65537, 2**2046 + 1155).public_key(),
        rsa.RSAPublicNumbers(65537, 2**8192 + 1155).public_key(),
        ec_key(1, ec.SECP256K1).public_key(),
        ec_key(1, ec.SECP192R1).public_key(),
        ec_key(1, ec.BrainpoolP256R1).public_key(),
        ed448.Ed448PrivateKey.generate().public_key(),
        x25519.X25519PrivateKey.generate().public_key(),
        dsa.DSAPublicNumbers(
            5, dsa.DSAParameterNumbers(int(hashlib.sha512(b"p").hexdigest() * 2, 16) | 2**1023 | 1, 2**160 - 47, 2)
        ).public_key(),
    ],
    ids=lambda key: type(key).__name__ + str(getattr(key, "key_size", "")),
)
def test_keys_of_other_kinds_and_sizes_are_not_usable(key: PublicKeyTypes) -> None:
    with pytest.raises(UnusableKey):
        PublicKey.of(key)


@pytest.mark.parametrize("bits", [2048, 8192])
def test_the_ends_of_the_sizes_of_rsa_are_usable(bits: int) -> None:
    assert PublicKey.of(rsa.RSAPublicNumbers(65537, 2 ** (bits - 1) + 1155).public_key()).signature_bytes == bits // 8
