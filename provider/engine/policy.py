"""Loads a set of policies: the modules of the given folders, the shipped libraries that they lack, and what to ask.

The rule that holds here: what is asked is said by the policies themselves (a rule `deny` marked `entrypoint: true`),
and a set in which nothing is asked is refused. Nothing is left out silently but tests and hidden files.
"""

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provider.engine import metadata
from provider.errors import Refused

MAX_FILES: Final = 200
MAX_BYTES: Final = 2**20

SHIPPED: Final = "sigclaims:"
"""The prefix of a policy that an installation brings along."""

_PLACES: Final = (Path(__file__).parents[1] / "rego", Path(__file__).parents[2] / "rego")


@dataclass(frozen=True, slots=True)
class PolicySet:
    """Modules (name to text, where the name is what messages say) and the packages whose `deny` is asked, sorted."""

    modules: Mapping[str, str]
    entrypoints: tuple[str, ...]


def load(paths: Sequence[str]) -> PolicySet:
    """Load the policies of `paths`: folders (searched for *.rego), single files, and shipped ones as sigclaims:NAME.

    The shipped libraries come along, except for the packages that `paths` define themselves. Raises Refused:
    file_unreadable, file_too_large, or policy_invalid for everything that makes a set of no use.
    """
    modules: dict[str, str] = {}
    seen: set[str] = set()
    for path in paths:
        for name, file in _files(path):
            if os.path.realpath(file) not in seen:
                seen.add(os.path.realpath(file))
                modules[name] = _text(name, file)
            if len(modules) > MAX_FILES:
                raise Refused("policy_invalid", f"{path}: there are more than {MAX_FILES} files of policy")
    entrypoints = {metadata.entrypoint(name, text) for name, text in modules.items()} - {None}
    if not entrypoints:
        given = ", ".join(paths) or "no path"
        raise Refused("policy_invalid", f"{given}: no rule deny is marked with `entrypoint: true` in its METADATA")
    own = {metadata.package(name, text) for name, text in modules.items()}
    libraries = {name: text for name, text in _libraries() if metadata.package(name, text) not in own}
    return PolicySet({**modules, **libraries}, tuple(sorted(asked for asked in entrypoints if asked)))


def shipped() -> list[str]:
    """The names of the policies that this installation brings along, sorted."""
    root = _root()
    return sorted(entry.name for entry in _policies(root).iterdir() if entry.is_dir()) if root else []


def _root() -> Path | None:
    """The folder of the shipped Rego: inside the package in a wheel, beside it in a source checkout."""
    return next((place for place in _PLACES if _policies(place).is_dir()), None)


def _policies(root: Path) -> Path:
    return root / "lib" / "policies"


def _libraries() -> Iterator[tuple[str, str]]:
    root = _root()
    for folder in sorted((root / "lib").iterdir()) if root else ():
        if folder.is_dir() and folder.name != "policies":
            for file in _search(folder):
                name = f"{SHIPPED}lib/{folder.name}/{file.relative_to(folder)}"
                yield name, _text(name, file)


def _files(path: str) -> Iterator[tuple[str, Path]]:
    folder = Path(path)
    if path.startswith(SHIPPED):
        root, name = _root(), path.removeprefix(SHIPPED)
        if root is None or name not in shipped():
            raise Refused("policy_invalid", f"{path}: not a shipped policy; there are {', '.join(shipped()) or 'none'}")
        folder = _policies(root) / name
        yield from ((f"{path}/{file.relative_to(folder)}", file) for file in _search(folder))
    elif folder.is_dir():
        yield from ((str(file), file) for file in _search(folder))
    elif _is_module(folder.name):
        yield path, folder
    elif folder.exists():
        raise Refused("policy_invalid", f"{path}: neither a folder nor a file of policy (*.rego, and not *_test.rego)")
    else:
        raise Refused("file_unreadable", f"{path}: there is no such file or folder")


def _search(folder: Path) -> list[Path]:
    """The modules below `folder`, sorted; links are followed, for a mounted ConfigMap is made of them.

    Hidden folders are passed by (a ConfigMap keeps its copies there), and so is a folder that was seen already.
    """

    def unreadable(error: OSError) -> None:
        raise Refused("file_unreadable", f"{error.filename}: {error.strerror}") from error

    modules: list[Path] = []
    seen = {os.path.realpath(folder)}
    for parent, folders, files in os.walk(folder, onerror=unreadable, followlinks=True):
        inner = {name: os.path.realpath(Path(parent, name)) for name in sorted(folders) if not name.startswith(".")}
        folders[:] = [name for name, real in inner.items() if real not in seen]
        seen.update(inner.values())
        modules += (Path(parent, name) for name in files if _is_module(name))
    if not modules:
        raise Refused("policy_invalid", f"{folder}: there is no policy in this folder (*.rego, and not *_test.rego)")
    return sorted(modules)


def _is_module(name: str) -> bool:
    return name.endswith(".rego") and not name.endswith("_test.rego") and not name.startswith(".")


def _text(name: str, file: Path) -> str:
    try:
        if not stat.S_ISREG(file.stat().st_mode):
            raise Refused("policy_invalid", f"{name}: not a regular file")
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Refused("file_unreadable", f"{name}: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise Refused("file_too_large", f"{name}: larger than {MAX_BYTES} bytes")
    try:
        # OPA passes by a byte order mark, the embedded engine stumbles over it.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused("policy_invalid", f"{name}: not UTF-8") from error
