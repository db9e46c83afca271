"""Sources are made from the settings, in their order, or the start is refused."""

from pathlib import Path

import pytest

from provider import claims, config
from provider.errors import Refused
from provider.source import MAX_SIGNATURES
from provider.source.configured import sources
from provider.source.source import MAX_BYTES, collect
from provider.verify import Stored
from tests.core.pki import NAME, stored

TABLE = '[[source]]\nname = "{name}"\nkind = "{kind}"\npath = "{path}"\nrepositories = ["{repository}"]\n'


def settings(folder: Path, *tables: str) -> config.Settings:
    (folder / "sigclaims.toml").write_text("".join(tables), encoding="utf-8")
    return config.load(folder / "sigclaims.toml", {})


def test_sources_stand_in_the_order_of_the_settings_relative_to_their_file(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    made = sources(
        settings(
            tmp_path,
            TABLE.format(name="second", kind="files", path="b", repository=NAME),
            TABLE.format(name="first", kind="layout", path="a", repository=NAME),
        )
    )
    assert [(one.name, one.kind, one.serves(NAME)) for one in made] == [
        ("second", "files", True),
        ("first", "layout", True),
    ]
    assert sources(settings(tmp_path)) == ()


@pytest.mark.parametrize("path", ["missing", "sigclaims.toml"])
def test_a_source_that_is_no_folder_stops_the_start(tmp_path: Path, path: str) -> None:
    made = settings(tmp_path, TABLE.format(name="a", kind="layout", path=path, repository=NAME))
    with pytest.raises(Refused) as raised:
        sources(made)
    assert raised.value.code == "setting_invalid"
    assert "'a'" in raised.value.message


@pytest.mark.parametrize(
    ("count", "broken", "status"),
    [
        (0, False, "answered"),
        (MAX_SIGNATURES, False, "answered"),
        (MAX_SIGNATURES + 1, False, "truncated"),
        (1, True, "failed"),
        (MAX_SIGNATURES + 1, True, "failed"),
    ],
)
def test_a_source_is_failed_before_it_is_truncated(count: int, broken: bool, status: str) -> None:  # noqa: FBT001
    problem = claims.problem("blob_unavailable", "it is gone", retryable=True)
    numbers = list(range(count))
    made = collect("s", numbers, lambda number: stored(b"%d" % number), [problem] if broken else ())
    assert (made.status, made.count, len(made.envelopes)) == (status, count, min(count, MAX_SIGNATURES))
    assert len(made.problems) == broken + (count > MAX_SIGNATURES)


def test_envelopes_are_read_up_to_a_number_of_bytes_too() -> None:
    half = stored(b"x" * (MAX_BYTES // 2))
    made = collect("s", [half] * 5, lambda one: one)
    assert (made.status, made.count, len(made.envelopes)) == ("truncated", 5, 2)
    assert [one.code for one in made.problems] == ["limit_reached"]


def test_one_that_cannot_be_read_costs_itself_alone() -> None:
    def read(number: int) -> Stored:
        if number == 1:
            raise Refused("file_unreadable", "it is gone")
        return stored(b"%d" % number)

    made = collect("s", [0, 1, 2], read)
    assert ([one.data for one in made.envelopes], made.status) == ([b"0", b"2"], "failed")
