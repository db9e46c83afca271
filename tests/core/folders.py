"""Folders that hold more than honest files: what may not be read, and what is no file."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_NOBODY = 65534


@contextmanager
def unprivileged() -> Iterator[None]:
    """Be bound by permissions, also where the tests run as root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(_NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def public_folder() -> Iterator[Path]:
    """A folder that `unprivileged` can look into: pytest's own are for their owner alone."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def mode(bits: int, *paths: Path) -> Iterator[None]:
    """Give the paths other permissions, innermost first, for as long as it lasts."""
    before = [(path, path.stat().st_mode & 0o7777) for path in paths]
    for path in paths:
        path.chmod(bits)
    try:
        yield
    finally:
        for path, bits_before in reversed(before):
            path.chmod(bits_before)


def hostile(kind: str, path: Path) -> None:
    """Put something at the path that is no readable regular file."""
    match kind:
        case "fifo":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case "loop":
            path.symlink_to(path.name)
        case "dangling":
            path.symlink_to("nowhere")
        case _:
            raise AssertionError(kind)


KINDS = ("fifo", "folder", "device", "loop", "dangling")
