"""The engine "embedded": regorus, in a child process of its own for every decision.

The rule that holds here: nothing that the engine does (a panic, endless recursion or loops, a huge answer) is more
than a failed decision, and a policy that the engine would read otherwise than OPA is refused by name when it is
loaded. It serves try-outs, tests and what-if; where decisions count, OPA is the authority.
"""

import importlib.util
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from provider.engine.decision import Decision, check_question, decided, failed
from provider.engine.policy import PolicySet
from provider.engine.process import Limits, one_line, run
from provider.errors import Refused

_ROOT: Final = str(Path(__file__).parents[2])
_START: Final = (
    "import sys; sys.path[:0] = [p for p in sys.argv[1:] if p not in sys.path];"
    " from provider.engine.embedded_child import main; main()"
)
"""Isolated, Python finds what is installed; a source checkout that is not has to be said."""


class _Refusal(msgspec.Struct):
    code: str
    message: str


class _Reply(msgspec.Struct):
    answers: dict[str, str | None] | None = None
    refused: _Refusal | None = None
    failed: str | None = None
    missing: bool = False


def installed() -> bool:
    """Whether the embedded engine is there: the extra `embedded`."""
    return importlib.util.find_spec("regorus") is not None


class EmbeddedEngine:
    """Decides with regorus. `limits` hold for each decision; raises Refused (engine_missing) where it is not there."""

    name: Final = "embedded"

    def __init__(self, limits: Limits | None = None) -> None:
        if not installed():
            raise _missing()
        self._limits = limits or Limits()

    def check(self, policies: PolicySet) -> None:
        """Raise Refused (policy_invalid, policy_unsupported) unless this engine reads the whole set as OPA does."""
        self._answers(policies, None)

    def decide(self, policies: PolicySet, question: bytes) -> Decision:
        """Ask every entrypoint of `policies`, which are checked first, the question: one JSON object as bytes.

        Raises Refused (policy_invalid, policy_unsupported, question_invalid) and Unavailable (engine_failed).
        """
        check_question(question)
        answers = self._answers(policies, question.decode())
        raw = {package: None if text is None else text.encode() for package, text in answers.items()}
        return decided(self.name, policies.entrypoints, raw)

    def _answers(self, policies: PolicySet, question: str | None) -> dict[str, str | None]:
        request = {"modules": dict(policies.modules), "entrypoints": policies.entrypoints, "question": question}
        environment = {**os.environ, "RUST_BACKTRACE": "0"}
        ended = run("the embedded engine", _command(), json.dumps(request).encode(), self._limits, environment)
        try:
            reply = msgspec.json.decode(ended.output, type=_Reply)
        except msgspec.DecodeError as error:
            raise failed(f"the embedded engine gave no answer: {ended.complaint or error}") from error
        if reply.missing:
            raise _missing()
        if reply.refused:
            raise Refused(reply.refused.code, one_line(reply.refused.message))
        if reply.answers is None:
            raise failed(f"embedded: {reply.failed}")
        return reply.answers


def _command() -> Sequence[str]:
    return [sys.executable, "-I", "-c", _START, _ROOT]


def _missing() -> Refused:
    return Refused("engine_missing", "the embedded engine is not installed: pip install 'sigclaims[embedded]'")
