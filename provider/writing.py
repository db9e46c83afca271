"""Writing files whole or not at all, and never over one that nobody asked to replace."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from provider.errors import Refused


def replace(path: Path, data: bytes, mode: int = 0o644) -> None:
    """Put a file in place in one step, over an older one if there is one; raises `Refused` with file_unwritable."""
    try:
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
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
    except OSError as error:
        raise Refused("file_unwritable", f"{path}: {error.strerror}") from error


def create(files: Mapping[Path, tuple[bytes, int]]) -> None:
    """Write new files (content and mode), all or none; raises `Refused` with file_exists or file_unwritable."""
    for path in files:
        if path.exists():
            raise Refused("file_exists", f"{path}: exists already")
    written: list[Path] = []
    try:
        for path, (data, mode) in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            replace(path, data, mode)
            written.append(path)
    except (Refused, OSError) as error:
        for path in written:
            path.unlink(missing_ok=True)
        if isinstance(error, Refused):
            raise
        raise Refused("file_unwritable", f"{path}: {error.strerror}") from error
