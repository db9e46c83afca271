"""The process in which the embedded engine works: a JSON request on standard input, a JSON reply on standard output.

    {"modules": {name: text}, "entrypoints": [package], "question": JSON text | null (only check)}
    {"answers": {package: JSON text | null}} | {"refused": {code, message}} | {"failed": message} | {"missing": true}

The engine can end its whole process (recursion, memory) and panics past `except Exception`; all of that stays in
here. It is given the question as text, for a float on the way would change numbers. Imports nothing but the standard
library, regorus, `calls` and `heads`, so that it starts quickly.
"""

import json
import re
import sys
from decimal import Decimal
from typing import Any, Final, Protocol

from provider.engine import heads
from provider.engine.calls import Finding, findings

Reply = dict[str, Any]

_MAX_BYTES: Final = 2**20 + 1
_UNDEFINED: Final = '"<undefined>"'
_AT: Final = re.compile(r"^--> (?P<file>.*):(?P<line>[0-9]+):[0-9]+$", re.MULTILINE)


class _Engine(Protocol):
    """What is used of regorus.Engine."""

    def set_policy_length_config(self, *, max_col: int, max_file_bytes: int, max_lines: int) -> None: ...
    def set_gather_prints(self, enable: bool, /) -> None: ...  # noqa: FBT001
    def add_policy(self, path: str, rego: str) -> str: ...
    def set_input_json(self, text: str) -> None: ...
    def get_ast_as_json(self) -> str: ...
    def eval_query_as_json(self, query: str) -> str: ...
    def eval_rule_as_json(self, rule: str) -> str: ...


class _RefusedError(Exception):
    """What the caller gave cannot be used: a code of the table, and why."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def main() -> None:
    """Answer the one request."""
    try:
        reply = _replied(json.load(sys.stdin.buffer))
    except _RefusedError as error:
        reply = {"refused": {"code": error.code, "message": str(error)}}
    except BaseException as error:  # noqa: BLE001 - a panic of the engine is none of Python's exceptions
        reply = {"failed": _said(error)}
    sys.stdout.buffer.write(json.dumps(reply).encode())


def _replied(request: dict[str, Any]) -> Reply:
    try:
        # An extra without type stubs; that it is not there is an answer of its own.
        import regorus  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        return {"missing": True}
    checked = _engine(regorus)
    trees = _check(checked, request["modules"])
    engine = _engine(regorus)
    for tree in trees:
        engine.add_policy(tree["source"]["file"], heads.rewritten(tree))
    question = request["question"]
    if question is None:
        return {"answers": {}}
    _check_numbers(question)
    engine.set_input_json(question)
    return {"answers": {package: _answer(engine, package) for package in request["entrypoints"]}}


def _engine(regorus: Any) -> _Engine:  # noqa: ANN401  # the module, which has no types
    engine: _Engine = regorus.Engine()
    # Bounds of the engine's own that OPA does not have; the loader's bound on a file stands for them.
    engine.set_policy_length_config(max_col=_MAX_BYTES, max_file_bytes=_MAX_BYTES, max_lines=_MAX_BYTES)
    engine.set_gather_prints(True)
    return engine


def _check(engine: _Engine, modules: dict[str, str]) -> list[dict[str, Any]]:
    """Load the modules as they are and check them; gives their syntax trees."""
    # Asked first: any query has the engine analyse all modules that it knows.
    runtime = json.loads(engine.eval_query_as_json("opa.runtime()"))["result"][0]["expressions"][0]["value"]
    for name, text in modules.items():
        try:
            engine.add_policy(name, text)
        except RuntimeError as error:
            raise _RefusedError("policy_invalid", _said(error, name)) from error
    trees: list[dict[str, Any]] = json.loads(engine.get_ast_as_json())
    found = [*findings(trees, runtime["builtins"]), *(one for tree in trees for one in heads.findings(tree))]
    if found:
        raise _refused(found)
    try:
        # The analysis: variables that nothing binds come to light.
        engine.eval_query_as_json("true")
    except RuntimeError as error:
        raise _RefusedError("policy_invalid", _said(error)) from error
    return trees


def _refused(found: list[Finding]) -> _RefusedError:
    code = found[0].code
    places = list(dict.fromkeys(f"{finding.what} ({finding.where})" for finding in found if finding.code == code))
    listed = ", ".join(places[:4]) + (f" and {len(places) - 4} more" if len(places) > 4 else "")
    if code == "policy_unsupported":
        return _RefusedError(code, f"the policy needs OPA, the embedded engine lacks {listed}")
    return _RefusedError(code, listed)


def _check_numbers(question: str) -> None:
    """Refuse the numbers that the engine would round without a word: it has 64-bit integers and floats."""

    def refuse(digits: str) -> None:
        message = f"the embedded engine would round the number {digits[:40]} of the question; OPA does not"
        raise _RefusedError("question_invalid", message)

    def integer(digits: str) -> None:
        if len(digits) > 20 or not -(2**63) <= int(digits) < 2**64:
            refuse(digits)

    def decimal(digits: str) -> None:
        if Decimal(digits) != Decimal(repr(float(digits))):
            refuse(digits)

    json.loads(question, parse_int=integer, parse_float=decimal)


def _answer(engine: _Engine, package: str) -> str | None:
    try:
        answer = engine.eval_rule_as_json(f"data.{package}.deny")
    except RuntimeError as error:
        raise RuntimeError(f"data.{package}.deny: {_said(error)}") from error
    return None if answer == _UNDEFINED else answer


def _said(error: BaseException, name: str = "") -> str:
    """What the engine says: the place and the reason, without the excerpt of the source and the stack."""
    text = str(error).split("\nStack backtrace:")[0]
    at = _AT.search(text)
    reason = text.rpartition("\nerror: ")[2] if at else text or type(error).__name__
    place = f"{at['file']}:{at['line']}" if at else name
    return f"{place}: the embedded engine says: {reason}" if place else reason


if __name__ == "__main__":
    main()
