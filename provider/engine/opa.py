"""The engine "opa": a local OPA program, one `opa eval` for every decision.

The rule that holds here: OPA gets the modules and the question, and nothing else. None of this process's environment
reaches it, for `opa.runtime()` shows it to policies and OPA takes options from it.
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from provider.engine.decision import Decision, check_question, decided, failed
from provider.engine.policy import PolicySet
from provider.engine.process import Limits, one_line, run
from provider.errors import Refused, SigclaimsError

_INHERITED: Final = ("PATH", "HOME", "TMPDIR")


class _Location(msgspec.Struct):
    file: str = ""
    row: int = 0


class _Error(msgspec.Struct):
    message: str
    code: str = ""
    location: _Location | None = None


class _Expression(msgspec.Struct):
    value: dict[str, list[msgspec.Raw]]


class _Result(msgspec.Struct):
    expressions: list[_Expression]


class _Output(msgspec.Struct):
    result: list[_Result] = []
    errors: list[_Error] = []


class OpaEngine:
    """Decides with the OPA `program`: a path, a name on PATH, or None for `opa`. `limits` hold for each decision.

    Raises Refused (engine_missing) where there is no such program.
    """

    name: Final = "opa"

    def __init__(self, program: str | None = None, limits: Limits | None = None) -> None:
        found = shutil.which(program or "opa")
        if found is None:
            where = f"{program}: there is no such program" if program else "there is no program `opa` on PATH"
            raise Refused("engine_missing", f"{where}; get it from https://www.openpolicyagent.org/docs/#running-opa")
        self._program = found
        self._limits = limits or Limits()

    def check(self, policies: PolicySet) -> None:
        """Raise Refused (policy_invalid) unless OPA compiles the whole set."""
        self._answers(policies, (), b"{}")

    def decide(self, policies: PolicySet, question: bytes) -> Decision:
        """Ask every entrypoint of `policies` the question: one JSON object as bytes.

        Raises Refused (policy_invalid, question_invalid) and Unavailable (engine_failed).
        """
        check_question(question)
        answers = self._answers(policies, policies.entrypoints, question)
        return decided(self.name, policies.entrypoints, {name: next(iter(got), None) for name, got in answers.items()})

    def _answers(
        self, policies: PolicySet, entrypoints: tuple[str, ...], question: bytes
    ) -> dict[str, list[msgspec.Raw]]:
        # A comprehension for each: what is undefined is then an empty list, and the others have their answers.
        query = ", ".join(f'"{package}": [deny | deny := data.{package}.deny]' for package in entrypoints)
        files = {f"{number:03}.rego": name for number, name in enumerate(policies.modules)}
        try:
            with tempfile.TemporaryDirectory(prefix="sigclaims-") as folder:
                for file, name in files.items():
                    Path(folder, file).write_bytes(policies.modules[name].encode())
                output = self._evaluated(folder, f"{{{query}}}", question)
        except OSError as error:
            raise failed(f"opa: the modules could not be handed over: {error}", retryable=True) from error
        if output.errors:
            raise _error(output.errors, files)
        if len(output.result) != 1 or len(output.result[0].expressions) != 1:
            raise failed("opa: it did not answer the query")
        return output.result[0].expressions[0].value

    def _evaluated(self, folder: str, query: str, question: bytes) -> _Output:
        command = [self._program, "eval", "--format=json", "--strict-builtin-errors", "--stdin-input"]
        command += [f"--timeout={self._limits.seconds}s", f"--data={folder}", query]
        environment = {name: os.environ[name] for name in _INHERITED if name in os.environ}
        ended = run("opa", command, question, self._limits, environment)
        try:
            return msgspec.json.decode(ended.output, type=_Output)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise failed(f"opa gave no answer: {ended.complaint or error}") from error


def _error(errors: list[_Error], files: dict[str, str]) -> SigclaimsError:
    first = errors[0]
    file = files.get(Path(first.location.file).name) if first.location else None
    where = f"{file}:{first.location.row}: " if first.location and file else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    message = one_line(f"{where}{first.message}{more}")
    # OPA's own families: rego_ is what the parser and the compiler say, eval_ what comes up when the policy runs.
    return Refused("policy_invalid", message) if first.code.startswith("rego_") else failed(f"opa: {message}")
