"""What the whole suite shares: the command, the real tools, the demonstration's images, and a running service."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from provider.cli import main
from tests.real_images import Images, make
from tests.serving import Service, serving

ROOT = Path(__file__).parents[1]
DEMO = ROOT / "examples" / "wabbit-networks" / "demo.py"


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def command(*arguments: object) -> Result:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return command


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=str(ROOT / ".tools"))
    assert found, f"these tests need the program {name}, on PATH or in .tools (make test builds it)"
    return found


@pytest.fixture(scope="session")
def opa() -> str:
    return tool("opa")


@pytest.fixture(scope="session")
def crane() -> str:
    return tool("crane")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the demonstration leaves behind, and what it printed."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run([sys.executable, DEMO], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "demo-work", done.stdout


@pytest.fixture(scope="session")
def service(demo: tuple[Path, str]) -> Iterator[Service]:
    """The real service over the demonstration's images."""
    with serving(demo[0] / "sigclaims.toml") as running:
        yield running


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith("SIGCLAIMS_"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def images(crane: str, tmp_path_factory: pytest.TempPathFactory) -> Images:
    """Layouts that a real tool wrote."""
    return make(crane, tmp_path_factory.mktemp("images"))
