"""Finds what a policy would lose without a word in the embedded engine, by walking the syntax trees that it gives.

A function that the engine lacks is an error only when it is reached, and some are merely undefined, which a policy
reads as "no violation". The rule that holds here: every call in every module leads to a function that is defined, or
to a builtin that the engine has; no function stands where a value does; `with` replaces documents, not functions; and
no import has the name of something in its own package.

It runs in the child process, so it imports nothing but the standard library.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final, Literal

Path = tuple[str, ...]
Node = Any
"""A node of the syntax tree, as JSON: {kind: {…}}, a list of nodes, or a leaf."""

_STUBS: Final = frozenset({("http", "send"), ("opa", "runtime")})
"""Builtins that the engine lists, and that answer nothing, or nothing true."""

_PRINT: Final = ("print",)
"""Part of the language, and not listed."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A place that cannot stand: why not (an error code), what, and where as file and line."""

    code: Literal["policy_unsupported", "policy_invalid"]
    what: str
    where: str


@dataclass(frozen=True, slots=True)
class _Import:
    path: Path
    line: int


@dataclass(frozen=True, slots=True)
class _Module:
    file: str
    package: Path
    imports: dict[str, _Import]
    rules: list[Node]
    source: bytes

    def text(self, span: dict[str, Any]) -> str:
        return self.source[span["start"] : span["end"]].decode()


def findings(trees: Sequence[dict[str, Any]], builtins: Sequence[str]) -> Iterator[Finding]:
    """Everything in the syntax `trees` (of `get_ast_as_json`) that an engine with `builtins` would get wrong."""
    modules = [_module(tree) for tree in trees]
    walk = _Walk(modules, builtins)
    for module in modules:
        yield from walk.imports(module)
        for rule in module.rules:
            yield from walk.rule(module, rule)


class _Walk:
    """What the modules define together, and the walk through their rules."""

    def __init__(self, modules: Sequence[_Module], builtins: Sequence[str]) -> None:
        self.builtins = {tuple(name.split(".")) for name in builtins} - _STUBS | {_PRINT}
        self.functions: set[Path] = set()
        self.names: set[Path] = set()
        for module in modules:
            for rule in module.rules:
                path, is_function = _defined(rule)
                self.names.add((*module.package, path[0]))
                if is_function:
                    self.functions.add(module.package + path)
        packages = {module.package[:length] for module in modules for length in range(len(module.package) + 1)}
        self.documents = self.names | packages

    def imports(self, module: _Module) -> Iterator[Finding]:
        for alias, imported in module.imports.items():
            own = (*module.package, alias)
            if own in self.documents and own != imported.path:
                # The engine would take the document of the package, OPA takes what is imported.
                what = f"the import {alias} where {_name(own)} is defined too"
                yield Finding("policy_unsupported", what, f"{module.file}:{imported.line}")

    def rule(self, module: _Module, rule: dict[str, Any]) -> Iterator[Finding]:
        bound = set(_bound(module, rule))
        left: list[Node] = [rule]
        while left:
            match left.pop():
                case {"Call": call}:
                    yield from self._call(module, call)
                    left += call["params"]
                case {"Var": _} | {"RefDot": _} | {"RefBrack": _} as reference:
                    yield from self._value(module, reference, bound)
                    left += _inside(reference)
                case {"refr": target, "as": value}:
                    yield from self._with(module, target)
                    left.append(value)
                case {"refr": head, **others}:
                    left += [*_inside(head), *others.values()]
                case dict() as node:
                    left += node.values()
                case list() as nodes:
                    left += nodes

    def _call(self, module: _Module, call: dict[str, Any]) -> Iterator[Finding]:
        path = _path(call["fcn"])
        where = f"{module.file}:{call['span']['line']}"
        if _inside(call["fcn"]):
            yield Finding("policy_unsupported", "a call of what is only known when it runs", where)
            return
        full = self._resolved(module, path)
        if full is None:
            if module.package + path in self.functions:
                # The engine would take the function of the package below, OPA takes the builtin.
                what = f"{_name(path)} where {_name(module.package + path)} is defined too"
                yield Finding("policy_unsupported", what, where)
            elif path not in self.builtins:
                yield Finding("policy_unsupported", f"the function {_name(path)}", where)
        elif full not in self.functions:
            yield Finding("policy_invalid", f"a call of {_name(path)}, which is not defined", where)

    def _value(self, module: _Module, reference: dict[str, Any], bound: set[str]) -> Iterator[Finding]:
        path = _path(reference)
        full = None if set(path[:1]) & bound else self._resolved(module, path)
        if full and any(full[:length] in self.functions for length in range(1, len(full) + 1)):
            what = f"the function {_name(path)} where a value belongs: it is not called"
            yield Finding("policy_invalid", what, f"{module.file}:{_line(reference)}")

    def _with(self, module: _Module, target: dict[str, Any]) -> Iterator[Finding]:
        path = _path(target)
        full = self._resolved(module, path)
        if full is None or full in self.functions:
            what = f"the replacement of the function {_name(path)} by `with`"
            yield Finding("policy_unsupported", what, f"{module.file}:{_line(target)}")

    def _resolved(self, module: _Module, path: Path) -> Path | None:
        """The document under `data` or `input` that `path` means in `module`; None for a builtin or a variable."""
        if not path:
            return None
        if path[0] in ("data", "input"):
            return path
        if path[0] in module.imports:
            return module.imports[path[0]].path + path[1:]
        return module.package + path if (*module.package, path[0]) in self.names else None


def _module(tree: dict[str, Any]) -> _Module:
    ast, source = tree["ast"], tree["source"]
    package: Path = ("data", *_path(ast["package"]["refr"]))
    module = _Module(source["file"], package, {}, ast["rules"], source["contents"].encode())
    for imported in ast["imports"]:
        path = _path(imported["refr"])
        if path[0] in ("data", "input"):
            alias = module.text(imported["as"]) if imported.get("as") else path[-1]
            module.imports[alias] = _Import(path, imported["span"]["line"])
    return module


def _defined(rule: dict[str, Any]) -> tuple[Path, bool]:
    """The path of the rule inside its package, and whether it is a function."""
    match rule:
        case {"Default": default}:
            return _path(default["refr"]), bool(default["args"])
        case {"Spec": {"head": {"Func": head}}}:
            return _path(head["refr"]), True
        case {"Spec": {"head": head}}:
            (body,) = head.values()
            return _path(body["refr"]), False
    raise ValueError(f"a rule of a kind that is not known: {', '.join(rule)}")


def _bound(module: _Module, rule: dict[str, Any]) -> Iterator[str]:
    """The names that are variables somewhere in the rule: there they hide what is defined under the same name."""
    left: list[Node] = [rule]
    while left:
        node = left.pop()
        match node:
            case {"Func": {"args": declared}} | {"AssignExpr": {"op": "ColEq", "lhs": declared}}:
                yield from _variables(declared)
            case {"SomeIn": {"key": key, "value": value}}:
                yield from chain(_variables(key), _variables(value))
            case {"SomeVars": {"vars": spans}}:
                yield from map(module.text, spans)
            case {"Every": {"key": key, "value": value}}:
                yield from (module.text(span) for span in (key, value) if span)
        if isinstance(node, dict | list):
            left += node.values() if isinstance(node, dict) else node


def _variables(pattern: Node) -> Iterator[str]:
    left = [pattern]
    while left:
        match left.pop():
            case {"Var": {"value": str(name)}}:
                yield name
            case dict() as node:
                left += node.values()
            case list() as nodes:
                left += nodes


def _steps(reference: Node) -> tuple[Node, list[Node]]:
    """A reference taken apart: what it begins with, and its steps in order, a name or an expression in brackets."""
    steps: list[Node] = []
    while True:
        match reference:
            case {"RefDot": {"refr": before, "field": [_, name]}}:
                steps.append(name)
            case {"RefBrack": {"refr": before, "index": {"String": {"value": str(name)}}}}:
                steps.append(name)
            case {"RefBrack": {"refr": before, "index": {"RawString": {"value": str(name)}}}}:
                steps.append(name)
            case {"RefBrack": {"refr": before, "index": index}}:
                steps.append(index)
            case _:
                return reference, steps[::-1]
        reference = before


def _path(reference: Node) -> Path:
    """The names that a reference begins with, up to the first step that is only known when it runs."""
    root, steps = _steps(reference)
    match root:
        case {"Var": {"value": str(name)}}:
            known = next((i for i, step in enumerate(steps) if not isinstance(step, str)), len(steps))
            return (name, *steps[:known])
    return ()


def _inside(reference: Node) -> list[Node]:
    """The expressions inside a reference that are to be walked themselves."""
    root, steps = _steps(reference)
    inner = [step for step in steps if not isinstance(step, str)]
    return inner if "Var" in root else [root, *inner]


def _line(reference: dict[str, Any]) -> int:
    (body,) = reference.values()
    return int(body["span"]["line"])


def _name(path: Path) -> str:
    return ".".join(path)
