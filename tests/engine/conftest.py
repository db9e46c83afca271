import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from provider.engine import Engine, EngineName, engine
from provider.engine.policy import PolicySet, load

Load = Callable[..., PolicySet]
MakeEngine = Callable[[EngineName], Engine]


@pytest.fixture(scope="session")
def opa() -> str:
    found = shutil.which("opa") or shutil.which("opa", path=str(Path(__file__).parents[2] / ".tools"))
    assert found, "these tests need the program opa, on PATH or in .tools"
    return found


@pytest.fixture(params=["embedded", "opa"])
def either(request: pytest.FixtureRequest, opa: str) -> Engine:
    return engine(request.param, program=opa)


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., str]:
    """Write modules, the text of each by its path, into a folder of policy."""

    def write(**modules: str) -> str:
        folder = tmp_path / "policy"
        folder.mkdir(exist_ok=True)
        for name, text in modules.items():
            (folder / f"{name}.rego").write_text(text, encoding="utf-8")
        return str(folder)

    return write


@pytest.fixture
def loaded(written: Callable[..., str]) -> Load:
    return lambda **modules: load([written(**modules)])
