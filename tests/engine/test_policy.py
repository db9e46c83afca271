"""Which files make a policy set, which packages are asked, and what is refused with the place named."""

import os
from pathlib import Path

import pytest

from provider.engine import policy
from provider.engine.policy import load, shipped
from provider.errors import Refused

MARKED = "# METADATA\n# entrypoint: true\n"
DENY = 'deny contains {"code": "c", "image": "i", "message": "m"} if input.x\n'


def module(package: str, metadata: str = MARKED, rule: str = DENY) -> str:
    return f"package {package}\n\n{metadata}{rule}"


def write(root: Path, files: dict[str, str]) -> str:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="")
    return str(root)


def refused(*paths: str) -> Refused:
    with pytest.raises(Refused) as raised:
        load(paths)
    return raised.value


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "installation" / "rego"
    write(
        root,
        {
            "lib/claims/claims.rego": "package lib.claims\n\nsound(x) := x\n",
            "lib/claims/more.rego": "package lib.claims\n\nmore(x) := x\n",
            "lib/claims/claims_test.rego": "package lib.claims_test\n",
            "lib/answer/answer.rego": "package lib.answer\n\nx := 1\n",
            "lib/policies/first/first.rego": module("lib.policies.first"),
            "lib/policies/first/first_test.rego": "package lib.policies.first_test\n",
            "lib/policies/second/second.rego": module("lib.policies.second"),
            "adapters/http/http.rego": "package adapters.over_http\n\nx := http.send({})\n",
        },
    )
    monkeypatch.setattr(policy, "_PLACES", (tmp_path / "nowhere", root))
    return root


def test_a_folder_is_searched_for_modules_and_nothing_else(installation: Path, tmp_path: Path) -> None:
    assert installation.exists()
    folder = write(
        tmp_path / "own",
        {
            "a.rego": module("a"),
            "deep/er/b.rego": "package b\n",
            "deep/b_test.rego": "package b_test\n",
            "data.json": "{}",
            ".hidden.rego": "package hidden\n",
            ".git/c.rego": "package c\n",
        },
    )
    policies = load([folder])
    own = [name for name in policies.modules if not name.startswith("sigclaims:")]
    assert own == [f"{folder}/a.rego", f"{folder}/deep/er/b.rego"]
    assert policies.modules[f"{folder}/deep/er/b.rego"] == "package b\n"
    assert policies.entrypoints == ("a",)


def test_a_single_file_is_a_policy_too(installation: Path, tmp_path: Path) -> None:
    assert installation.exists()
    folder = write(tmp_path / "own", {"a.rego": module("a"), "b.rego": module("b")})
    assert load([f"{folder}/b.rego"]).entrypoints == ("b",)


def test_a_mounted_config_map_is_read_once(installation: Path, tmp_path: Path) -> None:
    assert installation.exists()
    folder = tmp_path / "mounted"
    write(folder, {"..2026_01_01/a.rego": module("a"), "..2026_01_01/sub/b.rego": module("b")})
    (folder / "..data").symlink_to("..2026_01_01")
    (folder / "a.rego").symlink_to("..data/a.rego")
    (folder / "sub").symlink_to("..data/sub")
    (folder / "loop").symlink_to(".")
    policies = load([str(folder)])
    assert policies.entrypoints == ("a", "b")
    assert [name for name in policies.modules if not name.startswith("sigclaims:")] == [
        f"{folder}/a.rego",
        f"{folder}/sub/b.rego",
    ]


def test_paths_that_overlap_bring_a_file_once(installation: Path, tmp_path: Path) -> None:
    assert installation.exists()
    folder = write(tmp_path / "own", {"a.rego": module("a"), "sub/b.rego": module("b")})
    policies = load([folder, f"{folder}/sub", f"{folder}/a.rego", "sigclaims:first", "sigclaims:first"])
    assert [name for name in policies.modules if not name.startswith("sigclaims:lib")] == [
        f"{folder}/a.rego",
        f"{folder}/sub/b.rego",
        "sigclaims:first/first.rego",
    ]
    assert policies.entrypoints == ("a", "b", "lib.policies.first")


def test_a_shipped_policy_comes_with_the_libraries(installation: Path) -> None:
    assert installation.exists()
    policies = load(["sigclaims:first"])
    assert policies.entrypoints == ("lib.policies.first",)
    assert sorted(policies.modules) == [
        "sigclaims:first/first.rego",
        "sigclaims:lib/answer/answer.rego",
        "sigclaims:lib/claims/claims.rego",
        "sigclaims:lib/claims/more.rego",
    ]


def test_a_library_of_ones_own_replaces_the_shipped_package(installation: Path, tmp_path: Path) -> None:
    assert installation.exists()
    folder = write(tmp_path / "own", {"mine.rego": "# mine\npackage lib.claims # \n\nsound(x) := 1\n"})
    policies = load([folder, "sigclaims:second"])
    assert [name for name in policies.modules if "lib/" in name] == ["sigclaims:lib/answer/answer.rego"]
    assert f"{folder}/mine.rego" in policies.modules


@pytest.mark.parametrize("name", ["third", "", "..", "first/..", "../policies/first", "/", "first_test"])
def test_an_unknown_shipped_policy_is_refused_with_those_that_exist(name: str, installation: Path) -> None:
    assert installation.exists()
    error = refused(f"sigclaims:{name}")
    assert error.code == "policy_invalid"
    assert "first, second" in error.message


def test_an_installation_without_policies_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "_PLACES", (tmp_path / "nowhere",))
    assert shipped() == []
    assert refused("sigclaims:first").code == "policy_invalid"
    folder = write(tmp_path / "own", {"a.rego": module("a")})
    assert list(load([folder]).modules) == [f"{folder}/a.rego"]


def test_what_this_installation_ships_can_be_loaded() -> None:
    assert shipped()
    policies = load([f"sigclaims:{name}" for name in shipped()])
    assert policies.entrypoints == tuple(f"lib.policies.{name}" for name in shipped())
    assert any(name.startswith("sigclaims:lib/claims/") for name in policies.modules)


@pytest.mark.parametrize(
    "metadata",
    [
        "# METADATA\n# entrypoint: true\n",
        "# METADATA\r\n# title: x\r\n# entrypoint: true\r\n",
        "#METADATA\n#entrypoint: true\n",
        "# METADATA\n# scope: document\n# title: what\n# description: >-\n#   more\n#\n#   lines\n# entrypoint: true\n",
        "# METADATA\n# scope: rule\n# entrypoint: true\n",
        "# METADATA\n# entrypoint: true\n\n# A remark.\n\n",
        "# METADATA\n# entrypoint: true\n\n# METADATA\n# scope: rule\n# title: x\n",
        "# A remark directly above.\n# METADATA\n# entrypoint: true\n",
        "x := `\n# METADATA\n# : [broken\n`\n# METADATA\n# entrypoint: true\n",
        'x := "# METADATA \\" `"\n# METADATA\n# entrypoint: true\ndefault deny := set()\n',
    ],
)
def test_a_rule_deny_that_is_marked_is_asked(metadata: str, tmp_path: Path) -> None:
    assert load([write(tmp_path, {"a.rego": module("a", metadata)})]).entrypoints == ("a",)


@pytest.mark.parametrize(
    "rule", ["deny := set()", "deny = set()", "deny if true", 'deny["x"] := 1', "deny\ncontains 1"]
)
def test_every_form_of_a_rule_deny_can_be_marked(rule: str, tmp_path: Path) -> None:
    assert load([write(tmp_path, {"a.rego": module("a.b_1", rule=rule)})]).entrypoints == ("a.b_1",)


@pytest.mark.parametrize(
    ("metadata", "rule"),
    [
        ("", DENY),
        ("# METADATA\n# title: only a title\n", DENY),
        ("# METADATA\n# entrypoint: false\n", DENY),
        ("# METADATA\n# scope: package\n# entrypoint: true\n", DENY),
        ("# METADATA\n# scope: subpackages\n# entrypoint: true\n", DENY),
        ("# entrypoint: true\n", DENY),
        ("# METADATA\n\n# entrypoint: true\n".replace("METADATA\n", "METADATA\n# title: x\n"), DENY),
        ("x := `\n# METADATA\n# entrypoint: true\n`\n", DENY),
        (MARKED, f"x := 1\n\n{DENY}"),
        (MARKED, "violation contains 1\n"),
        (MARKED, "deny_all contains 1\n"),
        (MARKED, "denying := 1\n"),
        (MARKED, "deny(x) := x\n"),
        (MARKED, "deny.everything contains 1\n"),
        (MARKED, ""),
    ],
)
def test_a_set_in_which_nothing_is_asked_is_refused(metadata: str, rule: str, tmp_path: Path) -> None:
    error = refused(write(tmp_path, {"a.rego": module("a", metadata, rule)}))
    assert error.code == "policy_invalid"
    assert "entrypoint: true" in error.message
    assert str(tmp_path) in error.message


@pytest.mark.parametrize(
    ("metadata", "line"),
    [
        ("# METADATA\n# title: [\n# entrypoint: true\n", 5),
        ("# METADATA\n# title: x\n# title y\n# entrypoint: true\n", 6),
        ("# METADATA\n# entrypoint: true\n# date: 2026-99-99\n", 3),
        ("# METADATA\n# entrypoint: 'true'\n", 3),
        ("# METADATA\n# - entrypoint\n", 3),
        ("# METADATA\n", 3),
        ("# METADATA\n# x: " + "[" * 5000 + "\n", 3),
        ("# METADATA\n# x: \x01\n", 3),
    ],
)
def test_metadata_that_is_broken_is_refused_with_its_file_and_line(metadata: str, line: int, tmp_path: Path) -> None:
    error = refused(write(tmp_path, {"a.rego": module("a", metadata)}))
    assert error.code == "policy_invalid"
    assert f"{tmp_path}/a.rego:{line}: " in error.message
    assert "\n" not in error.message


@pytest.mark.parametrize("package", ['a["b-c"]', 'a["b"].c', "a.b-c"])
def test_a_package_that_is_asked_has_plain_names(package: str, tmp_path: Path) -> None:
    error = refused(write(tmp_path, {"a.rego": module(package)}))
    assert error.code == "policy_invalid"
    assert package in error.message


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"a.rego": "x := 1\n"}, "policy_invalid"),
        ({"a.rego": ""}, "policy_invalid"),
        ({"a.txt": "package a\n"}, "policy_invalid"),
        ({"a_test.rego": module("a")}, "policy_invalid"),
        ({"a.rego": module("a") + "#" * 2**20}, "file_too_large"),
        ({f"{number}.rego": module("a") for number in range(201)}, "policy_invalid"),
    ],
    ids=["no package", "empty", "no module", "only tests", "large", "many"],
)
def test_what_cannot_be_a_policy_is_refused(files: dict[str, str], code: str, tmp_path: Path) -> None:
    error = refused(write(tmp_path, files))
    assert error.code == code
    assert str(tmp_path) in error.message


def test_a_path_that_brings_nothing_is_refused_beside_one_that_does(tmp_path: Path) -> None:
    good = write(tmp_path / "good", {"a.rego": module("a")})
    (tmp_path / "empty").mkdir()
    assert refused(good, str(tmp_path / "empty")).code == "policy_invalid"
    assert refused(good, str(tmp_path / "missing")).code == "file_unreadable"
    assert refused(good, str(tmp_path / "missing.rego")).code == "file_unreadable"
    (tmp_path / "policy.txt").write_text(module("b"))
    assert refused(good, str(tmp_path / "policy.txt")).code == "policy_invalid"


def test_only_regular_files_in_utf_8_are_read(tmp_path: Path) -> None:
    folder = write(tmp_path, {"a.rego": "\ufeff" + module("a")})
    assert load([folder]).modules[f"{folder}/a.rego"].startswith("package")
    (tmp_path / "b.rego").write_bytes(b"package b\n# \xff\n")
    assert refused(folder).code == "policy_invalid"
    (tmp_path / "b.rego").unlink()
    os.mkfifo(tmp_path / "b.rego")
    assert refused(folder).code == "policy_invalid"
    (tmp_path / "b.rego").unlink()
    (tmp_path / "b.rego").symlink_to("nowhere")
    assert refused(folder).code == "file_unreadable"
