"""Both forms of nv2 are read in one way or rejected, and what is kept is exactly what was signed."""

import base64
import json

import pytest
from hypothesis import given

from provider.envelopes import Envelope, nv2
from provider.errors import Rejected
from tests.core import hostile, mutation
from tests.core.hostile import LEAF, ROOT
from tests.core.mutation import outcome
from tests.core.pki import (
    AT,
    JSON_TYPE,
    JWT_TYPE,
    NAME,
    Json,
    authority,
    base64url,
    compact,
    digest_of,
    ec_key,
    json_form,
    jws,
    jwt,
    kid_jwt,
    libtrust,
    named,
    signer,
    stated,
    x5c,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

GOOD_HEADER = {"typ": "x509", "alg": "ES256", **named(LEAF)}


def malformed(data: bytes) -> str:
    """The message of the rejection that both a JWT and a JSON parser must have come to."""
    with pytest.raises(Rejected) as raised:
        (nv2.parse_json if data.lstrip().startswith(b"{") else nv2.parse_jwt)(data)
    assert (raised.value.code, raised.value.check) == ("malformed_envelope", "integrity")
    return raised.value.message


def with_header(**changes: Json) -> bytes:
    return jwt(LEAF, header=changes)


def raw_claims(text: str) -> bytes:
    return jws(GOOD_HEADER, text.encode(), LEAF.key, "ES256")


def test_a_jwt_is_read_as_it_stands() -> None:
    data = jwt(LEAF, exp=AT + 5, nbf=AT - 5, references=[f"{NAME}:v1", f"{NAME}@{digest_of(b'')}"])
    envelope = nv2.parse_jwt(data)
    assert (envelope.format, envelope.algorithm, envelope.key_id) == (nv2.JWT, "ES256", None)
    assert envelope.signed + b"." + base64url(envelope.signature).encode() == data
    assert [one.der for one in envelope.certificates] == [LEAF.der]
    said = envelope.statement
    assert (said.media_type, said.digest) == ("application/vnd.oci.image.manifest.v1+json", stated()["digest"])
    assert (said.size, said.references) == (stated()["size"], (f"{NAME}:v1", f"{NAME}@{digest_of(b'')}"))
    assert (said.issued_at, said.not_before, said.expires_at) == (stated()["iat"], AT - 5, AT + 5)
    assert (said.annotations, said.signing_scheme, said.signing_time) == ({}, None, None)


def test_the_json_form_is_read_as_it_stands_and_has_no_media_type() -> None:
    data = json_form(LEAF)
    envelope = nv2.parse_json(data)
    assert envelope.format == nv2.JSON
    assert envelope.signed == compact(stated(mediaType=...))
    assert envelope.statement.media_type is None
    assert nv2.parse_json(json_form(LEAF, mediaType="text/plain")).statement.media_type is None


def test_the_raw_bytes_of_the_json_form_are_kept_with_every_blank_and_escape() -> None:
    claims = b'{ "digest" :\t"' + stated()["digest"].encode() + b'"\n,"size": 0 , "no\\u0074e":"\\u00e9/\\/" }'
    data = b'\n{"signature" : ' + compact(hostile.unsigned(claims)) + b' ,\r\n "\\u0073igned"\t: ' + claims + b" }\n"
    assert nv2.parse_json(data).signed == claims


def test_a_kid_names_the_key_without_a_chain() -> None:
    envelope = nv2.parse_jwt(kid_jwt(ec_key()))
    assert (envelope.certificates, envelope.key_id) == ((), libtrust(ec_key()))


def test_a_chain_and_a_kid_are_both_kept() -> None:
    envelope = nv2.parse_jwt(with_header(kid="some"))
    assert (len(envelope.certificates), envelope.key_id) == (1, "some")


def test_claims_that_nv2_does_not_know_are_let_through_and_not_read() -> None:
    assert nv2.parse_jwt(jwt(LEAF, more={"deep": [1]})).statement == nv2.parse_jwt(jwt(LEAF)).statement


@pytest.mark.parametrize("form", ["jwt", "json"])
def test_references_and_times_may_be_absent(form: str) -> None:
    make, parse = (jwt, nv2.parse_jwt) if form == "jwt" else (json_form, nv2.parse_json)
    said = parse(make(LEAF, references=..., iat=...)).statement
    assert (said.references, said.issued_at, said.not_before, said.expires_at) == ((), None, None, None)
    assert parse(make(LEAF, references=[])).statement.references == ()


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": ...},
        {"digest": None},
        {"digest": "sha256:" + "0A" * 32},
        {"digest": "sha1:" + "0a" * 20},
        {"digest": ["sha256:" + "0a" * 32]},
        {"size": ...},
        {"size": -1},
        {"size": True},
        {"size": "5"},
        {"size": 2**53},
        {"size": 2**63},
        {"references": None},
        {"references": "registry.wabbit-networks.io/net-monitor:v1"},
        {"references": [5]},
        {"references": [None]},
        {"references": ["net-monitor:v1"]},
        {"references": [""]},
        {"references": [f"{NAME}:v1", "https://registry.wabbit-networks.io/net-monitor"]},
        {"references": [f"{NAME}:v1\n"]},
        {"references": [f"{NAME}:v1"] * 257},
        {"exp": None},
        {"exp": "1900000000"},
        {"exp": True},
        {"exp": -1},
        {"exp": 253_402_300_800},
        {"exp": [1]},
        {"nbf": None},
        {"nbf": False},
        {"iat": None},
        {"iat": {}},
        {"EXP": 1_900_000_000},
        {"Digest": "sha256:" + "0a" * 32},
    ],
    ids=str,
)
@pytest.mark.parametrize("form", ["jwt", "json"])
def test_claims_of_the_wrong_kind_are_malformed(form: str, changes: dict[str, Json]) -> None:
    malformed((jwt if form == "jwt" else json_form)(LEAF, **changes))


@pytest.mark.parametrize(
    "changes", [{"mediaType": ...}, {"mediaType": None}, {"mediaType": ""}, {"mediaType": 5}], ids=str
)
def test_a_jwt_states_a_media_type(changes: dict[str, Json]) -> None:
    assert "mediaType" in malformed(jwt(LEAF, **changes))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "null",
        '"text"',
        "",
        '{"digest":"d","digest":"d"}',
        '{"size":1.0}',
        '{"size":NaN}',
        '{"exp":1e9}',
        '{"exp":' + "9" * 5000 + "}",
        "[" * 100_000,
        '{"a":"\\ud800"}',
        '{"a":1}x',
    ],
    ids=lambda text: text[:20],
)
def test_claims_that_are_no_strict_json_object_are_malformed(text: str) -> None:
    malformed(raw_claims(text))


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": ...},
        {"typ": "JWT"},
        {"typ": None},
        {"typ": ["x509"]},
        {"alg": ...},
        {"alg": ""},
        {"alg": None},
        {"alg": 5},
        {"alg": ["ES256"]},
        {"x5c": ...},
        {"x5c": None},
        {"x5c": []},
        {"x5c": {}},
        {"x5c": "MII"},
        {"x5c": [5]},
        {"x5c": [None]},
        {"x5c": [["MII"]]},
        {"x5c": ["MII"]},
        {"x5c": [base64url(LEAF.der)]},
        {"x5c": [base64.encodebytes(LEAF.der).decode()]},
        {"x5c": x5c([LEAF.certificate]) * 17},
        {"kid": None},
        {"kid": ""},
        {"kid": 5},
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": None},
        {"b64": True},
        {"b64": False},
        {"ALG": "none"},
        {"X5C": []},
        {"Kid": "k"},
        {"CRIT": []},
    ],
    ids=lambda changes: str(changes)[:30],
)
def test_headers_of_the_wrong_kind_are_malformed(changes: dict[str, Json]) -> None:
    malformed(with_header(**changes))


@pytest.mark.parametrize("der", [b"", b"\0", LEAF.der[:-1], LEAF.der + b"\0"])
def test_a_chain_with_what_is_no_certificate_is_rejected(der: bytes) -> None:
    with pytest.raises(Rejected) as raised:
        nv2.parse_jwt(with_header(x5c=[base64.b64encode(der).decode()]))
    assert raised.value.code == "certificate_malformed"


def test_a_chain_has_sixteen_certificates_at_most() -> None:
    parties = [ROOT]
    for _ in range(15):
        parties.append(authority(issuer=parties[-1]))
    chain = [party.certificate for party in parties]
    assert len(nv2.parse_jwt(with_header(x5c=x5c(chain))).certificates) == 16


def test_two_hundred_and_fifty_six_references_are_read() -> None:
    many = [f"{NAME}:v{number}" for number in range(256)]
    assert len(nv2.parse_jwt(jwt(LEAF, references=many)).statement.references) == 256


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b".",
        b"..",
        b"...",
        b"a.b",
        jwt(LEAF) + b"\n",
        b" " + jwt(LEAF),
        jwt(LEAF) + b".",
        jwt(LEAF) + b"=",
        jwt(LEAF).replace(b".", b"=.", 1),
        jwt(LEAF).replace(b".", b".\r\n", 1),
        jwt(LEAF).replace(b".", b"..", 1),
        jwt(LEAF)[:-1],
        jwt(LEAF) + "é".encode(),
        b"\xef\xbb\xbf" + jwt(LEAF),
        jwt(LEAF).decode().encode("utf-16"),
    ],
    ids=range(16),
)
def test_what_is_not_three_parts_of_strict_base64url_is_malformed(data: bytes) -> None:
    malformed(data)


def test_unused_bits_of_base64url_are_malformed() -> None:
    head, _, part = jwt(LEAF).rpartition(b".")
    assert len(part) % 4 == 2
    malformed(head + b"." + part[:-1] + bytes([part[-1] + 1]))


@pytest.mark.parametrize(
    "data",
    [
        b"{}",
        b'{"signed":{}}',
        b'{"signature":{}}',
        b'{"signed":{},"signature":{}}',
        b'{"signed":[],"signature":{}}',
        b'{"signed":null,"signature":null}',
        json_form(LEAF).replace(b'"signed":{', b'"signed":{},"signed":{'),
        json_form(LEAF).replace(b'"signed":{', b'"SIGNED":{},"signed":{'),
        json_form(LEAF).replace(b'"signed":{', b'"\\u0073igned":{},"signed":{'),
        json_form(LEAF).replace(b'"sig"', b'"SIG":"AAAA","sig"'),
        json_form(LEAF).replace(b'"sig":"', b'"sig":"\\n'),
        json_form(LEAF).replace(b"=", b"", 1),
        json_form(LEAF) + b"x",
        json_form(LEAF) + json_form(LEAF),
        json_form(LEAF)[:-1],
    ],
    ids=range(15),
)
def test_a_json_form_that_is_not_whole_is_malformed(data: bytes) -> None:
    malformed(data)


def test_messages_stay_short_where_the_envelope_is_not() -> None:
    for changes in ({"references": ["x" * 100_000]}, {"references": [["x" * 100_000]]}):
        assert len(malformed(jwt(LEAF, **changes))) < 1000


@mutation.SOME
@given(hostile.ENVELOPES)
def test_any_envelope_is_read_or_rejected_and_twice_the_same_way(data: bytes) -> None:
    for parse in (nv2.parse_jwt, nv2.parse_json):
        first = outcome(lambda parse=parse: parse(data))  # type: ignore[misc]
        assert first == outcome(lambda parse=parse: parse(data))  # type: ignore[misc]
        assert first[0] in {"value", "malformed_envelope", "certificate_malformed"}


@mutation.SOME
@given(hostile.signed_again())
def test_what_is_read_from_a_jwt_is_what_every_other_decoder_reads(data: bytes) -> None:
    kind, envelope = outcome(lambda: nv2.parse_jwt(data))
    if kind == "value":
        assert isinstance(envelope, Envelope)
        part = data.split(b".")[1]
        claims = json.loads(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
        said = envelope.statement
        assert (said.media_type, said.digest, said.size) == (claims["mediaType"], claims["digest"], claims["size"])
        assert list(said.references) == claims.get("references", [])
        assert (said.issued_at, said.not_before, said.expires_at) == tuple(map(claims.get, ("iat", "nbf", "exp")))


@mutation.SOME
@given(hostile.json_signed_again())
def test_what_is_kept_of_the_json_form_stands_in_it_and_says_what_was_read(data: bytes) -> None:
    kind, envelope = outcome(lambda: nv2.parse_json(data))
    if kind == "value":
        assert isinstance(envelope, Envelope)
        assert envelope.signed in data
        claims = json.loads(envelope.signed)
        assert claims == json.loads(data)["signed"]
        assert (envelope.statement.digest, envelope.statement.size) == (claims["digest"], claims["size"])
        assert envelope.statement.expires_at == claims.get("exp")


def test_the_table_says_what_nv2_is() -> None:
    assert nv2.JWT.media_types == (JWT_TYPE, JSON_TYPE)
    assert nv2.JSON.media_types == (JSON_TYPE,)
    assert nv2.JWT.references_bound
    assert nv2.JSON.references_bound


def test_a_larger_signer_makes_a_larger_envelope_that_is_read_too() -> None:
    leaf = signer(issuer=ROOT, cn="a" * 64)
    assert nv2.parse_jwt(jwt(leaf)).certificates[0].common_names == ("a" * 64,)
