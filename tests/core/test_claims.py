"""The types of the document: stores in one order, each once; nothing can be changed, nothing unknown gets in."""

import itertools
import typing

import msgspec
import pytest

from provider import claims
from provider.claims import TrustStore, ordered_stores


def store(kind: claims.StoreType, name: str, number: int = 0) -> TrustStore:
    return TrustStore(name=name, type=kind, fingerprint=f"sha256:{number:064x}")


def test_stores_stand_once_in_one_order() -> None:
    wanted = (store("ca", "a"), store("ca", "a", 1), store("ca", "b"), store("keys", "a"))
    for order in itertools.permutations(wanted):
        assert ordered_stores([*order, order[0]]) == wanted


def parts() -> list[type[msgspec.Struct]]:
    return [one for one in vars(claims).values() if isinstance(one, type) and issubclass(one, claims._Part)]


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.__name__)
def test_a_part_is_frozen_closed_and_without_defaults(part: type[msgspec.Struct]) -> None:
    config = part.__struct_config__
    assert config.frozen
    assert config.forbid_unknown_fields
    assert all(field.required for field in msgspec.structs.fields(part))
    assert all("_" not in field.encode_name for field in msgspec.structs.fields(part))


def test_nothing_in_the_document_says_trusted_or_allowed() -> None:
    names = {field.encode_name.lower() for part in parts() for field in msgspec.structs.fields(part)}
    assert not {name for name in names for word in ("trusted", "allow", "denied") if word in name}


def test_an_invalidated_entry_has_every_field_of_a_signature_and_its_reasons() -> None:
    assert set(claims.Invalidated.__struct_fields__) - set(claims.Signature.__struct_fields__) == {"reasons"}


def test_the_largest_integer_survives_float64() -> None:
    assert int(float(claims.MAX_SAFE_INTEGER)) == claims.MAX_SAFE_INTEGER
    assert int(float(claims.MAX_SAFE_INTEGER + 2)) != claims.MAX_SAFE_INTEGER + 2


def test_the_checks_are_those_that_rejections_name() -> None:
    names = {field.encode_name for field in msgspec.structs.fields(claims.Checks)}
    assert names == set(typing.get_args(claims.CheckName))


@pytest.mark.parametrize("text", ["sha256:" + "0a" * 32 + "\n", "\nsha256:" + "0a" * 32, "sha256:" + "0A" * 32])
def test_a_digest_is_nothing_but_a_digest(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, claims.Sha256)


def test_a_time_is_nothing_but_a_time() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert("2026-01-01T00:00:00Z\n", claims.Time)
