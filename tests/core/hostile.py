"""Envelopes as an attacker writes them: spoilt at any depth, and signed again where only that gets them further."""

import base64

from hypothesis import strategies as st

from tests.core import mutation
from tests.core.pki import (
    Party,
    algorithm_of,
    authority,
    base64url,
    compact,
    json_form,
    jws,
    jwt,
    named,
    raw_signature,
    signer,
    stated,
)

ROOT = authority()
LEAF = signer(issuer=ROOT)
HEADER = {"typ": "x509", "alg": "ES256", **named(LEAF)}
CLAIMS = stated(exp=1_900_000_000, nbf=1_700_000_000)


def unsigned(claims: bytes) -> dict[str, object]:
    """The `signature` member of the JSON form, over these claims."""
    made = raw_signature(LEAF.key, "ES256", claims)
    return {"typ": "x509", "sig": base64.b64encode(made).decode(), "alg": "ES256", **named(LEAF)}


@st.composite
def signed_again(draw: st.DrawFn) -> bytes:
    """A JWT with a spoilt header or spoilt claims under a signature that holds."""
    header: bytes = draw(st.one_of(st.just(compact(HEADER)), mutation.changed_json(HEADER)))
    claims: bytes = draw(st.one_of(mutation.changed_json(CLAIMS), mutation.changed_bytes(compact(CLAIMS))))
    return jws(header, claims, LEAF.key, "ES256")


@st.composite
def json_signed_again(draw: st.DrawFn) -> bytes:
    """The JSON form with spoilt claims under a signature that holds."""
    plain = stated(mediaType=...)
    claims: bytes = draw(st.one_of(mutation.changed_json(plain), mutation.changed_bytes(compact(plain))))
    signature: bytes = draw(st.one_of(st.just(compact(unsigned(claims))), mutation.changed_json(unsigned(claims))))
    return b'{"signed":' + claims + b',"signature":' + signature + b"}"


@st.composite
def odd_chain(draw: st.DrawFn) -> bytes:
    """A JWT whose chain has a spoilt certificate in it, a stranger, or one too many."""
    chain: list[bytes] = []
    for _ in range(draw(st.integers(0, 3))):
        party: Party = draw(st.sampled_from([LEAF, ROOT]))
        chain.append(draw(st.one_of(st.just(party.der), mutation.changed_bytes(party.der), st.binary(max_size=20))))
    x5c = [base64.b64encode(der).decode() for der in (LEAF.der, *chain)[draw(st.integers(0, 1)) :]]
    return jws({**HEADER, "x5c": x5c}, CLAIMS, LEAF.key, algorithm_of(LEAF.key))


@st.composite
def spoilt_part(draw: st.DrawFn) -> bytes:
    """A JWT with one of its parts changed as text, or put in another's place."""
    parts = jwt(LEAF).split(b".")
    place = draw(st.integers(0, 2))
    parts[place] = draw(
        st.one_of(
            mutation.changed_bytes(parts[place]),
            st.sampled_from(parts),
            st.binary(max_size=30).map(lambda data: base64url(data).encode()),
        )
    )
    return b".".join(parts[: draw(st.integers(1, 4))])


UNSIGNED_CHANGES = st.one_of(spoilt_part(), mutation.changed_bytes(jwt(LEAF)), mutation.changed_bytes(json_form(LEAF)))
ENVELOPES = st.one_of(
    st.binary(max_size=60),
    signed_again(),
    json_signed_again(),
    odd_chain(),
    UNSIGNED_CHANGES,
    mutation.changed_json({"signed": stated(mediaType=...), "signature": unsigned(compact(stated(mediaType=...)))}),
)
