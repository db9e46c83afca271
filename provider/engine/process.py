"""Runs an engine as a program of its own, with limits.

The rule that holds here: a run ends within its time and takes no more memory and output than it was given, or it is
killed with everything that it started; what it wrote is then worth nothing and an error is raised.
"""

import contextlib
import math
import os
import resource
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Final

from provider.errors import Unavailable

_PART: Final = 65_536
_COMPLAINT: Final = 4_096
_LINE: Final = 600


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may take: seconds by the wall clock, bytes of memory (on Linux), bytes of output."""

    seconds: float = 10
    memory: int = 2**30
    output: int = 2**22


@dataclass(frozen=True, slots=True)
class Ended:
    """A program that ended by itself: its exit code, its standard output, the telling line of its standard error."""

    code: int
    output: bytes
    complaint: str


def one_line(text: str) -> str:
    """`text` as one line of printable characters, cut where it is long: fit for a message and for a log."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _LINE else line[:_LINE] + "…"


def run(name: str, command: Sequence[str], given: bytes, limits: Limits, environment: Mapping[str, str]) -> Ended:
    """Run `command` with `given` on its standard input; `name` stands for it in messages.

    Raises Unavailable (engine_failed) when it cannot be started, is ended by a signal or goes past one of `limits`.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - the command is this program's own or a configured path; no shell
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            start_new_session=True,
        )
    except OSError as error:
        raise Unavailable("engine_failed", f"{name} could not be started: {error.strerror}") from error
    with process:
        try:
            deadline = time.monotonic() + limits.seconds
            _limit(process.pid, limits)
            ended = _exchange(name, process, given, limits, deadline)
        except BaseException:
            # Its own session, so that what a wrapper script started goes with it.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
            raise
    if ended.code < 0:
        why = ended.complaint or "out of memory, or an endless recursion"
        raise Unavailable("engine_failed", f"{name} died ({signal.strsignal(-ended.code)}): {why}")
    return ended


def _limit(pid: int, limits: Limits) -> None:
    if sys.platform != "linux":
        return
    # Not RLIMIT_AS: Go's runtime reserves more addresses than it uses, and more on a machine with many processors.
    # The processor time is for the case that this process dies before it can end the other one.
    wanted = {
        resource.RLIMIT_DATA: limits.memory,
        resource.RLIMIT_CPU: 2 * math.ceil(limits.seconds),
        resource.RLIMIT_CORE: 0,
    }
    try:
        for kind, most in wanted.items():
            allowed = resource.prlimit(pid, kind)[1]
            value = most if allowed == resource.RLIM_INFINITY else min(most, allowed)
            resource.prlimit(pid, kind, (value, value))
    except ProcessLookupError:
        return
    except OSError as error:
        raise Unavailable("engine_failed", f"the engine's limits could not be set: {error.strerror}") from error


def _exchange(name: str, process: subprocess.Popen[bytes], given: bytes, limits: Limits, deadline: float) -> Ended:
    stdin, stdout, stderr = _pipe(process.stdin), _pipe(process.stdout), _pipe(process.stderr)
    pipes = {pipe.fileno(): pipe for pipe in (stdin, stdout, stderr)}
    left, output, complaint = memoryview(given), bytearray(), bytearray()
    os.set_blocking(stdin.fileno(), False)
    with selectors.DefaultSelector() as waiting:
        for descriptor, pipe in pipes.items():
            waiting.register(descriptor, selectors.EVENT_WRITE if pipe is stdin else selectors.EVENT_READ)
        while waiting.get_map():
            for key, _ in waiting.select(_seconds_to(deadline, name, limits)):
                pipe = pipes[key.fd]
                if pipe is stdin:
                    left = part = _written(key.fd, left)
                else:
                    part = memoryview(os.read(key.fd, _PART))
                    (output if pipe is stdout else complaint).extend(part)
                    del complaint[_COMPLAINT:]
                if len(output) > limits.output:
                    raise Unavailable("engine_failed", f"{name} answered with more than {limits.output} bytes")
                if not part:
                    waiting.unregister(key.fd)
                    pipe.close()
    try:
        code = process.wait(_seconds_to(deadline, name, limits))
    except subprocess.TimeoutExpired as error:
        raise _too_slow(name, limits) from error
    return Ended(code, bytes(output), _gist(complaint.decode(errors="replace")))


def _gist(complaint: str) -> str:
    """The line of a complaint that says the most: Go and Rust begin with it, Python ends with it."""
    lines = complaint.strip().splitlines() or [""]
    return one_line(lines[-1] if lines[0].startswith("Traceback") else lines[0])


def _written(descriptor: int, left: memoryview) -> memoryview:
    try:
        return left[os.write(descriptor, left[:_PART]) :]
    except BrokenPipeError:
        # It ended without reading everything: its exit code and its complaint say why.
        return left[:0]


def _seconds_to(deadline: float, name: str, limits: Limits) -> float:
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise _too_slow(name, limits)
    return seconds


def _too_slow(name: str, limits: Limits) -> Unavailable:
    return Unavailable("engine_failed", f"{name} did not answer within {limits.seconds:g} seconds")


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise AssertionError("every stream of the program is a pipe")
    return stream
