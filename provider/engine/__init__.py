"""Engines that put a question to policies: "opa" is the authority, "embedded" serves where no OPA is at hand.

The rule that holds here: an engine is chosen by the operator and named in every decision; and an engine that fails,
or a policy that is undefined, is an error and never a decision.
"""

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from provider.engine.decision import Decision
    from provider.engine.policy import PolicySet
    from provider.engine.process import Limits

EngineName = Literal["embedded", "opa"]


class Engine(Protocol):
    """What decides. Each call is a process of its own, so an engine may be used from several threads."""

    @property
    def name(self) -> EngineName:
        """The engine's name, as it stands in its decisions."""

    def check(self, policies: "PolicySet") -> None:
        """Raise Refused unless the engine can read all of `policies`."""

    def decide(self, policies: "PolicySet", question: bytes) -> "Decision":
        """Ask every entrypoint the question, one JSON object; raises Refused and Unavailable, never answers less."""


def engine(name: EngineName | None = None, *, program: str | None = None, limits: "Limits | None" = None) -> Engine:
    """The engine `name`; None is the embedded one where it is installed, else OPA. `program` is OPA's path or name.

    Raises Refused (engine_missing) where the engine is not installed.
    """
    # Not above: the embedded engine's child process imports this package, and starts faster without them.
    from provider.engine.embedded import EmbeddedEngine, installed  # noqa: PLC0415
    from provider.engine.opa import OpaEngine  # noqa: PLC0415

    if name == "embedded" or (name is None and installed()):
        return EmbeddedEngine(limits)
    return OpaEngine(program, limits)
