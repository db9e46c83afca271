"""What is signed verifies, and what a verifier would refuse is not signed."""

import base64
import dataclasses

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st

from provider import instant, issue, oci
from provider.envelopes import nv2
from provider.errors import Refused
from provider.oci import Content
from provider.sign import Form, SigningKey, sign, signing_key
from provider.trust import Trust
from provider.verify import Verified, verify
from tests.core import mutation
from tests.core.hostile import LEAF, ROOT
from tests.core.mutation import outcome
from tests.core.pki import (
    AT,
    DAY,
    HOST,
    JSON_TYPE,
    JWT_TYPE,
    MANIFEST,
    NAME,
    Json,
    Party,
    PrivateKey,
    authority,
    base64url,
    compact,
    ec_key,
    ed_key,
    jwk,
    key_entry,
    private_pem,
    public_pem,
    rsa_key,
    signer,
    stored,
    trusting,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

SUBJECT = oci.identify(MANIFEST)
FORMS: list[Form] = ["nv2.jwt", "nv2.json"]
TYPES = {"nv2.jwt": JWT_TYPE, "nv2.json": JSON_TYPE}
KEYS: dict[str, PrivateKey] = {
    "RSA": rsa_key(),
    "P-256": ec_key(1),
    "P-384": ec_key(1, ec.SECP384R1),
    "P-521": ec_key(1, ec.SECP521R1),
}
PRIVATE_JWK = {**jwk(ec_key(1)), "d": base64url(ec_key(1).private_numbers().private_value.to_bytes(32, "big"))}


def pem(*parties: Party) -> bytes:
    return b"".join(party.pem for party in parties)


def signing(party: Party, *above: Party) -> SigningKey:
    return signing_key(private_pem(party.key), pem(party, *above))


def verified(envelope: bytes, trust: Trust, form: Form, at: int = AT, subject: Content = SUBJECT) -> Verified:
    result = verify(stored(envelope, TYPES[form]), subject, trust, at)
    assert isinstance(result, Verified), result
    return result


def refused(key: SigningKey, form: Form = "nv2.jwt", subject: Content = SUBJECT, **options: Json) -> str:
    with pytest.raises(Refused) as raised:
        sign(subject, options.pop("references", [f"{NAME}:v1"]), key, **{"at": AT, **options}, form=form)
    assert raised.value.code == "sign_refused"
    return raised.value.message


def key_refused(key: bytes, chain: bytes | None = None) -> str:
    with pytest.raises(Refused) as raised:
        signing_key(key, chain)
    assert raised.value.code == "key_invalid"
    return raised.value.message


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KEYS)
def test_what_is_signed_with_a_chain_verifies(form: Form, kind: str) -> None:
    leaf = signer(issuer=ROOT, key=KEYS[kind])
    envelope = sign(SUBJECT, [f"{NAME}:v1"], signing(leaf), at=AT, lifetime=DAY, form=form)
    result = verified(envelope, trusting(ROOT), form)
    said = result.signature
    assert result.reasons == ()
    assert said.signer.identities == (f"ca:wabbit-networks/{HOST}",)
    assert (said.claims.references, said.claims.issued_at) == ((f"{NAME}:v1",), instant.text(AT))
    assert (said.claims.not_before, said.claims.expires_at) == (instant.text(AT), instant.text(AT + DAY))
    assert (said.format, said.references_match_signer) == (form, True)
    assert [one.reason for one in verified(envelope, trusting(ROOT), form, AT + DAY).reasons] == ["expired"]
    assert [one.reason for one in verified(envelope, trusting(ROOT), form, AT - 1).reasons] == ["notYetValid"]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", KEYS)
def test_what_is_signed_by_kid_verifies(form: Form, kind: str) -> None:
    key = KEYS[kind]
    envelope = sign(SUBJECT, [], signing_key(private_pem(key), None), at=AT, form=form)
    said = verified(envelope, Trust((), (key_entry(key),)), form).signature
    assert (said.signer.type, said.claims.references, said.claims.expires_at) == ("jwk", (), None)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("key", "algorithm"), [(rsa_key(), "PS256"), (rsa_key(), "PS512"), (rsa_key(), "RS384"), (ed_key(), "EdDSA")]
)
def test_the_wider_table_of_a_jwk_is_signed_with_a_kid_alone(form: Form, key: PrivateKey, algorithm: str) -> None:
    by_kid = signing_key(private_pem(key), None)
    envelope = sign(SUBJECT, [], by_kid, at=AT, form=form, algorithm=algorithm)
    said = verified(envelope, Trust((), (key_entry(key, as_jwk=True),)), form).signature
    assert said.signer.algorithm == algorithm
    if algorithm != "RS384":
        refused(signing(signer(issuer=ROOT, key=key)), form, algorithm=algorithm)


@pytest.mark.parametrize("algorithm", ["none", "HS256", "ES384", "RS256", "", "es256"])
def test_an_algorithm_that_the_key_may_not_have_is_refused(algorithm: str) -> None:
    if algorithm:
        refused(signing(LEAF), algorithm=algorithm)
    else:
        assert sign(SUBJECT, [], signing(LEAF), at=AT, form="nv2.jwt", algorithm=algorithm)


def test_an_encrypted_key_is_read_with_its_password_alone() -> None:
    locked = ec_key(1).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    assert signing_key(locked, LEAF.pem, b"secret").public == signing(LEAF).public
    for password in (None, b"", b"wrong"):
        with pytest.raises(Refused) as raised:
            signing_key(locked, LEAF.pem, password)
        assert raised.value.code == "key_invalid"
    assert signing_key(private_pem(ec_key(1)), None, b"not needed").public == signing(LEAF).public


@pytest.mark.parametrize("members", [{}, {"use": "sig"}, {"alg": "ES256"}, {"key_ops": ["sign"]}], ids=str)
def test_a_jwk_signs_as_its_pem_does(members: dict[str, Json]) -> None:
    key = signing_key(b" " + compact({**PRIVATE_JWK, **members}), LEAF.pem)
    assert verified(sign(SUBJECT, [], key, at=AT, form="nv2.jwt"), trusting(ROOT), "nv2.jwt").reasons == ()


@pytest.mark.parametrize("form", FORMS)
def test_a_root_is_left_out_and_intermediates_are_not(form: Form) -> None:
    between = authority("I", issuer=ROOT, key=ec_key(101))
    leaf = signer(issuer=between)
    envelope = sign(SUBJECT, [], signing(leaf, between, ROOT), at=AT, form=form)
    certificates = (nv2.parse_jwt if form == "nv2.jwt" else nv2.parse_json)(envelope).certificates
    assert [one.fingerprint for one in certificates] == [leaf.fingerprint, between.fingerprint]
    assert verified(envelope, trusting(ROOT), form).reasons == ()


def test_a_self_signed_certificate_signs() -> None:
    alone = signer()
    assert verified(sign(SUBJECT, [f"{NAME}:v1"], signing(alone), at=AT, form="nv2.jwt"), trusting(alone), "nv2.jwt")


def test_what_keygen_makes_signs_and_verifies() -> None:
    root = issue.ca(f"{HOST} CA", AT - DAY, 30)
    for made, anchor in ((issue.leaf(HOST, root, AT - DAY, 30), root), (issue.self_signed(HOST, AT - DAY, 30), None)):
        key = signing_key(made.key_pem(), made.certificate_pem())
        envelope = sign(SUBJECT, [f"{NAME}:v1"], key, at=AT, form="nv2.jwt")
        trust = trusting(Party(ec_key(), (anchor or made).certificate))
        assert verified(envelope, trust, "nv2.jwt").reasons == ()


@mutation.FEW
@given(
    st.sampled_from(FORMS),
    st.lists(
        st.sampled_from([f"{NAME}:v1", f"{HOST}/a", f"{HOST}:5000/b@sha256:{'0a' * 32}", "e.example/x", "x", ""]),
        max_size=3,
    ),
    st.integers(-2, instant.LAST + 2) | st.just(AT),
    st.none() | st.integers(1, 10**6),
)
def test_whatever_is_asked_for_is_signed_soundly_or_refused(
    form: Form, references: list[str], at: int, lifetime: int | None
) -> None:
    kind, envelope = outcome(lambda: sign(SUBJECT, references, signing(LEAF), at=at, lifetime=lifetime, form=form))
    if isinstance(envelope, bytes):
        result = verified(envelope, trusting(ROOT), form, max(at, 0))
        assert list(result.signature.claims.references) == references
        assert {one.reason for one in result.reasons} <= {"certificateExpired", "certificateNotYetValid"}
    assert kind in {"value", "sign_refused"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "options",
    [
        {"references": ["evil.example/net-monitor"]},
        {"references": ["net-monitor:v1"]},
        {"references": [""]},
        {"references": [f"{NAME}:v1"] * 257},
        {"references": [f"{NAME}:\udcff"]},
        {"references": ["é"]},
        {"at": -1},
        {"at": instant.LAST + 1},
        {"lifetime": instant.LAST},
    ],
    ids=str,
)
def test_claims_that_a_verifier_would_reject_are_not_signed(form: Form, options: dict[str, Json]) -> None:
    refused(signing(LEAF), form, **options)


@pytest.mark.parametrize("form", FORMS)
def test_a_signer_that_a_verifier_would_reject_does_not_sign(form: Form) -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")
    for leaf in (
        signer(issuer=ROOT, extensions=[(unknown, True)]),
        authority(HOST, issuer=ROOT, key=ec_key(5)),
        signer(x509.Name([]), issuer=ROOT),
    ):
        refused(signing(leaf), form)


@pytest.mark.parametrize("form", FORMS)
def test_a_chain_that_a_verifier_would_reject_does_not_sign(form: Form) -> None:
    between = authority("I", issuer=ROOT, key=ec_key(101))
    leaf = signer(issuer=between)
    no_ca = signer("No CA", issuer=ROOT, key=ec_key(102))
    for key in (
        signing(leaf, authority("Stranger", issuer=ROOT, key=ec_key(103))),
        signing(leaf, leaf, between),
        signing(signer(issuer=no_ca), no_ca),
    ):
        refused(key, form)


def test_a_chain_that_is_longer_than_is_read_does_not_sign() -> None:
    parties = [ROOT]
    for _ in range(17):
        parties.append(authority("I", issuer=parties[-1]))
    leaf = signer(issuer=parties[-1])
    refused(signing(leaf, *reversed(parties)))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("body", "given_type"),
    [
        ({"mediaType": oci.IMAGE_MANIFEST, "layers": [], "manifests": []}, None),
        ({"mediaType": oci.IMAGE_MANIFEST, "layers": []}, oci.DOCKER_MANIFEST),
    ],
    ids=["two things", "two types"],
)
def test_a_manifest_that_no_signature_can_be_over_is_not_signed(form: Form, body: Json, given_type: str | None) -> None:
    refused(signing(LEAF), form, oci.identify(compact(body), given_type))


def test_a_media_type_that_is_no_text_is_not_signed() -> None:
    refused(signing(LEAF), "nv2.jwt", dataclasses.replace(SUBJECT, media_type="\udcff"))


def test_a_key_that_does_not_fit_its_chain_is_refused() -> None:
    assert "not for the private key" in key_refused(private_pem(ec_key(2)), LEAF.pem)
    assert "not for the private key" in key_refused(private_pem(LEAF.key), pem(ROOT, LEAF))


NO_KEYS = [
    b"",
    b"junk",
    b"{",
    b"{}",
    b"[" * 9999,
    public_pem(ec_key(1)),
    LEAF.pem,
    private_pem(ec_key(1, ec.SECP256K1)),
    ed448.Ed448PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
    private_pem(rsa.generate_private_key(65537, 1024)),  # noqa: S505  # weak is what it is for
    ec_key(1).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
    private_pem(ec_key(1))[:-40],
    b"-----BEGIN PRIVATE KEY-----\n" + base64.b64encode(b"\x30\x00") + b"\n-----END PRIVATE KEY-----\n",
    compact(jwk(ec_key(1))),
    compact({"kty": "oct", "k": "c2VjcmV0"}),
    compact({**PRIVATE_JWK, "d": "AAAA"}),
    compact({**PRIVATE_JWK, "x": jwk(ec_key(2))["x"], "y": jwk(ec_key(2))["y"]}),
    compact({**PRIVATE_JWK, "use": "enc"}),
    compact({**PRIVATE_JWK, "key_ops": ["verify"]}),
    compact({**jwk(rsa_key()), "d": "AAAA"}),
    compact({**jwk(ed_key()), "d": "AAAA"}),
    compact({**jwk(ec_key(1)), "n": "AAAA"}),
    compact({"keys": [jwk(ec_key(1))]}),
    compact({"d": "AAAA"}),
]


@pytest.mark.parametrize("data", NO_KEYS, ids=range(len(NO_KEYS)))
def test_what_is_no_usable_private_key_is_refused(data: bytes) -> None:
    key_refused(data)
    key_refused(data, LEAF.pem)


@pytest.mark.parametrize("chain", [b"", b"junk", public_pem(ec_key(1)), private_pem(ec_key(1))], ids=range(4))
def test_what_is_no_chain_is_refused(chain: bytes) -> None:
    key_refused(private_pem(LEAF.key), chain)


def test_a_chain_that_is_cut_off_is_refused_rather_than_used_in_part() -> None:
    between = authority("I", issuer=ROOT, key=ec_key(101))
    leaf = signer(issuer=between)
    key_refused(private_pem(leaf.key), pem(leaf, between)[:-40])


def test_a_chain_with_a_certificate_of_no_version_is_refused() -> None:
    place = LEAF.der.index(bytes.fromhex("a003020102"))
    der = LEAF.der[: place + 4] + b"\x05" + LEAF.der[place + 5 :]
    text = base64.encodebytes(der)
    key_refused(private_pem(LEAF.key), b"-----BEGIN CERTIFICATE-----\n" + text + b"-----END CERTIFICATE-----\n")


def test_no_message_holds_a_private_key() -> None:
    secret = private_pem(ec_key(1)).split(b"\n")[1].decode()
    assert secret not in key_refused(private_pem(ec_key(1))[:-40])
    assert secret not in key_refused(private_pem(ec_key(1)), private_pem(ec_key(1)))


@mutation.SOME
@given(
    mutation.changed_bytes(private_pem(ec_key(1))),
    mutation.changed_bytes(pem(LEAF, ROOT)),
    mutation.changed_json({**PRIVATE_JWK, "kid": "k"}),
)
def test_any_key_and_chain_are_read_or_refused(key: bytes, chain: bytes, members: bytes) -> None:
    for call in (
        lambda: signing_key(key, None),
        lambda: signing_key(private_pem(LEAF.key), chain),
        lambda: signing_key(members, None),
    ):
        assert outcome(call)[0] in {"value", "key_invalid"}


@mutation.SOME
@given(mutation.changed_json({**PRIVATE_JWK, "key_ops": ["sign", "verify"]}))
def test_any_jwk_signs_or_is_refused(members: bytes) -> None:
    def signed() -> bytes:
        return sign(SUBJECT, [], signing_key(members, None), at=AT, form="nv2.jwt")

    assert outcome(signed)[0] in {"value", "key_invalid", "sign_refused"}
