"""Only regular files are read, never more than the cap, and everything else is refused without waiting."""

import hashlib
from pathlib import Path

import pytest

from provider.errors import Refused
from provider.reading import read, read_start
from tests.core.folders import KINDS, hostile, public_folder, unprivileged


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_file_up_to_the_cap_is_read_whole(tmp_path: Path, size: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * size)
    assert read(path, 10) == b"x" * size


def test_a_file_over_the_cap_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 11)
    with pytest.raises(Refused) as raised:
        read(path, 10)
    assert raised.value.code == "file_too_large"


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_regular_file_is_refused(tmp_path: Path, kind: str) -> None:
    hostile(kind, tmp_path / "file")
    with pytest.raises(Refused) as raised:
        read(tmp_path / "file", 10)
    assert raised.value.code == "file_unreadable"
    assert str(tmp_path / "file") in raised.value.message


@pytest.mark.parametrize("name", ["missing", "file\0", "x" * 300, "file/below"])
def test_what_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(Refused) as raised:
        read(tmp_path / name, 10)
    assert raised.value.code == "file_unreadable"


def test_what_may_not_be_read_is_refused() -> None:
    with public_folder() as folder:
        (folder / "secret").write_bytes(b"x")
        (folder / "secret").chmod(0)
        with unprivileged(), pytest.raises(Refused) as raised:
            read(folder / "secret", 10)
    assert raised.value.code == "file_unreadable"


@pytest.mark.parametrize("size", [10, 11, 3_000_000])
def test_the_start_of_a_file_comes_with_the_digest_of_all_of_it(tmp_path: Path, size: int) -> None:
    data = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    (tmp_path / "file").write_bytes(data)
    start, digest = read_start(tmp_path / "file", 10)
    assert start == data[:11]
    assert digest == f"sha256:{hashlib.sha256(data).hexdigest()}"


def test_a_link_to_a_file_is_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "link").symlink_to("file")
    assert read(tmp_path / "link", 10) == b"x"
