"""What an engine decided: the denials, read strictly out of what it answered.

The rule that holds here: an answer that is not exactly a list of denials is an error, never an empty list. An engine
says "undefined" when a policy is broken, and that must not read as "nothing is denied".
"""

from collections.abc import Mapping

import msgspec

from provider.engine.process import one_line
from provider.errors import Refused, Unavailable


class Denial(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why an image is denied: a stable camelCase code, the image as it was asked for, a sentence for people."""

    code: str
    image: str
    message: str


class Decision(msgspec.Struct, frozen=True):
    """The union of what every policy denied, sorted by image, code and message; who decided, and by what."""

    deny: tuple[Denial, ...]
    engine: str
    policies: tuple[str, ...]


def decided(engine: str, entrypoints: tuple[str, ...], answers: Mapping[str, bytes | None]) -> Decision:
    """The decision out of the engine's raw JSON answer for each of `entrypoints`; None is "undefined".

    Raises Unavailable (engine_failed), naming the package, where an answer is anything but a list of denials.
    """
    denials = {denial for package in entrypoints for denial in _denials(engine, package, answers.get(package))}
    ordered = sorted(denials, key=lambda denial: (denial.image, denial.code, denial.message))
    return Decision(tuple(ordered), engine, entrypoints)


def _denials(engine: str, package: str, answer: bytes | None) -> list[Denial]:
    if answer is None:
        raise failed(f"{engine}: data.{package}.deny is undefined, where it must be a set")
    try:
        return msgspec.json.decode(answer, type=list[Denial])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise failed(f"{engine}: data.{package}.deny is not a set of {{code, image, message}}: {error}") from error


def failed(message: str, *, retryable: bool = False) -> Unavailable:
    """The error of an engine that gave no usable answer, on one line."""
    return Unavailable("engine_failed", one_line(message), retryable=retryable)


def check_question(question: bytes) -> None:
    """Raise Refused (question_invalid) unless `question` is one JSON object in UTF-8 without lone surrogates.

    OPA repairs some of what is refused here, the embedded engine does not, and neither says so.
    """
    try:
        value = msgspec.json.decode(question)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("question_invalid", f"the question is not JSON: {one_line(str(error))}") from error
    if not isinstance(value, dict):
        raise Refused("question_invalid", "the question is not a JSON object")
