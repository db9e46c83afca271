"""Puts the head of a `contains` rule into its body, where the embedded engine reads it as OPA does.

`deny contains T if { B }` means a member T for each way to satisfy B, as long as T is defined. Once T is undefined for
one of them, the engine loses the members that it has already, or fails; with `deny contains h if { B; h := T }` it does
not, and both texts mean the same in Rego. What cannot be put so (`r[k] := v` over something that may be undefined) is
refused, with the advice to assign it in the body.

It runs in the child process, so it imports nothing but the standard library.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from provider.engine.calls import Finding

_VARIABLE: Final = "sigclaims_head"
_CONTAINS: Final = re.compile(r"(?P<start>.*?\bcontains\b)(?P<term>.*)", re.DOTALL)
_BODY: Final = re.compile(r"\s*if\b\s*(?P<body>.*)", re.DOTALL)


def rewritten(tree: dict[str, Any]) -> str:
    """The module of a syntax tree (of `get_ast_as_json`), with the heads of its `contains` rules in their bodies."""
    text: bytes = tree["source"]["contents"].encode()
    for rule in sorted(_sets(tree), key=lambda rule: int(rule["span"]["start"]), reverse=True):
        begin, end = rule["span"]["start"], rule["span"]["end"]
        head_end = rule["head"]["Set"]["span"]["end"]
        head, rest = text[begin:head_end].decode(), text[head_end:end].decode()
        text = text[:begin] + _moved(head, rest).encode() + text[end:]
    return text.decode()


def findings(tree: dict[str, Any]) -> Iterator[Finding]:
    """The rules `r[k] := v` whose key or value may be undefined: those the engine would read otherwise than OPA."""
    for rule in tree["ast"]["rules"]:
        match rule:
            case {"Spec": {"head": {"Compr": {"refr": {"RefBrack": {"index": key}}, "assign": assign, "span": span}}}}:
                if not (_is_defined(key) and _is_defined(assign["value"] if assign else None)):
                    what = "a rule `r[k] := v` whose k or v may be undefined: assign it to a variable in the body"
                    yield Finding("policy_unsupported", what, f"{tree['source']['file']}:{span['line']}")


def _sets(tree: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for rule in tree["ast"]["rules"]:
        match rule:
            case {"Spec": {"head": {"Set": {"key": key}}} as spec} if not _is_defined(key):
                yield spec


def _moved(head: str, rest: str) -> str:
    parts, body = _CONTAINS.fullmatch(head), _BODY.fullmatch(rest)
    if parts is None:
        raise ValueError("the head of a rule has no contains")
    literals = body["body"].rstrip() if body else ""
    if literals.startswith("{") and literals.endswith("}"):
        literals = literals[1:-1]
    return f"{parts['start']} {_VARIABLE} if {{{literals}\n{_VARIABLE} := {parts['term'].strip()}\n}}"


def _is_defined(term: Any) -> bool:  # noqa: ANN401  # a node of the syntax tree
    """Whether a term has a value whenever its rule's body holds: constants, variables, an image's name, their lists."""
    match term:
        case None | {"Var": _} | {"String": _} | {"RawString": _} | {"Number": _} | {"Bool": _} | {"Null": _}:
            return True
        case {"RefDot": {"refr": {"Var": _}, "field": [_, "image"]}}:
            return True
        case {"Array": {"items": items}} | {"Set": {"items": items}}:
            return all(_is_defined(item) for item in items)
        case {"Object": {"fields": fields}}:
            return all(_is_defined(key) and _is_defined(value) for _, key, value in fields)
    return False
