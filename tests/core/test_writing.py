"""Files are written whole or not at all, and never over one that nobody asked to replace."""

import os
from pathlib import Path

import pytest

from provider.errors import Refused
from provider.writing import create, replace
from tests.core.folders import mode, public_folder, unprivileged


def listing(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def refusal(files: dict[Path, tuple[bytes, int]]) -> str:
    with pytest.raises(Refused) as raised:
        create(files)
    return raised.value.code


def test_a_file_is_put_in_place_with_its_mode(tmp_path: Path) -> None:
    replace(tmp_path / "a", b"one", 0o600)
    assert (tmp_path / "a").read_bytes() == b"one"
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600
    replace(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert listing(tmp_path) == ["a"]


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    with (tmp_path / "a").open("rb") as file:
        replace(tmp_path / "a", b"two")
        assert file.read() == b"one"


@pytest.mark.parametrize("name", ["missing/a", "file/a", "folder", "a\0b", "x" * 300, "."])
def test_what_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    before = listing(tmp_path)
    with pytest.raises(Refused) as raised:
        replace(tmp_path / name, b"data")
    assert raised.value.code == "file_unwritable"
    assert listing(tmp_path) == before


@pytest.mark.parametrize("length", [200, 250, 255])
def test_a_name_that_the_system_allows_can_be_written(tmp_path: Path, length: int) -> None:
    replace(tmp_path / ("x" * length), b"data")
    assert (tmp_path / ("x" * length)).read_bytes() == b"data"


@pytest.mark.parametrize("bits", [0, 0o444, 0o555])
def test_what_may_not_be_written_is_refused(bits: int) -> None:
    with public_folder() as folder:
        with mode(bits, folder), unprivileged():
            with pytest.raises(Refused) as raised:
                replace(folder / "a", b"data")
            assert raised.value.code == "file_unwritable"
            assert refusal({folder / "a": (b"data", 0o600)}) == "file_unwritable"
        assert listing(folder) == []


def test_several_files_and_their_folders_are_made(tmp_path: Path) -> None:
    create({tmp_path / "a/b/c": (b"1", 0o600), tmp_path / "a/d": (b"2", 0o644)})
    assert ((tmp_path / "a/b/c").read_bytes(), (tmp_path / "a/d").read_bytes()) == (b"1", b"2")
    assert (tmp_path / "a/b/c").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["file", "folder", "link", "dangling"])
def test_nothing_is_written_where_one_file_is_in_the_way(tmp_path: Path, kind: str) -> None:
    way = tmp_path / "way"
    match kind:
        case "file":
            way.write_bytes(b"mine")
        case "folder":
            way.mkdir()
        case "link":
            (tmp_path / "target").write_bytes(b"mine")
            way.symlink_to("target")
        case _:
            way.symlink_to("nowhere")
    before = listing(tmp_path)
    assert refusal({tmp_path / "new": (b"1", 0o600), way: (b"2", 0o600)}) == "file_exists"
    assert listing(tmp_path) == before
    if kind in {"file", "link"}:
        assert way.read_bytes() == b"mine"


@pytest.mark.parametrize("bad", ["file/below", "x" * 300, "a\0b"])
def test_when_one_file_cannot_be_written_none_is_left(tmp_path: Path, bad: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    files = {tmp_path / "new/one": (b"1", 0o600), tmp_path / "two": (b"2", 0o600), tmp_path / bad: (b"3", 0o600)}
    assert refusal(files) == "file_unwritable"
    assert listing(tmp_path) == ["file"]


def test_folders_that_stood_before_stay_when_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "file").write_bytes(b"")
    assert refusal({tmp_path / "kept/one": (b"1", 0o600), tmp_path / "file/x": (b"", 0o600)}) == "file_unwritable"
    assert listing(tmp_path) == ["file", "kept"]


def test_an_interrupted_write_leaves_no_temporary_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        replace(tmp_path / "a", b"data")
    assert listing(tmp_path) == []
