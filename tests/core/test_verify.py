"""An envelope becomes a fact or a rejection: the first step that fails names it, and every reason is said."""

import base64
import dataclasses
import hashlib
import json

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from provider import instant, oci
from provider.claims import Rejection, Signature
from provider.errors import CODES
from provider.keys import PublicKey
from provider.oci import Content
from provider.trust import KeyEntry, Trust
from provider.verify import Stored, Verified, verify
from provider.withdrawals import SignatureName, Withdrawals
from tests.core import hostile, mutation
from tests.core.hostile import LEAF, ROOT
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
    anchors,
    authority,
    compact,
    digest_of,
    ec_key,
    ed_key,
    json_form,
    jws,
    jwt,
    key_entry,
    kid_jwt,
    libtrust,
    named,
    of,
    rsa_key,
    signer,
    stated,
    stored,
    trusting,
    withdrawal,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

TRUST = trusting(ROOT)
SUBJECT = oci.identify(MANIFEST)
CRL = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://b.example/crl")], None, None, None)]
)


def verified(envelope: bytes, trust: Trust = TRUST, at: int = AT, subject: Content = SUBJECT) -> Verified:
    result = verify(stored(envelope, None), subject, trust, at)
    assert isinstance(result, Verified), result
    return result


def rejected(envelope: bytes, trust: Trust = TRUST, subject: Content = SUBJECT, media_type: str | None = None) -> str:
    result = verify(stored(envelope, media_type), subject, trust, AT)
    assert isinstance(result, Rejection), result
    assert (result.digest, result.retryable) == (digest_of(envelope), False)
    assert CODES[result.code].family == "rejected"
    return f"{result.check}: {result.code}"


def reasons(result: Verified) -> list[str]:
    return [one.reason for one in result.reasons]


def tampered(envelope: bytes) -> bytes:
    head, _, part = envelope.rpartition(b".")
    return head + b"." + (b"A" if part[:1] != b"A" else b"B") + part[1:]


def key_certificate(party: Party, store: str = "build") -> KeyEntry:
    key = PublicKey.of(party.key.public_key())
    names = frozenset({key.libtrust_id, key.thumbprint})
    return KeyEntry(store, key, of(party.certificate), names)


def keys(*entries: KeyEntry, withdrawals: Withdrawals | None = None) -> Trust:
    return Trust((), entries, withdrawals or Withdrawals())


def test_a_sound_signature_says_all_that_was_established() -> None:
    between = authority("Intermediate", issuer=ROOT, key=ec_key(101))
    leaf = signer(issuer=between, names=[x509.DNSName("b.example")], serial=2**64)
    envelope = jwt(leaf, exp=AT + DAY, nbf=AT - DAY)
    result = verified(envelope)
    assert result.reasons == ()
    said = result.signature
    assert (said.digest, said.digests, said.source) == (digest_of(envelope), (digest_of(envelope),), "layout")
    assert said.statement == digest_of(envelope.rpartition(b".")[0])
    assert (said.format, said.media_type) == ("nv2.jwt", JWT_TYPE)
    signed_by = said.signer
    assert (signed_by.cn, signed_by.type, signed_by.algorithm, signed_by.key_id) == (HOST, "x509", "ES256", None)
    assert signed_by.identities == (f"ca:wabbit-networks/{HOST}",)
    assert signed_by.public_key == leaf.public_key
    assert [(one.type, one.name, one.fingerprint) for one in signed_by.trust_stores] == [
        ("ca", "wabbit-networks", ROOT.fingerprint)
    ]
    assert signed_by.certificate is not None
    assert signed_by.certificate.serial_number == str(2**64)
    assert signed_by.certificate.fingerprint == leaf.fingerprint
    assert (signed_by.certificate.subject, signed_by.certificate.issuer) == (f"CN={HOST}", "CN=Intermediate")
    assert signed_by.certificate.subject_alternative_names == ("DNS:b.example",)
    assert said.claims.references == (f"{NAME}:v1",)
    assert said.claims.expires_at == instant.text(AT + DAY)
    assert said.claims.not_before == instant.text(AT - DAY)
    assert said.claims.issued_at == instant.text(AT - DAY)
    assert (said.claims.digest, said.claims.size) == (SUBJECT.digest, SUBJECT.size)
    assert said.references_match_signer is True
    assert said.times == ()
    assert dataclasses.asdict(result)["instants"] >= {AT + DAY, AT - DAY, AT + 30 * DAY, AT - 30 * DAY}
    assert [one.status for one in said.revocation.certificates] == ["notApplicable"] * 3


def test_the_checks_of_a_sound_signature() -> None:
    checks = verified(jwt(LEAF)).signature.checks
    assert [getattr(checks, name) for name in checks.__struct_fields__] == [
        "passed",
        "passed",
        "passed",
        "notApplicable",
        "passed",
        "passed",
        "notApplicable",
        "notApplicable",
        "passed",
    ]


@pytest.mark.parametrize(
    "key", [rsa_key(), ec_key(1, ec.SECP384R1), ec_key(1, ec.SECP521R1)], ids=["RS256", "ES384", "ES512"]
)
@pytest.mark.parametrize("make", [jwt, json_form])
def test_every_kind_of_key_signs_in_both_forms(key: Json, make: Json) -> None:
    assert verified(make(signer(issuer=ROOT, key=key))).reasons == ()


def test_each_step_rejects_under_its_own_code() -> None:
    stranger = signer(issuer=authority("Stranger", key=ec_key(300)))
    weak = signer(issuer=ROOT, key=ec_key(1, ec.SECP256K1))
    for envelope, expected in [
        (b"x" * (1024 * 1024 + 1), "integrity: envelope_too_large"),
        (b"garbage", "integrity: unknown_format"),
        (jwt(LEAF) + b"\n", "integrity: malformed_envelope"),
        (jwt(LEAF, header={"x5c": ["AAAA"]}), "authenticity: certificate_malformed"),
        (jwt(LEAF, header={"x5c": named(weak)["x5c"]}), "authenticity: certificate_profile"),
        (jwt(LEAF, header={"kid": libtrust(ec_key(9))}), "integrity: key_mismatch"),
        (jwt(LEAF, header={"alg": "none"}), "integrity: algorithm_not_allowed"),
        (jwt(LEAF, header={"alg": "HS256"}), "integrity: algorithm_not_allowed"),
        (jwt(LEAF, header={"alg": "ES384"}), "integrity: algorithm_not_allowed"),
        (tampered(jwt(LEAF)), "integrity: signature_invalid"),
        (jwt(LEAF, mediaType=oci.IMAGE_INDEX), "subject: subject_media_type"),
        (jwt(LEAF, size=1), "subject: subject_size"),
        (jwt(LEAF, digest=digest_of(b"other")), "subject: subject_digest"),
        (jwt(stranger), "authenticity: untrusted"),
        (
            jwt(LEAF, header={"x5c": [*named(LEAF)["x5c"], *named(stranger)["x5c"]]}),
            "authenticity: chain_broken",
        ),
        (jwt(LEAF, references=["evil.example/net-monitor"]), "references: reference_mismatch"),
        (kid_jwt(ec_key(9)), "authenticity: unknown_key"),
    ]:
        assert rejected(envelope) == expected


def test_a_certificate_of_a_version_that_does_not_exist_is_rejected() -> None:
    place = LEAF.der.index(bytes.fromhex("a003020102"))
    der = LEAF.der[: place + 4] + b"\x05" + LEAF.der[place + 5 :]
    envelope = jwt(LEAF, header={"x5c": [base64.b64encode(der).decode()]})
    assert rejected(envelope) == "authenticity: certificate_malformed"


def test_of_several_faults_the_earliest_step_names_the_rejection() -> None:
    stranger = signer(issuer=authority("Stranger", key=ec_key(300)))
    faults: dict[str, Json] = {"size": 1, "references": ["evil.example/net-monitor"]}
    assert rejected(tampered(jwt(stranger, **faults))) == "integrity: signature_invalid"
    assert rejected(jwt(stranger, **faults)) == "subject: subject_size"
    assert rejected(jwt(stranger, references=["evil.example/x"])) == "authenticity: untrusted"
    assert rejected(jwt(LEAF, references=["evil.example/x"], exp=1)) == "references: reference_mismatch"


def test_the_json_form_states_no_media_type_and_none_is_compared() -> None:
    index = oci.identify(MANIFEST.replace(oci.IMAGE_MANIFEST.encode(), oci.IMAGE_INDEX.encode()))
    result = verified(json_form(LEAF, index.data), subject=index)
    assert result.signature.claims.media_type is None
    assert result.reasons == ()


@pytest.mark.parametrize(
    ("body", "given"),
    [
        ({"mediaType": oci.IMAGE_MANIFEST, "layers": [], "manifests": []}, None),
        ({"mediaType": oci.IMAGE_MANIFEST, "layers": None, "manifests": None}, None),
        ({"mediaType": oci.IMAGE_MANIFEST, "layers": []}, oci.DOCKER_MANIFEST),
        ({"mediaType": "", "layers": []}, None),
    ],
)
@pytest.mark.parametrize("make", [jwt, json_form])
def test_a_manifest_that_can_be_read_as_two_things_has_no_signatures(
    make: Json, body: dict[str, Json], given: str | None
) -> None:
    subject = oci.identify(compact(body), given)
    assert rejected(make(LEAF, subject.data, mediaType=subject.media_type), subject=subject) == (
        "subject: subject_media_type"
    )


def test_a_digest_of_another_algorithm_over_the_same_bytes_is_the_same_subject() -> None:
    sha512 = "sha512:" + hashlib.sha512(MANIFEST).hexdigest()
    assert verified(jwt(LEAF, digest=sha512)).signature.claims.digest == sha512
    by_sha512 = oci.identify(MANIFEST, digest=sha512)
    assert verified(jwt(LEAF), subject=by_sha512).reasons == ()


def test_a_chain_is_anchored_by_certificates_and_a_kid_by_keys_alone() -> None:
    alone = signer(key=ec_key(7))
    assert rejected(jwt(alone), keys(key_certificate(alone), key_entry(ec_key(7)))) == "authenticity: untrusted"
    assert rejected(kid_jwt(ec_key(7)), trusting(alone)) == "authenticity: unknown_key"
    assert verified(kid_jwt(ec_key(7)), keys(key_entry(ec_key(7)))).reasons == ()


def test_a_bare_key_is_known_by_its_digest() -> None:
    result = verified(kid_jwt(ec_key(7)), keys(key_entry(ec_key(7)), key_entry(ec_key(7), "other")))
    public = key_entry(ec_key(7)).key.spki_digest
    said = result.signature.signer
    assert (said.cn, said.type, said.certificate, said.key_id) == (None, "jwk", None, libtrust(ec_key(7)))
    assert said.identities == (f"keys:build/{public}", f"keys:other/{public}")
    assert [(one.name, one.type, one.fingerprint) for one in said.trust_stores] == [
        ("build", "keys", public),
        ("other", "keys", public),
    ]
    assert result.signature.references_match_signer is None
    assert result.signature.checks.validity == "notApplicable"
    assert result.signature.checks.references == "notApplicable"
    assert result.signature.revocation.certificates == ()


def test_a_certificate_under_keys_gives_its_name_and_its_dates() -> None:
    party = signer(key=ec_key(7), not_after=AT + 10)
    result = verified(kid_jwt(ec_key(7)), keys(key_certificate(party)))
    assert result.signature.signer.identities == (f"keys:build/{HOST}",)
    assert result.signature.signer.cn == HOST
    assert result.signature.references_match_signer is True
    assert reasons(verified(kid_jwt(ec_key(7)), keys(key_certificate(party)), AT + 11)) == ["certificateExpired"]
    outside = kid_jwt(ec_key(7), references=["evil.example/x"])
    assert rejected(outside, keys(key_certificate(party))) == "references: reference_mismatch"


def test_a_certificate_under_keys_keeps_the_profile_of_a_pinned_one() -> None:
    unknown = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00")
    flawed = signer(key=ec_key(7), extensions=[(unknown, True)])
    assert rejected(kid_jwt(ec_key(7)), keys(key_certificate(flawed))) == "authenticity: certificate_profile"
    assert verified(kid_jwt(ec_key(7)), keys(key_certificate(authority(HOST, key=ec_key(7))))).reasons == ()
    both = keys(key_certificate(flawed), key_entry(ec_key(7), "other"))
    assert verified(kid_jwt(ec_key(7)), both).signature.signer.cn is None


def test_a_kid_of_several_keys_is_ambiguous_and_of_one_key_in_several_stores_is_not() -> None:
    one, other = key_entry(ec_key(7)), key_entry(ec_key(8))
    shared = [dataclasses.replace(entry, names=frozenset({"deploy"})) for entry in (one, other)]
    envelope = kid_jwt(ec_key(7), kid="deploy")
    assert rejected(envelope, keys(*shared)) == "authenticity: ambiguous_key"
    assert verified(envelope, keys(shared[0], dataclasses.replace(shared[0], store="b"))).reasons == ()


@pytest.mark.parametrize(
    ("key", "algorithm", "as_jwk", "narrowed", "expected"),
    [
        (rsa_key(), "PS256", True, None, None),
        (rsa_key(), "PS256", False, None, "integrity: algorithm_not_allowed"),
        (rsa_key(), "PS256", True, "PS256", None),
        (rsa_key(), "RS256", True, "PS256", "integrity: algorithm_not_allowed"),
        (rsa_key(), "RS256", True, None, None),
        (ed_key(), "EdDSA", True, None, None),
        (ed_key(), "EdDSA", False, None, "integrity: algorithm_not_allowed"),
        (ec_key(), "ES256", True, "ES384", "integrity: algorithm_not_allowed"),
        (ec_key(), "ES256", True, "HS256", "integrity: algorithm_not_allowed"),
    ],
)
def test_a_jwk_opens_the_wider_table_and_its_alg_narrows_it(
    key: Json,
    algorithm: str,
    as_jwk: bool,  # noqa: FBT001
    narrowed: str | None,
    expected: str | None,
) -> None:
    header = {"typ": "x509", "alg": algorithm, "kid": libtrust(key)}
    envelope = jws(header, stated(), key, algorithm)
    trust = keys(key_entry(key, as_jwk=as_jwk, algorithm=narrowed))
    if expected:
        assert rejected(envelope, trust) == expected
    else:
        assert verified(envelope, trust).signature.signer.algorithm == algorithm


def test_only_stores_whose_entry_allows_the_algorithm_vouch_for_it() -> None:
    header = {"typ": "x509", "alg": "PS256", "kid": libtrust(rsa_key())}
    envelope = jws(header, stated(), rsa_key(), "PS256")
    trust = keys(key_entry(rsa_key(), "pem"), key_entry(rsa_key(), "jwk", as_jwk=True))
    assert [one.name for one in verified(envelope, trust).signature.signer.trust_stores] == ["jwk"]


def test_a_kid_beside_a_chain_must_be_a_name_of_the_leafs_key() -> None:
    thumbprint = PublicKey.of(LEAF.key.public_key()).thumbprint
    for kid in (libtrust(LEAF.key), thumbprint):
        assert verified(jwt(LEAF, header={"kid": kid})).signature.signer.key_id == kid
    for kid in ("x", libtrust(LEAF.key).lower(), libtrust(ROOT.key)):
        assert rejected(jwt(LEAF, header={"kid": kid})) == "integrity: key_mismatch"


def test_every_reason_that_applies_is_given_and_the_checks_say_which() -> None:
    leaf = signer(issuer=ROOT, not_after=AT - 1)
    trust = trusting(
        ROOT,
        withdrawals=[
            withdrawal(public_key=leaf.public_key),
            withdrawal(reason="b", identity=f"ca:wabbit-networks/{HOST}"),
        ],
    )
    result = verified(jwt(leaf, exp=AT, nbf=AT + 1), trust)
    assert reasons(result) == ["certificateExpired", "expired", "notYetValid", "withdrawn", "withdrawn"]
    checks = result.signature.checks
    assert (checks.validity, checks.expiry, checks.withdrawal, checks.integrity) == (
        "failed",
        "failed",
        "failed",
        "passed",
    )


@pytest.mark.parametrize("place", ["root", "leaf"])
def test_every_certificate_of_the_path_is_dated(place: str) -> None:
    late = {"not_after": AT - 1}
    root = authority("R", not_after=AT - 1) if place == "root" else authority("R")
    leaf = signer(issuer=root, **(late if place == "leaf" else {}))  # type: ignore[arg-type]
    assert reasons(verified(jwt(leaf), trusting(root))) == ["certificateExpired"]


def test_a_certificate_that_is_carried_beyond_the_anchor_is_not_dated() -> None:
    root = authority("R", not_after=AT - 1)
    between = authority("I", issuer=root, key=ec_key(101))
    leaf = signer(issuer=between)
    header = {"x5c": [*named(leaf)["x5c"], *named(root)["x5c"]]}
    assert reasons(verified(jwt(leaf, header=header), trusting(between))) == []


def test_the_best_way_in_which_a_signer_is_anchored_counts() -> None:
    old = authority("R", not_after=AT - 1, serial=1)
    new = authority("R", serial=2)
    leaf = signer(issuer=new)
    trust = Trust((*anchors("ca", "old", old.certificate), *anchors("ca", "new", new.certificate)))
    result = verified(jwt(leaf), trust)
    assert result.reasons == ()
    assert result.signature.signer.identities == (f"ca:new/{HOST}",)
    assert {AT - 1, AT + 30 * DAY} <= result.instants


def test_all_ways_that_are_as_good_are_reported() -> None:
    one, two = authority("R", serial=1), authority("R", serial=2)
    trust = Trust((*anchors("ca", "b", one.certificate), *anchors("ca", "a", two.certificate)))
    said = verified(jwt(signer(issuer=one)), trust).signature.signer
    assert said.identities == (f"ca:a/{HOST}", f"ca:b/{HOST}")
    assert [store.name for store in said.trust_stores] == ["a", "b"]


def targets(leaf: Party, between: Party, envelope: bytes) -> dict[str, Withdrawals]:
    statement = digest_of(envelope.rpartition(b".")[0])
    listed = {
        "signature": withdrawal(signature=SignatureName(public_key=leaf.public_key, statement=statement)),
        "key": withdrawal(public_key=leaf.public_key),
        "key of an intermediate": withdrawal(public_key=between.public_key),
        "key of the root": withdrawal(public_key=ROOT.public_key),
        "certificate": withdrawal(certificate=leaf.fingerprint),
        "certificate of an intermediate": withdrawal(certificate=between.fingerprint),
        "certificate of the root": withdrawal(certificate=ROOT.fingerprint),
        "identity": withdrawal(identity=f"ca:wabbit-networks/{HOST}"),
    }
    return {name: Withdrawals([entry]) for name, entry in listed.items()}


def test_a_withdrawal_of_anything_in_the_chain_invalidates() -> None:
    between = authority("Intermediate", issuer=ROOT, key=ec_key(101))
    leaf = signer(issuer=between)
    envelope = jwt(leaf)
    for name, listed in targets(leaf, between, envelope).items():
        result = verified(envelope, Trust(TRUST.anchors, (), listed))
        assert [(one.reason, one.detail) for one in result.reasons] == [("withdrawn", "key leaked")], name


@pytest.mark.parametrize(
    "target",
    [
        {"public_key": digest_of(b"other")},
        {"certificate": LEAF.public_key},
        {"public_key": LEAF.fingerprint},
        {"identity": f"ca:other/{HOST}"},
        {"identity": f"keys:wabbit-networks/{HOST}"},
        {"identity": f"ca:wabbit-networks/{HOST.upper()}"},
        {"signature": SignatureName(public_key=LEAF.public_key, statement=digest_of(b"other"))},
    ],
    ids=str,
)
def test_a_withdrawal_of_something_else_changes_nothing(target: Json) -> None:
    assert verified(jwt(LEAF), trusting(ROOT, withdrawals=[withdrawal(**target)])).reasons == ()


def test_a_withdrawal_in_the_future_is_foretold() -> None:
    result = verified(
        jwt(LEAF), trusting(ROOT, withdrawals=[withdrawal(instant.text(AT + 7), public_key=LEAF.public_key)])
    )
    assert result.reasons == ()
    assert AT + 7 in result.instants


def test_without_references_nothing_is_compared_and_nothing_is_said_to_match() -> None:
    for envelope in (jwt(LEAF, references=...), jwt(LEAF, references=[])):
        said = verified(envelope).signature
        assert (said.references_match_signer, said.claims.references) == (None, ())
        assert said.checks.references == "notApplicable"


def test_a_name_in_an_alternative_name_never_becomes_the_cn() -> None:
    leaf = signer("Wabbit Networks", issuer=ROOT, names=[x509.DNSName(HOST)])
    said = verified(jwt(leaf)).signature
    assert (said.signer.cn, said.signer.identities) == ("Wabbit Networks", ("ca:wabbit-networks/Wabbit Networks",))
    assert said.references_match_signer is True


def test_revocation_that_was_not_looked_into_is_said_to_be() -> None:
    said = verified(jwt(signer(issuer=ROOT, extensions=[(CRL, False)]))).signature
    assert (said.revocation.status, said.checks.revocation) == ("notChecked", "inconclusive")


def test_a_media_type_of_no_format_is_rejected() -> None:
    assert rejected(jwt(LEAF), media_type="application/jose+json") == "integrity: unknown_format"
    assert isinstance(verify(stored(jwt(LEAF), JSON_TYPE), SUBJECT, TRUST, AT), Verified)


def test_an_envelope_that_was_cut_is_reported_by_the_digest_of_the_whole() -> None:
    whole = b"x" * 2_000_000
    result = verify(Stored(whole[: 1024 * 1024 + 1], digest_of(whole), None, "files"), SUBJECT, TRUST, AT)
    assert isinstance(result, Rejection)
    assert (result.digest, result.code) == (digest_of(whole), "envelope_too_large")


@mutation.SOME
@given(hostile.ENVELOPES, st.sampled_from([None, JWT_TYPE, JSON_TYPE]))
def test_any_envelope_is_a_fact_or_a_rejection_and_twice_the_same(data: bytes, media_type: str | None) -> None:
    result = verify(stored(data, media_type), SUBJECT, TRUST, AT)
    assert result == verify(stored(data, media_type), SUBJECT, trusting(ROOT), AT)
    if isinstance(result, Rejection):
        assert CODES[result.code].family == "rejected"


@mutation.SOME
@given(st.one_of(hostile.signed_again(), hostile.json_signed_again(), hostile.odd_chain()))
def test_what_is_stated_is_what_was_signed_over_this_manifest_by_this_key(data: bytes) -> None:
    result = verify(stored(data, None), SUBJECT, TRUST, AT)
    if isinstance(result, Verified):
        said: Signature = result.signature
        assert said.signer.public_key == LEAF.public_key
        assert (said.claims.size, said.claims.digest) == (len(MANIFEST), digest_of(MANIFEST))
        assert all(one.startswith((f"{HOST}/", f"{HOST}:")) for one in said.claims.references)
        signed = data.rpartition(b".")[0] if said.format == "nv2.jwt" else compact_signed(data)
        assert said.statement == digest_of(signed)


def compact_signed(data: bytes) -> bytes:
    """The raw `signed` member, found by another way than the code's."""
    text = data.decode()
    start = text.index('"signed":') + len('"signed":')
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode()


@mutation.SOME
@given(hostile.UNSIGNED_CHANGES)
def test_no_change_of_bytes_changes_what_is_stated(data: bytes) -> None:
    result = verify(stored(data, None), SUBJECT, TRUST, AT)
    if isinstance(result, Verified):
        good = verified(jwt(LEAF) if result.signature.format == "nv2.jwt" else json_form(LEAF))
        assert result.signature.claims == good.signature.claims
        assert result.signature.statement == good.signature.statement
        assert result.signature.signer == good.signature.signer
        assert result.reasons == good.reasons
