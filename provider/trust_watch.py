"""The trust folder of a running service: read at the start, and again when a file in it has changed.

A change that cannot be read (a file half copied) leaves the last good trust in force and is reported by `failure`, so
that the service says it is not ready rather than forgetting what it trusted.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from provider import trust
from provider.errors import Refused
from provider.trust import Trust

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the folder."""


class TrustWatch:
    """The current trust. Safe to ask from several threads."""

    def __init__(
        self, folder: Path, withdrawals: Path | None, report: Callable[[Refused | None], None] = lambda _: None
    ) -> None:
        """Read the trust; raises `Refused`. `report` hears of each change: None when read, else why it was not."""
        self._folder = folder
        self._withdrawals = withdrawals
        self._report = report
        self._lock = threading.Lock()
        self._looked = time.monotonic()
        self._seen = self._state()
        self._trust = trust.load(folder, withdrawals)
        self.failure: Refused | None = None

    def current(self) -> Trust:
        """The trust as of a second ago, or the last that could be read.

        One caller looks and reads anew when it is time to; the others go on with what there is meanwhile.
        """
        if time.monotonic() - self._looked >= LOOK_EVERY and self._lock.acquire(blocking=False):
            try:
                self._look()
                self._looked = time.monotonic()
            finally:
                self._lock.release()
        return self._trust

    def _look(self) -> None:
        seen = self._state()
        if seen == self._seen:
            return
        try:
            self._trust = trust.load(self._folder, self._withdrawals)
            self.failure = None
        except Refused as error:
            self.failure = error
        self._seen = seen
        self._report(self.failure)

    def _state(self) -> object:
        try:
            return tuple(self._files())
        except Refused as error:
            return error.message

    def _files(self) -> Iterator[tuple[str, object]]:
        for path in (*trust.files(self._folder), *([self._withdrawals] if self._withdrawals else [])):
            try:
                stat = path.stat()
            except OSError as error:
                yield str(path), error.errno
            else:
                yield str(path), (stat.st_ino, stat.st_ctime_ns, stat.st_mtime_ns, stat.st_size)
