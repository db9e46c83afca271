"""The document tells the truth for as long as it says, in one order, under one id, and in 64 KiB at most."""

import base64
import json
from collections.abc import Iterable
from typing import Any

import jsonschema
import msgspec
import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from provider import document, instant, oci, schema
from provider.claims import Document, Problem, SourceCoverage, SourceStatus
from provider.document import Evidence, Target
from provider.oci import Descriptor
from provider.trust import Trust
from provider.verify import Stored
from provider.withdrawals import SignatureName, Withdrawal, Withdrawals
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
    answered,
    authority,
    compact,
    digest_of,
    document_of,
    ec_key,
    json_form,
    jwt,
    key_entry,
    kid_jwt,
    malleated,
    named,
    numbered_manifest,
    raw_signature,
    signer,
    stated,
    stored,
    subject_of,
    trusting,
    withdrawal,
)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")

TRUST = trusting(ROOT)
VALIDATOR = jsonschema.Draft202012Validator(schema.schema("claims.json"))


def lists(made: Document) -> tuple[object, ...]:
    return made.signatures, made.invalidated, made.rejected


def valid_until(made: Document) -> int:
    return instant.parse(made.valid_until)


def members(made: Document) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(document.encode(made))
    return read


def json_with(chain: Iterable[Party], key: Party = LEAF, **extra: object) -> bytes:
    """The JSON form, whose chain is not signed: other chains give other envelopes of one statement."""
    signed = compact(stated(mediaType=...))
    base64_signature = base64.b64encode(raw_signature(key.key, "ES256", signed)).decode()
    x5c = [one for party in chain for one in named(party)["x5c"][:1]]
    signature = {"typ": "x509", "sig": base64_signature, "alg": "ES256", "x5c": x5c, **extra}
    return b'{"signed":' + signed + b',"signature":' + compact(signature) + b"}"


def json_stored(envelope: bytes, source: str = "layout") -> Stored:
    return stored(envelope, JSON_TYPE, source)


# Merging.


def test_malleated_copies_are_one_signature_with_both_digests() -> None:
    copies = [jwt(LEAF), malleated(jwt(LEAF))]
    made = document_of(copies, TRUST)
    (one,) = made.signatures
    assert one.digests == tuple(sorted(map(digest_of, copies)))
    assert one.digest == min(map(digest_of, copies))
    assert made.rejected.count == 0


def test_the_same_bytes_from_two_sources_are_one_signature() -> None:
    made = document_of([stored(jwt(LEAF), source=name) for name in ("b", "a", "c")], TRUST)
    assert [(one.source, one.digests) for one in made.signatures] == [("a", (digest_of(jwt(LEAF)),))]


def test_signatures_differ_by_key_statement_or_leaf() -> None:
    other_key = signer(issuer=ROOT, key=ec_key(2))
    other_leaf = signer(issuer=ROOT, serial=2)
    made = document_of(
        [
            *(json_stored(json_with([party])) for party in (LEAF, other_leaf)),
            *(json_stored(json_form(party)) for party in (other_key,)),
            jwt(LEAF),
            jwt(LEAF, iat=AT),
        ],
        TRUST,
    )
    assert len(made.signatures) == 5
    assert len({one.signer.public_key for one in made.signatures}) == 2


def test_a_chain_and_a_kid_over_one_statement_are_two_facts() -> None:
    signed = compact(stated(mediaType=...))
    key_named = {"typ": "x509", "sig": hostile.unsigned(signed)["sig"], "alg": "ES256"}
    kid = key_entry(LEAF.key).key.libtrust_id
    by_kid = b'{"signed":' + signed + b',"signature":' + compact({**key_named, "kid": kid}) + b"}"
    trust = Trust(TRUST.anchors, (key_entry(LEAF.key),))
    made = document_of([json_stored(json_with([LEAF])), json_stored(by_kid)], trust)
    assert sorted(one.signer.type for one in made.signatures) == ["jwk", "x509"]
    assert len({one.statement for one in made.signatures}) == 1


def crossed() -> tuple[Trust, Party, Party, Party]:
    """One issuer under two roots, of which one has passed its end: two chains for one leaf."""
    good, late = authority("Good", key=ec_key(60)), authority("Late", key=ec_key(61), not_after=AT - 1)
    over_good = authority("I", issuer=good, key=ec_key(62), serial=1)
    over_late = authority("I", issuer=late, key=ec_key(62), serial=2)
    trust = Trust((*anchors("ca", "good", good.certificate), *anchors("ca", "late", late.certificate)))
    return trust, over_good, over_late, signer(issuer=over_good)


def test_the_sound_copy_stands_whichever_comes_first() -> None:
    trust, over_good, over_late, leaf = crossed()
    copies = [json_stored(json_with([leaf, issuer], leaf)) for issuer in (over_good, over_late)]
    for order in (copies, copies[::-1]):
        made = document_of(order, trust)
        assert made.invalidated == ()
        (one,) = made.signatures
        assert one.signer.identities == (f"ca:good/{HOST}",)
        assert len(one.digests) == 2
        assert one.digest == min(one.digests)


def test_of_unsound_copies_the_one_with_the_fewest_reasons_stands() -> None:
    trust, over_good, over_late, leaf = crossed()
    with_withdrawal = Trust(trust.anchors, (), Withdrawals([withdrawal(public_key=leaf.public_key)]))
    copies = [json_stored(json_with([leaf, issuer], leaf)) for issuer in (over_late, over_good)]
    made = document_of(copies, with_withdrawal)
    assert made.signatures == ()
    assert [[reason.reason for reason in one.reasons] for one in made.invalidated] == [["withdrawn"]]


def test_the_stores_of_copies_that_are_as_good_are_united() -> None:
    one_root, other_root = authority("One", key=ec_key(60)), authority("Other", key=ec_key(61))
    issuers = [
        authority("I", issuer=root, key=ec_key(62), serial=serial)
        for serial, root in enumerate((one_root, other_root), 1)
    ]
    leaf = signer(issuer=issuers[0])
    trust = Trust((*anchors("ca", "b", one_root.certificate), *anchors("ca", "a", other_root.certificate)))
    (one,) = document_of([json_stored(json_with([leaf, issuer], leaf)) for issuer in issuers], trust).signatures
    assert one.signer.identities == (f"ca:a/{HOST}", f"ca:b/{HOST}")
    assert [store.name for store in one.signer.trust_stores] == ["a", "b"]


@pytest.mark.parametrize("extra", ["stripped", "spoilt", "with another kid"])
def test_a_spoilt_copy_takes_no_good_one_down(extra: str) -> None:
    issuer = authority("I", issuer=ROOT, key=ec_key(62))
    leaf = signer(issuer=issuer)
    good = json_with([leaf, issuer], leaf)
    bad = {
        "stripped": json_with([leaf], leaf),
        "spoilt": json_with([leaf, authority("Stranger")], leaf),
        "with another kid": json_with([leaf, issuer], leaf, kid="other"),
    }[extra]
    made = document_of([json_stored(bad), json_stored(good)], TRUST)
    assert [one.digest for one in made.signatures] == [digest_of(good)]
    assert (made.rejected.count, made.rejected.first[0].digest) == (1, digest_of(bad))


def test_one_broken_envelope_in_two_sources_is_rejected_once() -> None:
    made = document_of([stored(b"garbage", source=name) for name in ("a", "b")], TRUST)
    assert made.rejected.count == 1


# Order.


@st.composite
def evidence(draw: st.DrawFn) -> list[Stored]:
    """Envelopes of every fate, some of them twice."""
    pool: list[Stored] = [
        *(stored(jwt(LEAF, iat=number)) for number in range(4)),
        *(stored(malleated(jwt(LEAF, iat=number))) for number in range(2)),
        *(stored(jwt(signer(issuer=ROOT, key=ec_key(number)))) for number in range(2, 4)),
        *(stored(jwt(LEAF, exp=number)) for number in range(3)),
        *(stored(b"junk %d" % number) for number in range(20)),
        *(stored(jwt(LEAF, size=number)) for number in range(3)),
        *(json_stored(json_with([LEAF])) for _ in range(1)),
        *(json_stored(json_with([LEAF, ROOT])) for _ in range(1)),
    ]
    chosen = draw(st.lists(st.sampled_from(pool), max_size=24))
    return [Stored(one.data, one.digest, one.media_type, draw(st.sampled_from(["a", "b"]))) for one in chosen]


@mutation.FEW
@given(evidence(), st.randoms(use_true_random=False))
def test_the_order_in_which_envelopes_are_found_changes_no_byte(found: list[Stored], random: Any) -> None:  # noqa: ANN401
    shuffled = list(found)
    random.shuffle(shuffled)

    def made(envelopes: list[Stored]) -> bytes:
        evidence = Evidence(tuple(envelopes), (answered(len(found)),))
        target = Target(oci.identify(MANIFEST), evidence)
        return document.encode(document.build(subject_of(MANIFEST), target, (), TRUST, at=AT, max_age=3600))

    assert made(found) == made(shuffled)


@pytest.mark.parametrize(
    "envelope",
    [jwt(LEAF), jwt(LEAF)[:-5], json_form(LEAF), b'{"signed":1}', b"junk"],
    ids=["sound", "spoilt", "json", "half", "junk"],
)
def test_one_envelope_under_two_media_types_gives_the_same_document_in_either_order(envelope: bytes) -> None:
    both = [stored(envelope, JWT_TYPE), stored(envelope, JSON_TYPE)]
    assert document_of(both, TRUST) == document_of(both[::-1], TRUST)


@mutation.FEW
@given(evidence())
def test_each_list_is_sorted_as_stated(found: list[Stored]) -> None:
    made = document_of(found, TRUST)
    for entries in (made.signatures, made.invalidated):
        keys = [(one.format, one.statement, one.signer.public_key) for one in entries]
        assert keys == sorted(keys)
        assert all(one.digests == tuple(sorted(set(one.digests))) for one in entries)
        assert all(one.digest == one.digests[0] for one in entries)
    digests = [one.digest for one in made.rejected.first]
    assert digests == sorted(digests)


@mutation.FEW
@given(evidence())
def test_every_envelope_is_in_exactly_one_list(found: list[Stored]) -> None:
    made = document_of(found, TRUST)
    stands = [digest for one in (*made.signatures, *made.invalidated) for digest in one.digests]
    assert len(stands) == len(set(stands))
    assert made.rejected.count == len({one.digest for one in found} - set(stands))
    assert sum(made.rejected.by_code.values()) == made.rejected.count
    assert len(made.rejected.first) == min(16, made.rejected.count)
    assert all(one.reasons for one in made.invalidated)


def test_sixteen_of_the_rejected_are_shown_and_all_are_counted() -> None:
    made = document_of([b"junk %d" % number for number in range(40)], TRUST)
    assert (made.rejected.count, len(made.rejected.first)) == (40, 16)
    assert made.rejected.by_code == {"malformed_envelope": 40}
    assert made.coverage.complete


# The id.


@mutation.FEW
@given(evidence(), st.integers(0, 10))
def test_the_id_is_of_all_but_itself_and_the_two_times(found: list[Stored], later: int) -> None:
    made = document_of(found, TRUST, at=AT + later)
    rest = {name: value for name, value in members(made).items() if name not in {"id", "verifiedAt", "validUntil"}}
    assert made.id == digest_of(rfc8785.dumps(rest))
    assert made.id == document_of(found, TRUST).id
    assert made.verified_at == instant.text(AT + later)


def test_other_facts_have_another_id() -> None:
    ids = [
        document_of([jwt(LEAF)], TRUST).id,
        document_of([], TRUST).id,
        document_of([jwt(LEAF, iat=1)], TRUST).id,
        document_of([stored(jwt(LEAF), source="other")], TRUST).id,
        document_of([jwt(LEAF)], trusting(ROOT, authority("Another"))).id,
        document_of([jwt(LEAF)], TRUST, at=AT + 40 * DAY).id,
        document_of([jwt(LEAF, numbered_manifest(1))], TRUST, manifest=numbered_manifest(1)).id,
        document_of([jwt(LEAF)], trusting(ROOT, withdrawals=[withdrawal(identity="ca:a/b")])).id,
    ]
    assert len(set(ids)) == len(ids)


def test_names_beyond_the_basic_plane_are_hashed_as_rfc_8785_has_it() -> None:
    leaf = signer("\U0001f600 \ufb33 signer", issuer=ROOT)
    made = document_of([jwt(leaf, references=...)], TRUST)
    rest = {name: value for name, value in members(made).items() if name not in {"id", "verifiedAt", "validUntil"}}
    assert len(made.signatures) == 1
    assert made.id == digest_of(rfc8785.dumps(rest))


# validUntil.

AROUND = st.integers(AT - 25, AT + 25)


@st.composite
def dated(draw: st.DrawFn) -> tuple[list[Stored], Trust, set[int]]:
    """Signatures and withdrawals with dates around `AT`, and every date that has to do with one of them."""
    begin, end = draw(st.just(AT - DAY) | AROUND), draw(st.just(AT + DAY) | AROUND)
    begin, end = min(begin, end), max(begin, end)
    root = authority("Dated", not_before=begin, not_after=end)
    found: list[Stored] = []
    withdrawn: list[Withdrawal] = []
    ends = {begin, end, end + 1}  # notAfter is still a valid second: the change comes with the next one
    for number in range(draw(st.integers(0, 2))):
        starts, stops = sorted((draw(AROUND), draw(AROUND)))
        leaf = signer(issuer=root, key=ec_key(number + 1), not_before=starts, not_after=stops)
        stated_times: dict[str, Json] = {name: draw(AROUND) for name in ("exp", "nbf") if draw(st.booleans())}
        envelope = jwt(leaf, **stated_times)
        found.append(stored(envelope))
        ends |= {starts, stops, stops + 1, *stated_times.values()}
        for _ in range(draw(st.integers(0, 2))):
            since = draw(AROUND)
            statement = digest_of(envelope.rpartition(b".")[0])
            target = draw(
                st.sampled_from(
                    [
                        {"public_key": leaf.public_key},
                        {"certificate": leaf.fingerprint},
                        {"signature": SignatureName(public_key=leaf.public_key, statement=statement)},
                    ]
                )
            )
            withdrawn.append(withdrawal(instant.text(since), **target))  # type: ignore[arg-type]
            ends.add(since)
    withdrawn.append(withdrawal(instant.text(draw(AROUND)), certificate=digest_of(b"no one's")))
    return found, trusting(root, withdrawals=withdrawn), ends if found else set()


@mutation.FEW
@given(dated(), AROUND, st.integers(1, 60))
def test_until_valid_until_the_three_lists_stay_as_they_are(
    case: tuple[list[Stored], Trust, set[int]], at: int, max_age: int
) -> None:
    found, trust, _ = case
    made = document_of(found, trust, at=at, max_age=max_age)
    assert at < valid_until(made) <= at + max_age
    for moment in range(at + 1, valid_until(made)):
        assert lists(document_of(found, trust, at=moment, max_age=max_age)) == lists(made)


@mutation.SOME
@given(dated(), AROUND, st.integers(1, 60))
def test_valid_until_is_the_first_date_after_verified_at(
    case: tuple[list[Stored], Trust, set[int]], at: int, max_age: int
) -> None:
    found, trust, dates = case
    made = document_of(found, trust, at=at, max_age=max_age)
    expected = {at + max_age, *dates}
    if not made.signatures:
        expected.add(at + 30)
    assert valid_until(made) == min(date for date in expected if date > at)


@pytest.mark.parametrize("max_age", [1, 29, 30, 31, 3600])
def test_a_maximum_age_bounds_a_document_without_dates(max_age: int) -> None:
    assert valid_until(document_of([jwt(LEAF)], TRUST, max_age=max_age)) == AT + max_age
    assert valid_until(document_of([], TRUST, max_age=max_age)) == AT + min(30, max_age)


def incomplete() -> list[tuple[str, Evidence]]:
    good = (stored(jwt(LEAF)),)
    problem = Problem(code="blob_unavailable", message="m", retryable=True)
    statuses: tuple[SourceStatus, ...] = ("failed", "timedOut", "truncated")
    other = [SourceCoverage(name="b", kind="files", status=status, found=0) for status in statuses]
    return [
        *((one.status, Evidence(good, (answered(1), one))) for one in other),
        ("problem", Evidence(good, (answered(1),), (problem,))),
        ("cut", Evidence(good, (answered(1),), (), truncated=True)),
    ]


@pytest.mark.parametrize(("why", "found"), incomplete())
def test_what_is_unknown_or_incomplete_holds_for_thirty_seconds(why: str, found: Evidence) -> None:
    made = document.build(subject_of(MANIFEST), Target(oci.identify(MANIFEST), found), (), TRUST, at=AT, max_age=3600)
    assert len(made.signatures) == 1
    assert valid_until(made) == AT + 30
    assert made.coverage.complete == (why == "problem")


@pytest.mark.parametrize(("why", "found"), incomplete())
def test_what_is_incomplete_below_an_index_makes_the_whole_incomplete(why: str, found: Evidence) -> None:
    platform = Target(oci.identify(MANIFEST), found, Descriptor(oci.IMAGE_MANIFEST, digest_of(MANIFEST), len(MANIFEST)))
    made = document_of([jwt(LEAF)], TRUST, platforms=[platform])
    assert valid_until(made) == AT + 30
    assert made.coverage.complete == made.platforms[0].coverage.complete == (why == "problem")


def test_a_signature_that_is_not_sound_holds_the_document_for_thirty_seconds() -> None:
    made = document_of([jwt(LEAF, exp=1)], TRUST)
    assert (len(made.invalidated), valid_until(made)) == (1, AT + 30)


def test_dates_below_an_index_count() -> None:
    platform = Target(
        oci.identify(MANIFEST),
        Evidence((stored(jwt(LEAF, exp=AT + 7)),), (answered(1),)),
        Descriptor(oci.IMAGE_MANIFEST, digest_of(MANIFEST), len(MANIFEST)),
    )
    assert valid_until(document_of([jwt(LEAF)], TRUST, platforms=[platform])) == AT + 7


def test_the_dates_of_every_copy_count() -> None:
    trust, over_good, _, leaf = crossed()
    soon = authority("I", issuer=authority("Good", key=ec_key(60)), key=ec_key(62), serial=3, not_after=AT + 5)
    copies = [json_stored(json_with([leaf, issuer], leaf)) for issuer in (over_good, soon)]
    made = document_of(copies, trust)
    later = document_of(copies, trust, at=AT + 6)
    assert lists(made) == lists(later) or valid_until(made) <= AT + 6


# 64 KiB.


def long(number: int, party: Party = LEAF, **changes: Json) -> bytes:
    """A signature whose entry has some eight kilobytes."""
    references = [f"{NAME}/{'x' * 200}{number}-{other}" for other in range(30)]
    return jwt(party, references=references, **changes)


def platform_target(number: int) -> Target:
    manifest = numbered_manifest(number)
    found = Evidence((stored(long(number, manifest=manifest)),), (answered(1),))
    return Target(oci.identify(manifest), found, Descriptor(oci.IMAGE_MANIFEST, digest_of(manifest), len(manifest)))


def whole(monkeypatch: pytest.MonkeyPatch, *case: object) -> Document:
    with monkeypatch.context() as patched:
        patched.setattr(document, "MAX_BYTES", 10**9)
        return sized(*case)  # type: ignore[arg-type]


def sized(sound: int, expired: int, junk: int, platforms: int) -> Document:
    envelopes = [
        *(long(number) for number in range(sound)),
        *(long(number, exp=1) for number in range(expired)),
        *(long(number, size=number) for number in range(junk)),
    ]
    return document_of(envelopes, TRUST, platforms=[platform_target(number) for number in range(platforms)])


CUT = ["rejected", "platforms", "invalidated", "signatures"]


def entries(made: Document) -> dict[str, tuple[object, ...]]:
    return {name: made.rejected.first if name == "rejected" else getattr(made, name) for name in CUT}


@pytest.mark.parametrize(
    "case",
    [
        (12, 0, 0, 0),
        (0, 12, 0, 0),
        (0, 0, 0, 12),
        (7, 7, 7, 7),
        (1, 0, 0, 12),
        (4, 12, 20, 0),
        (12, 3, 20, 3),
        (6, 0, 0, 3),
        (6, 3, 0, 0),
    ],
)
def test_past_64_kib_entries_are_dropped_in_the_stated_order(
    monkeypatch: pytest.MonkeyPatch, case: tuple[int, int, int, int]
) -> None:
    full, made = entries(whole(monkeypatch, *case)), sized(*case)
    kept = entries(made)
    assert len(document.encode(made)) <= 64 * 1024
    dropped = [name for name in CUT if kept[name] != full[name]]
    assert dropped
    for name in CUT:
        assert kept[name] == full[name][: len(kept[name])]
        if CUT.index(name) < CUT.index(dropped[-1]):
            assert kept[name] == ()
    again = full[dropped[-1]][: len(kept[dropped[-1]]) + 1]
    assert len(document.encode(document._with(made, dropped[-1], again))) > 64 * 1024


def test_what_was_cut_is_said_and_counts_stay_true(monkeypatch: pytest.MonkeyPatch) -> None:
    full, made = whole(monkeypatch, 12, 3, 20, 3), sized(12, 3, 20, 3)
    assert full.coverage.complete
    assert not made.coverage.complete
    assert [problem.code for problem in made.problems] == ["document_truncated"]
    assert (made.rejected.count, made.rejected.by_code) == (full.rejected.count, full.rejected.by_code)
    assert made.coverage.sources == full.coverage.sources
    assert valid_until(made) == AT + 30
    rest = {name: value for name, value in members(made).items() if name not in {"id", "verifiedAt", "validUntil"}}
    assert made.id == digest_of(rfc8785.dumps(rest))


def test_a_document_that_fits_is_not_touched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sized(3, 1, 1, 1) == whole(monkeypatch, 3, 1, 1, 1)
    assert sized(3, 1, 1, 1).problems == ()


def test_one_entry_that_is_too_long_alone_is_dropped_and_said() -> None:
    references = [f"{NAME}/{'x' * 220}:{number:0>120}" for number in range(256)]
    made = document_of([jwt(LEAF, references=references)], TRUST)
    assert made.signatures == ()
    assert not made.coverage.complete
    assert len(document.encode(made)) <= 64 * 1024


@pytest.mark.parametrize("count", [200, 2000])
def test_many_problems_make_no_document_over_64_kib(count: int) -> None:
    problems = tuple(
        Problem(code="blob_unavailable", message=f"layout: sha256:{number:0>64}: missing{'!' * 300}", retryable=True)
        for number in range(count)
    )
    found = Evidence((stored(jwt(LEAF)),), (answered(1),), problems)
    made = document.build(subject_of(MANIFEST), Target(oci.identify(MANIFEST), found), (), TRUST, at=AT, max_age=3600)
    assert len(document.encode(made)) <= 64 * 1024
    assert "document_truncated" in {problem.code for problem in made.problems}


# The schema.


@mutation.SOME
@given(
    st.lists(
        st.one_of(
            hostile.ENVELOPES,
            st.sampled_from([jwt(LEAF), malleated(jwt(LEAF)), jwt(LEAF, exp=5), long(1), kid_jwt(ec_key(7))]),
        ),
        max_size=5,
    ),
    st.sampled_from([None, JWT_TYPE, JSON_TYPE]),
    st.booleans(),
)
def test_every_document_validates_against_its_schema(
    envelopes: list[bytes],
    media_type: str | None,
    withdrawn: bool,  # noqa: FBT001
) -> None:
    listed = [withdrawal(public_key=LEAF.public_key)] if withdrawn else []
    trust = Trust(TRUST.anchors, (key_entry(ec_key(7)),), Withdrawals(listed))
    made = document_of([stored(one, media_type) for one in envelopes], trust)
    VALIDATOR.validate(members(made))
    assert msgspec.json.decode(document.encode(made), type=Document) == made


def test_a_document_of_every_kind_validates_and_says_null_where_there_is_nothing() -> None:
    made = sized(2, 2, 20, 2)
    read = members(made)
    VALIDATOR.validate(read)
    nobodys = msgspec.structs.replace(document.unnamed(oci.identify(MANIFEST)), media_type=None, digest=None, size=None)
    nothing = document.build(nobodys, Target(None, Evidence((stored(jwt(LEAF)),), ())), (), TRUST, at=AT, max_age=3600)
    VALIDATOR.validate(members(nothing))
    assert members(nothing)["subject"] == dict.fromkeys(read["subject"])
    assert (nothing.signatures, nothing.rejected.count) == ((), 0)
    assert set(read) == {
        "version",
        "id",
        "subject",
        "verifiedAt",
        "validUntil",
        "verifier",
        "coverage",
        "signatures",
        "invalidated",
        "rejected",
        "platforms",
        "problems",
    }


def test_a_manifest_that_nobody_named_is_described_by_its_bytes() -> None:
    subject = document.unnamed(oci.identify(MANIFEST))
    assert (subject.media_type, subject.digest, subject.size) == (
        oci.IMAGE_MANIFEST,
        digest_of(MANIFEST),
        len(MANIFEST),
    )
    assert {subject.reference, subject.registry, subject.repository, subject.tag, subject.resolved_from} == {None}


def test_the_verifier_names_its_trust() -> None:
    made = document_of([], TRUST)
    assert made.verifier.trust == TRUST.digest
    assert made.verifier.version


# Platforms.


def test_a_platforms_signatures_never_stand_for_the_index() -> None:
    made = document_of([], TRUST, platforms=[platform_target(1)])
    assert made.signatures == ()
    assert len(made.platforms[0].signatures) == 1


def test_an_indexs_signature_never_stands_for_a_platform() -> None:
    manifest = numbered_manifest(1)
    found = Evidence((stored(jwt(LEAF)),), (answered(1),))
    platform = Target(oci.identify(manifest), found, Descriptor(oci.IMAGE_MANIFEST, digest_of(manifest), len(manifest)))
    made = document_of([jwt(LEAF)], TRUST, platforms=[platform])
    assert (made.platforms[0].signatures, made.platforms[0].rejected.by_code) == ((), {"subject_size": 1})
    assert len(made.signatures) == 1


def test_problems_that_are_the_same_stand_once() -> None:
    problem = Problem(code="blob_unavailable", message="m", retryable=True)
    platform = Target(
        oci.identify(MANIFEST),
        Evidence((), (answered(0),), (problem, problem)),
        Descriptor(oci.IMAGE_MANIFEST, digest_of(MANIFEST), len(MANIFEST)),
    )
    assert document_of([], TRUST, platforms=[platform, platform]).problems == (problem,)
