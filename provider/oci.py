"""OCI manifests and indexes: read strictly, with their bytes kept, and asked what they link to.

OCI image specification 1.1 (image manifest, image index, descriptor) and the Docker schema 2 twins of both.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from provider import strict
from provider.claims import MAX_SAFE_INTEGER, Platform
from provider.digest import is_digest, sha256
from provider.strict import Malformed

MAX_MANIFEST: Final = 4 * 1024 * 1024
"""What the distribution specification lets a registry refuse a manifest above."""

MAX_MEDIA_TYPE: Final = 255
"""Two names of 127 characters and the stroke between them (RFC 6838 section 4.2)."""

IMAGE_MANIFEST: Final = "application/vnd.oci.image.manifest.v1+json"
IMAGE_INDEX: Final = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST: Final = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX: Final = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEX_TYPES: Final = frozenset({IMAGE_INDEX, DOCKER_INDEX})
ARTIFACT_MANIFEST: Final = "application/vnd.oci.artifact.manifest.v1+json"
"""Of release candidates of the specification; signatures were stored in it, so it is still read."""

MANIFEST_TYPES: Final = frozenset({IMAGE_MANIFEST, DOCKER_MANIFEST, ARTIFACT_MANIFEST}) | INDEX_TYPES

_MEMBERS: Final = frozenset({"mediaType", "config", "layers", "blobs", "manifests", "subject"})
_LINK_MEMBERS: Final = frozenset({"mediaType", "digest", "size", "annotations", "platform"})

REF_NAME: Final = "org.opencontainers.image.ref.name"


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A link to content: its media type, digest and size in bytes."""

    media_type: str
    digest: str
    size: int
    annotations: dict[str, str] = field(default_factory=dict)
    platform: Platform | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """The exact bytes of a manifest or index, and what identifies them: all that verification needs to know.

    `media_type` is how the source gave it out; `declared` is the one in the body, None where it has none.
    `ambiguous`: it has both layers and manifests, and could be read as two things.
    """

    data: bytes = field(repr=False)
    digest: str
    media_type: str
    declared: str | None
    ambiguous: bool

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.data)

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests."""
        return self.media_type in INDEX_TYPES


@dataclass(frozen=True, slots=True)
class Manifest:
    """A manifest or index with what it links to; `blobs` are an image's layers or an artifact's blobs."""

    content: Content
    subject: Descriptor | None
    config: Descriptor | None
    blobs: tuple[Descriptor, ...]
    manifests: tuple[Descriptor, ...]


def identify(data: bytes, media_type: str | None = None, digest: str | None = None) -> Content:
    """Read what identifies a manifest, and nothing that it links to; raises `Malformed`.

    `media_type`: as the source gives it; else the body's own, else what its shape says. `digest`: as it was asked
    for, already checked against the bytes; else the SHA-256 is taken.
    """
    return _identify(_body(data), data, media_type, digest)


def parse(data: bytes, media_type: str | None = None, digest: str | None = None) -> Manifest:
    """Read a manifest with its links, as `identify` does; raises `Malformed`."""
    body = _body(data)
    strict.check_names(body, _MEMBERS)
    return Manifest(
        content=_identify(body, data, media_type, digest),
        subject=descriptor(body["subject"]) if body.get("subject") is not None else None,
        config=descriptor(body["config"]) if body.get("config") is not None else None,
        blobs=_descriptors(body, "layers") + _descriptors(body, "blobs"),
        manifests=_descriptors(body, "manifests"),
    )


def _body(data: bytes) -> dict[str, Any]:
    body = strict.loads(data, foreign=True)
    if not isinstance(body, dict):
        raise Malformed("it is not a JSON object")
    return body


def _identify(body: dict[str, Any], data: bytes, media_type: str | None, digest: str | None) -> Content:
    declared = body.get("mediaType")
    if declared is not None and not isinstance(declared, str):
        raise Malformed("mediaType is no text")
    if max(len(declared or ""), len(media_type or "")) > MAX_MEDIA_TYPE:
        raise Malformed(f"mediaType is longer than {MAX_MEDIA_TYPE} characters")
    return Content(
        data=data,
        digest=digest or sha256(data),
        media_type=media_type or declared or (IMAGE_INDEX if "manifests" in body else IMAGE_MANIFEST),
        declared=declared,
        ambiguous={"layers", "manifests"} <= {name.casefold() for name in body},
    )


def descriptor(value: object) -> Descriptor:
    """Read a descriptor (OCI image specification, descriptor.md); raises `Malformed`."""
    if not isinstance(value, dict):
        raise Malformed("a descriptor is not an object")
    strict.check_names(value, _LINK_MEMBERS)
    media_type, digest, size = value.get("mediaType"), value.get("digest"), value.get("size")
    if not isinstance(media_type, str):
        raise Malformed("a descriptor has no mediaType")
    if not isinstance(digest, str) or not is_digest(digest):
        raise Malformed("a descriptor has no digest of a known algorithm")
    if type(size) is not int or not 0 <= size <= MAX_SAFE_INTEGER:
        raise Malformed("a descriptor has no size")
    annotations = value.get("annotations") or {}
    if not isinstance(annotations, dict) or not all(isinstance(one, str) for one in annotations.values()):
        raise Malformed("a descriptor's annotations are not a map of texts")
    return Descriptor(media_type, digest, size, annotations, _platform(value.get("platform")))


def signature_blobs(manifest: Manifest, media_types: frozenset[str]) -> tuple[Descriptor, ...]:
    """The blobs of a referrer that hold a signature: its config (nv2) or its layers, by their media type."""
    linked = ((manifest.config,) if manifest.config else ()) + manifest.blobs
    return tuple(one for one in linked if one.media_type in media_types)


def _descriptors(body: dict[str, Any], name: str) -> tuple[Descriptor, ...]:
    value = body.get(name)
    if value is None:
        return ()
    if not isinstance(value, list):
        raise Malformed(f"{name} is not a list")
    return tuple(descriptor(one) for one in value)


def _platform(value: object) -> Platform | None:
    if not isinstance(value, dict):
        return None
    names = [value.get(name) for name in ("os", "architecture", "variant", "os.version")]
    os, architecture, variant, os_version = (one if isinstance(one, str) else None for one in names)
    if os is None or architecture is None:
        return None
    return Platform(os=os, architecture=architecture, variant=variant, os_version=os_version)
