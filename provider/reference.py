"""Image references: what an image is called, normalised as containerd does.

The grammar is that of the distribution project (`host/path[:tag][@digest]`). Two readings are needed: a name that
somebody asks for may leave out its registry and tag (docker.io, library/ and latest are then meant); a reference
inside a signature must be whole.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from provider.digest import PATTERN as DIGEST
from provider.errors import Refused

MAX_LENGTH: Final = 1024
MAX_REPOSITORY: Final = 255

_LABEL = r"(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])"
_HOST = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-fA-F:]+\])"
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_PATH = rf"{_COMPONENT}(?:/{_COMPONENT})*"
_FULL: Final = re.compile(
    rf"(?P<registry>{_HOST}(?::[0-9]+)?)/(?P<repository>{_PATH})"
    rf"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9_.-]{{0,127}}))?(?:@(?P<digest>{DIGEST}))?",
    re.ASCII,
)
_IMAGE_ID: Final = re.compile(r"[0-9a-f]{64}")
_REPOSITORY: Final = re.compile(rf"{_HOST}(?::[0-9]+)?/{_PATH}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Reference:
    """A whole reference. `registry` is the host with its port; at most one of tag and digest is set once normalised."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def name(self) -> str:
        """`registry/repository`."""
        return f"{self.registry}/{self.repository}"

    @property
    def host(self) -> str:
        """The registry without its port and, for an IPv6 address, without its brackets."""
        return host(self.registry)

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return self.name + tag + (f"@{self.digest}" if self.digest else "")


@lru_cache(maxsize=1024)
def parse_full(text: str) -> Reference | None:
    """Read a reference that must name its host; None where it does not follow the grammar."""
    match = _FULL.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if match is None or len(match["repository"]) > MAX_REPOSITORY:
        return None
    return Reference(match["registry"], match["repository"], match["tag"], match["digest"])


def normalise(image: str) -> Reference:
    """Read a name that somebody asks for, and fill in what containerd fills in; raises `Refused`.

    docker.io is the default registry and library/ its default path; the tag is latest where there is neither tag nor
    digest; and where there are both the digest counts and the tag is dropped.
    """
    if _IMAGE_ID.fullmatch(image):
        raise Refused("reference_malformed", f"{image!r} is an image id, and no name")
    first, slash, _ = image.partition("/")
    if not slash or not (any(mark in first for mark in ".:") or first == "localhost" or first != first.lower()):
        image = f"docker.io/{image}"
    reference = parse_full(image)
    registry, repository = (reference.registry, reference.repository) if reference else ("", "")
    if registry == "index.docker.io":
        registry = "docker.io"
    if registry == "docker.io" and "/" not in repository:
        repository = f"library/{repository}"
    if reference is None or len(repository) > MAX_REPOSITORY:
        raise Refused("reference_malformed", f"{image[:MAX_LENGTH]!r} is not a valid image reference")
    digest = reference.digest
    return Reference(registry, repository, None if digest else reference.tag or "latest", digest)


def is_repository(text: str) -> bool:
    """Whether it is `registry/repository`, without tag and digest."""
    return len(text) <= MAX_LENGTH and _REPOSITORY.fullmatch(text) is not None


def host(registry: str) -> str:
    """The host of a registry: its port is cut off, and the brackets of an IPv6 address."""
    if registry.startswith("["):
        return registry[1 : registry.index("]")]
    return registry.partition(":")[0]
