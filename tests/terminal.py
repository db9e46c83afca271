"""A pseudo-terminal, for what programs show a person."""

import os
import pty
import subprocess
from pathlib import Path


def on_a_terminal(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[int, str]:
    """Run a command in a pseudo-terminal; gives its exit code and everything that the terminal showed."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, env={**os.environ, **environment}
    ) as process:
        os.close(theirs)
        shown = b""
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # what Linux says when the other end is closed
                break
            if not part:
                break
            shown += part
        os.close(ours)
    return process.returncode, shown.decode()
