"""What is read of a Rego module without an engine: its package, and whether its rule `deny` is marked to be asked.

Annotations are found as OPA finds them: a block begins with a comment whose text begins with METADATA, goes on with
the comments at the start of the lines directly below, is YAML, and belongs to the statement that comes next.
"""

import re
from collections.abc import Iterator
from typing import Final

import yaml

from provider.engine.process import one_line
from provider.errors import Refused

_STRING_OR_COMMENT: Final = re.compile(r'"(?:\\.|[^"\\\n])*"|`[^`]*`|#[^\n]*')
_PACKAGE: Final = re.compile(r"\s*package\s+(\S+)")
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_DENY: Final = re.compile(r"\s*(?:default\s+)?deny(?![\w.(])")


def package(name: str, text: str) -> str:
    """The package of the module `name`, as it is written; raises Refused (policy_invalid) where there is none."""
    found = _PACKAGE.match(_without_comments(text))
    if found is None:
        raise Refused("policy_invalid", f"{name}: the file does not begin with a package")
    return found[1]


def entrypoint(name: str, text: str) -> str | None:
    """The package of the module `name` where it marks a rule `deny` with `entrypoint: true`, else None.

    Raises Refused (policy_invalid) where a block of METADATA is not YAML, or where the package that is to be asked
    has a name that not every engine can be asked by.
    """
    code = _without_comments(text)
    marked = [_is_entrypoint(name, line, block) and _DENY.match(code, end) for line, block, end in _blocks(text)]
    if not any(marked):
        return None
    asked = package(name, text)
    if not _PLAIN.fullmatch(asked):
        raise Refused("policy_invalid", f"{name}: the package {asked} is to be asked, so write it as plain names")
    return asked


def _without_comments(text: str) -> str:
    """`text` with every comment blanked, so that offsets stay what they were."""
    return _STRING_OR_COMMENT.sub(lambda found: " " * len(found[0]) if found[0][0] == "#" else found[0], text)


def _blocks(text: str) -> Iterator[tuple[int, str, int]]:
    """Each block of METADATA: the line it begins on, its YAML, and the offset at which it ends."""
    block: list[str] | None = None
    line, end = 0, 0
    for found in _STRING_OR_COMMENT.finditer(text):
        comment = found[0]
        if not comment.startswith("#"):
            continue
        if block is not None and text[end : found.start()] == "\n":
            block.append(comment[1:].rstrip())
        else:
            if block is not None:
                yield line, "\n".join(block), end
            block = None
            if comment[1:].strip().startswith("METADATA"):
                block, line = [], text.count("\n", 0, found.start()) + 1
        end = found.end()
    if block is not None:
        yield line, "\n".join(block), end


def _is_entrypoint(name: str, line: int, block: str) -> bool:
    try:
        annotations = yaml.safe_load(block)
    except yaml.MarkedYAMLError as error:
        at = line + 1 + (error.problem_mark.line if error.problem_mark else 0)
        raise Refused("policy_invalid", f"{name}:{at}: METADATA is not YAML: {one_line(str(error.problem))}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused("policy_invalid", f"{name}:{line}: METADATA is not YAML: {one_line(str(error))}") from error
    if not isinstance(annotations, dict):
        raise Refused("policy_invalid", f"{name}:{line}: METADATA is not made of names and values")
    marked = annotations.get("entrypoint", False)
    if not isinstance(marked, bool):
        raise Refused("policy_invalid", f"{name}:{line}: METADATA: entrypoint is neither true nor false")
    return marked and annotations.get("scope", "document") in ("rule", "document")
