"""Writing files whole or not at all, and never over one that nobody asked to replace."""

import fcntl
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from provider.errors import Refused


def replace(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put a file in place in one step, over an older one if there is one; raises `Refused` with file_unwritable."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(descriptor, "wb") as file:
                os.fchmod(descriptor, mode)
                file.write(data)
                file.flush()
                os.fsync(descriptor)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except (OSError, ValueError) as error:
        raise _unwritable(path, error) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a folder against other writers of ours; raises `Refused` with file_unwritable where that cannot be done."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise _unwritable(folder, error) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def create(files: Mapping[Path, tuple[bytes, int]]) -> None:
    """Write new files (content and mode) and their folders, all or none; raises `Refused` (file_exists, file_*)."""
    for path in files:
        if os.path.lexists(path):
            raise Refused("file_exists", f"{path}: exists already")
    made: list[Path] = []
    try:
        for path, (data, mode) in files.items():
            folders = [folder for folder in path.parents if not folder.exists()]
            path.parent.mkdir(parents=True, exist_ok=True)
            made += reversed(folders)
            replace(path, data, mode)
            made.append(path)
    except (Refused, OSError, ValueError) as error:
        for done in reversed(made):
            done.rmdir() if done.is_dir() else done.unlink(missing_ok=True)
        raise error if isinstance(error, Refused) else _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError | ValueError) -> Refused:
    why = error.strerror if isinstance(error, OSError) else str(error)
    return Refused("file_unwritable", f"{path}: {why}")
