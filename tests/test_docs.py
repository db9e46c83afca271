"""What is documented exists, and what exists is documented."""

import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from provider.cli.main import sigclaims
from provider.config import load
from provider.engine import policy
from provider.errors import CODES
from provider.web.app import create_app
from tests.conftest import ROOT
from tests.serving import SIGCLAIMS
from tests.terminal import on_a_terminal

DOCS = ROOT / "docs"
PROSE = [ROOT / "README.md", *sorted(DOCS.rglob("*.md"))]


def test_every_endpoint_is_documented_and_every_documented_one_exists(demo: tuple[Path, str]) -> None:
    app = create_app(load(demo[0] / "sigclaims.toml", {}))
    served = {
        (method, rule.rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    table = (DOCS / "http.md").read_text("utf-8")
    documented = {
        (method, path) for method, path in re.findall(r"^\| `(GET|POST) (/[^`?]*)(?:\?[^`]*)?`", table, re.MULTILINE)
    }
    assert documented == served


def test_every_command_is_documented_and_every_documented_one_exists() -> None:
    text = (DOCS / "commands.md").read_text("utf-8")
    assert set(re.findall(r"^\| `sigclaims ([\w ]+)`", text, re.MULTILINE)) == {
        name for name, command in commands().items() if not isinstance(command, click.Group)
    }


def test_every_error_code_that_the_code_uses_is_in_the_table_and_the_other_way_round() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "provider").rglob("*.py") if path.name != "errors.py")
    quoted = set(re.findall(r'"([a-z]+(?:_[a-z]+)+|untrusted)"', source))
    assert {code for code in CODES if code not in quoted} == set()
    raised = set(re.findall(r'(?:Rejected|Unavailable|Refused|failed)\(\s*"(\w+)"', source))
    assert raised <= set(CODES)


def test_every_error_code_that_the_docs_name_exists() -> None:
    for path in PROSE:
        named = re.findall(r"\b(?:GET|POST|4\d\d|50\d) `([a-z_]+)`", path.read_text("utf-8"))
        assert set(named) <= set(CODES), path


def test_every_shipped_policy_is_documented_with_its_deny_codes() -> None:
    text = (DOCS / "policies.md").read_text("utf-8")
    for name in policy.shipped():
        assert f"sigclaims:{name}" in text
    rego = "".join(path.read_text("utf-8") for path in (ROOT / "rego").rglob("*.rego") if "_test" not in path.name)
    codes = set(re.findall(r'"code": "(\w+)"', rego))
    assert codes
    assert {code for code in codes if f"`{code}`" not in text} == set()


@pytest.mark.parametrize("path", PROSE, ids=lambda path: str(Path(path).relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    text = path.read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        assert target.startswith("https://") or (path.parent / target).exists(), target


@pytest.fixture
def walk(demo: tuple[Path, str], tmp_path: Path) -> list[str]:
    """The README's blocks as one script, to be run where the demonstration has been run."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 7
    (tmp_path / "demo-work").symlink_to(demo[0])
    (tmp_path / ".venv").symlink_to(Path(sys.prefix))
    return ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)]


def test_the_readme_is_a_walk_that_works(walk: list[str], tmp_path: Path) -> None:
    done = subprocess.run(walk, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = ("no policy was applied", "nothing is denied by", "withdrawn", '"reason":"withdrawn"')
    places = [done.stdout.index(one) for one in said]
    assert places == sorted(places)
    assert "\x1b" not in done.stdout + done.stderr


def test_the_walk_works_on_a_terminal_in_text_and_colour(walk: list[str], tmp_path: Path) -> None:
    code, said = on_a_terminal(walk, tmp_path, {})
    assert code == 0, said
    assert "NOT VERIFIED" in said
    assert "\x1b[32msound (1)" in said
    assert "\x1b[31mdenied (1)" in said


def test_no_colour_is_used_where_it_is_not_wanted(demo: tuple[Path, str], tmp_path: Path) -> None:
    command = [SIGCLAIMS, "claims", "--config", demo[0] / "sigclaims.toml", "acme-rockets.azurecr.io/net-monitor:v1"]
    code, said = on_a_terminal([str(one) for one in command], tmp_path, {"NO_COLOR": "1"})
    assert (code, "\x1b[" in said, "sound (2)" in said) == (0, False, True)


def commands() -> dict[str, click.Command]:
    """Every command by its words, those of groups too."""
    found: dict[str, click.Command] = {}
    for name, command in sigclaims.commands.items():
        found[name] = command
        if isinstance(command, click.Group):
            found |= {f"{name} {below}": one for below, one in command.commands.items()}
    return found


@pytest.mark.parametrize("command", sorted(commands()))
def test_every_command_has_help_with_an_example_and_every_option_is_explained(command: str) -> None:
    described = commands()[command]
    assert described.help
    assert "Example:" in described.help
    options = [one for one in described.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


def test_the_examples_in_help_use_options_that_exist() -> None:
    for name, command in commands().items():
        example = (command.help or "").partition("Example:")[2]
        known = {option for one in command.params for option in one.opts}
        assert set(re.findall(r"--[a-z-]+", example)) <= known, name
