"""The project's own vectors: each directory is one signature with the trust, the moment and the verdict that is right.

Each is judged twice, by the core and by the command, and both must say exactly what its `case.json` expects.
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from provider import cli, document, instant, oci, trust
from provider.claims import Rejection, SourceCoverage
from provider.cli.verify import MAX_AGE, SOURCE
from provider.digest import sha256
from provider.document import Evidence, Target
from provider.errors import Refused
from provider.verify import Stored, verify
from tests.vectors import generate

VECTORS: Final = Path(__file__).parent / "vectors"
FORMS: Final = ("nv2-jwt", "nv2-json")
FOLDERS: Final = sorted(path.parent for form in FORMS for path in (VECTORS / form).glob("*/case.json"))
EXIT_CODES: Final = {"signatures": 0, "invalidated": 1, "rejected": 1, "refused": 2}

each_vector = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")


def case(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "case.json").read_text("utf-8"))
    return read


def envelope(folder: Path) -> Path:
    return folder / f"envelope.{folder.parent.name.removeprefix('nv2-')}"


def withdrawals(folder: Path) -> Path | None:
    file = folder / "withdrawals.json"
    return file if file.exists() else None


def by_the_core(folder: Path) -> dict[str, Any]:
    """The claims document, as the core states it; checked against what verification alone says."""
    described = case(folder)
    at = instant.parse(described["at"])
    trusted = trust.load(folder / "trust", withdrawals(folder))
    content = oci.identify((folder / "manifest.json").read_bytes(), described["manifestMediaType"])
    data = envelope(folder).read_bytes()
    stored = Stored(data, sha256(data), described["mediaType"], SOURCE)
    coverage = SourceCoverage(name=SOURCE, kind="files", status="answered", found=1)
    target = Target(content, Evidence((stored,), (coverage,)))
    built = document.build(document.unnamed(content), target, (), trusted, at=at, max_age=MAX_AGE)
    stated: dict[str, Any] = json.loads(document.encode(built))
    result = verify(stored, content, trusted, at)
    if isinstance(result, Rejection):
        assert stated["rejected"]["first"] == [msgspec.to_builtins(result)]
    else:
        assert [one["statement"] for one in entries(stated)] == [result.signature.statement]
        assert bool(result.reasons) == bool(stated["invalidated"])
    return stated


def entries(stated: dict[str, Any]) -> list[dict[str, Any]]:
    return [*stated["signatures"], *stated["invalidated"], *stated["rejected"]["first"]]


def check(stated: dict[str, Any], expected: dict[str, Any]) -> None:
    """The one entry stands in the expected list, and says what is expected, and there is no other."""
    counts = {name: len(stated[name]) for name in ("signatures", "invalidated")}
    counts["rejected"] = stated["rejected"]["count"]
    assert counts == {**dict.fromkeys(counts, 0), expected["list"]: 1}
    [entry] = entries(stated)
    if expected["list"] == "rejected":
        assert stated["rejected"]["byCode"] == {expected["code"]: 1}
        assert (entry["code"], entry["retryable"]) == (expected["code"], False)
    else:
        assert sorted(one["reason"] for one in entry.get("reasons", ())) == sorted(expected.get("reasons", ()))
        named = {name: value for name, value in expected.items() if name not in ("list", "reasons")}
        assert subset(entry, named) == named


def subset(found: Any, expected: Any) -> Any:  # noqa: ANN401  # any JSON
    """Of what was found, the members that are expected."""
    if isinstance(found, dict) and isinstance(expected, dict):
        return {name: subset(found.get(name, "missing"), value) for name, value in expected.items()}
    return found


def run(folder: Path) -> int:
    """What the command exits with."""
    described = case(folder)
    arguments = [
        *("verify", "--format", "json", "--at", described["at"]),
        *("--signature", str(envelope(folder)), "--manifest", str(folder / "manifest.json")),
        *("--trust", str(folder / "trust")),
    ]
    for option, value in (
        ("--media-type", described["mediaType"]),
        ("--manifest-media-type", described["manifestMediaType"]),
        ("--withdrawals", withdrawals(folder)),
    ):
        arguments += [option, str(value)] if value else []
    with pytest.raises(SystemExit) as exited:
        cli.main(arguments)
    return int(exited.value.code or 0)


@each_vector
def test_the_core_says_what_is_expected(folder: Path) -> None:
    expected = case(folder)["expected"]
    if expected["list"] != "refused":
        check(by_the_core(folder), expected)
    elif expected["code"] in ("trust_invalid", "withdrawals_invalid"):
        with pytest.raises(Refused) as refused:
            trust.load(folder / "trust", withdrawals(folder))
        assert refused.value.code == expected["code"]


@each_vector
def test_the_command_says_what_is_expected(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = case(folder)["expected"]
    code = run(folder)
    printed = capsys.readouterr()
    assert code == EXIT_CODES[expected["list"]], printed.err
    if expected["list"] == "refused":
        assert not printed.out
        assert printed.err.rstrip().endswith(f"[{expected['code']}]")
    else:
        check(json.loads(printed.out), expected)


@each_vector
def test_the_directory_is_complete_and_its_name_agrees(folder: Path) -> None:
    described = case(folder)
    assert described.keys() == {"at", "mediaType", "manifestMediaType", "expected"}
    assert folder.name.endswith("_fail") == (described["expected"]["list"] != "signatures")
    why = (folder / "README.md").read_text("utf-8").splitlines()
    assert 1 <= len([line for line in why if line]) <= 4
    names = {path.name for path in folder.iterdir()} - {"withdrawals.json"}
    assert names == {"README.md", "case.json", "manifest.json", "trust", envelope(folder).name}


def test_the_generator_writes_exactly_what_is_committed() -> None:
    made = generate.files()
    found = {path.relative_to(VECTORS).as_posix(): path for form in FORMS for path in (VECTORS / form).rglob("*")}
    committed = {name: path.read_bytes() for name, path in found.items() if path.is_file()}
    assert sorted(committed.keys() ^ made.keys()) == [], "run: python -m tests.vectors.generate"
    assert [name for name, data in made.items() if committed[name] != data] == []
