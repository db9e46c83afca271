"""The operator's list is read exactly or refused with its place: a mistyped withdrawal would withdraw nothing."""

import itertools

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider import instant
from provider.errors import Refused
from provider.withdrawals import SignatureName, Withdrawals, WithdrawalsFile, Withdrawn, parse
from tests.core import mutation
from tests.core.mutation import outcome
from tests.core.pki import AT, Json, compact, withdrawal

KEY = "sha256:" + "0a" * 32
OTHER = "sha256:" + "0b" * 32
SINCE = "2026-12-01T00:00:00Z"
FILE = {
    "version": "1",
    "withdrawals": [
        {"signature": {"publicKey": KEY, "statement": OTHER}, "reason": "key leaked", "since": SINCE},
        {"publicKey": KEY, "reason": "key leaked", "since": "2026-12-01T00:00:00.5+01:00"},
        {"certificate": KEY, "reason": "é", "since": SINCE},
        {"identity": "ca:wabbit-networks/registry.wabbit-networks.io", "reason": "left", "since": SINCE},
    ],
}


def why(value: object) -> str:
    with pytest.raises(Refused) as raised:
        parse(value if isinstance(value, bytes) else compact(value), "withdrawals.json")
    assert raised.value.code == "withdrawals_invalid"
    assert raised.value.message.startswith("withdrawals.json")
    return raised.value.message


def one(**members: Json) -> dict[str, Json]:
    entry = {"publicKey": KEY, "reason": "key leaked", "since": SINCE, **members}
    return {"version": "1", "withdrawals": [{name: value for name, value in entry.items() if value is not ...}]}


def asked(listed: Withdrawals, **changes: Json) -> list[Withdrawn]:
    about: dict[str, Json] = {
        "signature": SignatureName(public_key="other", statement="other"),
        "public_keys": (),
        "certificates": (),
        "identities": (),
    }
    return [*listed.concerning(**{**about, **changes})]


def test_each_kind_of_target_is_found_by_its_own_name_alone() -> None:
    listed = parse(compact(FILE), "f")
    begin = instant.parse(SINCE)
    name = SignatureName(public_key=KEY, statement=OTHER)
    assert asked(listed, signature=name) == [Withdrawn(begin, "key leaked")]
    assert asked(listed, public_keys=[KEY]) == [Withdrawn(begin - 3600, "key leaked")]
    assert asked(listed, certificates=[KEY]) == [Withdrawn(begin, "é")]
    identity = "ca:wabbit-networks/registry.wabbit-networks.io"
    assert asked(listed, identities=[identity]) == [Withdrawn(begin, "left")]
    assert asked(listed, public_keys=[OTHER], certificates=[OTHER, identity], identities=[KEY]) == []
    assert asked(listed, signature=SignatureName(public_key=OTHER, statement=KEY)) == []


def test_an_empty_list_withdraws_nothing() -> None:
    for text in (b'{"version":"1"}', b'{"version":"1","withdrawals":[]}'):
        assert asked(parse(text, "f"), public_keys=[KEY]) == []
    assert asked(Withdrawals(), public_keys=[KEY]) == []


def test_several_withdrawals_of_one_target_all_count() -> None:
    listed = Withdrawals([withdrawal(public_key=KEY), withdrawal(SINCE, "again", public_key=KEY)])
    assert [found.reason for found in asked(listed, public_keys=[KEY])] == ["key leaked", "again"]


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"[]",
        b"null",
        b"\xff",
        b'{"version":"1","version":"1"}',
        b'{"version":"1","Version":"1"}',
        b'{"version":"1"}x',
        b"[" * 100_000,
        {},
        {"version": 1},
        {"version": "2"},
        {"version": ""},
        {"withdrawals": []},
        {"version": "1", "withdrawals": {}},
        {"version": "1", "withdrawals": None},
        {"version": "1", "withdrawals": [None]},
        {"version": "1", "more": 1},
    ],
    ids=str,
)
def test_a_file_of_another_shape_is_refused(value: object) -> None:
    why(value)


@pytest.mark.parametrize(
    "members",
    [
        {"publicKey": ...},
        {"publicKey": None},
        {"certificate": OTHER},
        {"identity": "ca:a/b"},
        {"publicKey": KEY.upper()},
        {"publicKey": KEY[:-1]},
        {"publicKey": "sha512:" + "0a" * 64},
        {"publicKey": KEY + "\n"},
        {"publicKey": "\n" + KEY},
        {"publickey": KEY},
        {"public_key": KEY},
        {"reason": ...},
        {"reason": ""},
        {"reason": "x" * 1025},
        {"reason": None},
        {"since": ...},
        {"since": None},
        {"since": 5},
        {"since": "tomorrow"},
        {"since": "2026-12-01"},
        {"since": "2026-12-01T00:00:00"},
        {"since": "2026-02-30T00:00:00Z"},
        {"since": "1969-12-31T23:59:59Z"},
        {"until": SINCE},
    ],
    ids=str,
)
def test_an_entry_that_is_mistyped_is_refused(members: dict[str, Json]) -> None:
    why(one(**members))


@pytest.mark.parametrize(
    "identity",
    [
        "",
        "ca",
        "ca:",
        "ca:store",
        "ca:store/",
        "tsa:store/cn",
        "CA:store/cn",
        "ca:st ore/cn",
        "keys:/cn",
        "x" * 1025,
        5,
    ],
    ids=lambda identity: str(identity)[:12],
)
def test_what_is_no_identity_is_refused(identity: object) -> None:
    why(one(publicKey=..., identity=identity))


@pytest.mark.parametrize("identity", ["ca:s/cn", "signingAuthority:s/a/b", f"keys:s/{KEY}", "ca:A-Z_0.9/\n"])
def test_identities_are_those_that_documents_write(identity: str) -> None:
    (entry,) = parse(compact(one(publicKey=..., identity=identity)), "f").entries
    assert entry.target() == identity


def test_a_signature_has_both_of_its_halves() -> None:
    for signature in ({"publicKey": KEY}, {"statement": KEY}, {}, KEY, {"publicKey": KEY, "statement": "x"}):
        why(one(publicKey=..., signature=signature))


def test_the_place_of_a_mistake_is_said() -> None:
    file = {"version": "1", "withdrawals": [FILE["withdrawals"][0], {**one()["withdrawals"][0], "since": "x"}]}
    assert "withdrawals[1]" in why(file)


def test_exactly_one_target_stands() -> None:
    targets: dict[str, Json] = {
        "signature": {"publicKey": KEY, "statement": OTHER},
        "publicKey": KEY,
        "certificate": KEY,
        "identity": "ca:a/b",
    }
    for count in (0, 2, 3, 4):
        for chosen in itertools.combinations(targets, count):
            assert "exactly one" in why(one(**{"publicKey": ..., **{name: targets[name] for name in chosen}}))


@mutation.SOME
@given(st.one_of(st.binary(max_size=40), mutation.changed_json(FILE), mutation.changed_bytes(compact(FILE))))
def test_any_file_is_read_or_refused_and_twice_the_same_way(data: bytes) -> None:
    def reading() -> object:
        return parse(data, "f").entries

    assert outcome(reading) == outcome(reading)
    assert outcome(reading)[0] in {"value", "withdrawals_invalid"}


@mutation.SOME
@given(mutation.changed_json(FILE))
def test_every_entry_of_a_file_that_is_read_can_be_found(data: bytes) -> None:
    kind, listed = outcome(lambda: parse(data, "f"))
    if isinstance(listed, Withdrawals):
        for entry in listed.entries:
            target = entry.target()
            sets = [target] if isinstance(target, str) else []
            name = target if isinstance(target, SignatureName) else SignatureName(public_key="", statement="")
            found = asked(listed, signature=name, public_keys=sets, certificates=sets, identities=sets)
            assert Withdrawn(instant.parse(entry.since), entry.reason) in found
    assert kind in {"value", "withdrawals_invalid"}


def test_what_is_written_is_read_again() -> None:
    entries = parse(compact(FILE), "f").entries
    file = WithdrawalsFile(version="1", withdrawals=entries)
    data = msgspec.json.encode(file)
    assert parse(data, "f").entries == entries
    assert b'"publicKey"' in data
    assert b"null" not in data


def test_a_moment_before_since_is_not_withdrawn_and_since_is() -> None:
    (found,) = asked(Withdrawals([withdrawal(instant.text(AT), public_key=KEY)]), public_keys=[KEY])
    assert found.since == AT
