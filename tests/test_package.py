"""The wheel holds what an installation needs: the package, the shipped Rego, and the schemas."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built and unpacked outside the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("sigclaims-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def run(installed: Path, program: str) -> str:
    command = [sys.executable, "-P", "-c", f"import sys; sys.path.insert(0, {str(installed)!r}); {program}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_the_wheel_brings_the_shipped_policies_along(installed: Path) -> None:
    program = "from provider.engine import policy; print(policy.__file__, *policy.shipped())"
    place, *names = run(installed, program).split()
    assert place.startswith(str(installed))
    assert names == ["pulled_from_signer", "required_signers"]
    load = "print(len(policy.load(['sigclaims:required_signers']).modules))"
    assert int(run(installed, f"from provider.engine import policy; {load}")) > 1


def test_the_wheel_holds_the_schemas_and_its_types(installed: Path) -> None:
    files = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()}
    assert {"provider/schemas/claims.json", "provider/schemas/question.json", "provider/py.typed"} <= files
