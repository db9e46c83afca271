"""Reading files of unknown origin: regular files only, and never more than a cap."""

import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from provider.errors import Refused

_CHUNK = 1024 * 1024


def read(path: Path, cap: int) -> bytes:
    """The bytes of a regular file of at most `cap` bytes.

    Raises `Refused` with file_unreadable or file_too_large. A FIFO or a device is not waited for.
    """
    with _opened(path) as file:
        data = file.read(cap + 1)
    if len(data) > cap:
        raise Refused("file_too_large", f"{path}: larger than {cap} bytes")
    return data


def read_start(path: Path, cap: int, hashed: int | None = None) -> tuple[bytes, str]:
    """The first `cap` + 1 bytes of a regular file, and the `sha256:…` of the whole of it; raises `Refused`.

    For what is reported by its digest even where it is too large to be looked at. A file of more than `hashed` bytes
    is refused before anything of it is read (file_too_large); None: of whatever size.
    """
    with _opened(path) as file:
        if hashed is not None and os.fstat(file.fileno()).st_size > hashed:
            raise Refused("file_too_large", f"{path}: larger than {hashed} bytes")
        data = file.read(cap + 1)
        digest = hashlib.sha256(data)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return data, f"sha256:{digest.hexdigest()}"


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """A regular file, open; raises `Refused` for what goes wrong while it is."""
    try:
        # Opened without waiting, so that a FIFO is seen for what it is instead of holding us.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Refused("file_unreadable", f"{path}: not a regular file")
            yield file
    except (OSError, ValueError) as error:
        raise Refused("file_unreadable", f"{path}: {_why(error)}") from error


def exists(path: Path) -> bool:
    """Whether there is something at a path; raises `Refused` where that cannot be found out."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:
        raise Refused("file_unreadable", f"{path}: {_why(error)}") from error
    return True


def _why(error: OSError | ValueError) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
