"""Reading files of unknown origin: regular files only, and never more than a cap."""

import hashlib
import os
import stat
from pathlib import Path

from provider.errors import Refused

MAX_HASHED = 1024 * 1024 * 1024
"""Bytes of which a digest is still taken."""

_CHUNK = 1024 * 1024


def read(path: Path, cap: int) -> bytes:
    """The bytes of a regular file of at most `cap` bytes.

    Raises `Refused` with file_unreadable or file_too_large. A FIFO or a device is not waited for.
    """
    data, _ = read_start(path, cap)
    if len(data) > cap:
        raise Refused("file_too_large", f"{path}: larger than {cap} bytes")
    return data


def read_start(path: Path, cap: int) -> tuple[bytes, str]:
    """The first `cap` + 1 bytes of a regular file, and the `sha256:…` of the whole of it; raises `Refused`.

    For what is reported by its digest even where it is too large to be looked at.
    """
    try:
        # Opened without waiting, so that a FIFO is seen for what it is instead of holding us.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NONBLOCK)) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise Refused("file_unreadable", f"{path}: not a regular file")
            data = file.read(cap + 1)
            hashed = hashlib.sha256(data)
            while chunk := file.read(_CHUNK):
                hashed.update(chunk)
                if file.tell() > MAX_HASHED:
                    raise Refused("file_too_large", f"{path}: larger than {MAX_HASHED} bytes")
    except (OSError, ValueError) as error:
        raise Refused("file_unreadable", f"{path}: {_why(error)}") from error
    return data, f"sha256:{hashed.hexdigest()}"


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
