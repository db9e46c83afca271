"""An OCI image layout folder as a source (OCI image specification, image-layout.md), as skopeo and crane write it.

The layout is walked from index.json once, and again whenever index.json changes; blobs are named by their content, so
what was read of them stays true. Every blob is checked against its digest and size before anything looks inside.
"""

import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provider import digest, oci, strict
from provider.claims import Problem, SourceKind
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Refused, SigclaimsError, Unavailable
from provider.oci import Descriptor, Manifest
from provider.reading import read
from provider.reference import Reference, parse_full
from provider.source.referrer import signed_manifests
from provider.source.source import MAX_SIGNATURES, Found, found
from provider.verify import Stored

MAX_INDEX: Final = 4 * 1024 * 1024
MAX_MANIFESTS: Final = 100_000


@dataclass(slots=True)
class _Contents:
    """What the walk found: names and manifests by digest, signature blobs by the digest they are over."""

    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    manifests: dict[str, Descriptor] = field(default_factory=dict)
    signatures: dict[str, dict[str, Descriptor]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


class LayoutSource:
    """A layout on disk, and the repositories that it is configured to hold."""

    kind: SourceKind = "layout"

    def __init__(self, name: str, folder: Path, repositories: tuple[str, ...]) -> None:
        self.name = name
        self.folder = folder
        self.repositories = repositories
        self._lock = threading.Lock()
        self._state: tuple[object, _Contents] | None = None

    def serves(self, repository: str) -> bool:
        return repository in self.repositories

    def fetch(self, reference: Reference) -> Manifest | None:
        contents = self._contents()
        wanted = reference.digest or contents.tags.get((reference.name, reference.tag or ""))
        return self.manifest(wanted) if wanted else None

    def manifest(self, digest: str) -> Manifest | None:
        """The manifest with a digest, None where index.json does not lead to one; raises `Unavailable`."""
        descriptor = self._contents().manifests.get(digest)
        return _parse(read_blob(self.folder, descriptor, oci.MAX_MANIFEST), descriptor) if descriptor else None

    def signatures(self, _repository: str, digest: str, /) -> Found:
        contents = self._contents()
        blobs = contents.signatures.get(digest, {})
        envelopes, problems = [], list(contents.problems)
        for blob in sorted(blobs.values(), key=lambda one: one.digest)[:MAX_SIGNATURES]:
            try:
                envelopes.append(self._envelope(blob))
            except Unavailable as error:
                problems.append(Problem(code=error.code, message=f"{self.name}: {error.message}", retryable=True))
        return found(self.name, envelopes, len(blobs), problems)

    def _envelope(self, blob: Descriptor) -> Stored:
        if blob.size > MAX_ENVELOPE:
            # Its size alone rejects it: a byte over the cap stands for the rest, which nobody reads.
            return Stored(b"\0" * (MAX_ENVELOPE + 1), blob.digest, blob.media_type, self.name)
        data = self._read_envelope(blob)
        return Stored(data, digest.sha256(data), blob.media_type, self.name)

    def _read_envelope(self, blob: Descriptor) -> bytes:
        return read_blob(self.folder, blob, MAX_ENVELOPE)

    def _contents(self) -> _Contents:
        index = self.folder / "index.json"
        with self._lock:
            try:
                stat = index.stat()
            except OSError as error:
                raise Unavailable("source_failed", f"{index}: {error.strerror}") from error
            version = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
            if self._state is None or self._state[0] != version:
                self._state = (version, self._walk(index))
            return self._state[1]

    def _walk(self, index: Path) -> _Contents:
        contents = _Contents()
        queue = deque((descriptor, True) for descriptor in _index_entries(index))
        for descriptor, _ in queue:
            self._name(contents, descriptor)
        while queue:
            descriptor, top = queue.popleft()
            if descriptor.media_type not in oci.MANIFEST_TYPES or descriptor.digest in contents.manifests:
                continue
            if len(contents.manifests) >= MAX_MANIFESTS:
                raise Unavailable("source_failed", f"{index}: links to more than {MAX_MANIFESTS} manifests")
            if not top and not blob_path(self.folder, descriptor.digest).exists():
                continue  # an index may list platforms that were not copied
            try:
                manifest = _parse(read_blob(self.folder, descriptor, oci.MAX_MANIFEST), descriptor)
                contents.manifests[descriptor.digest] = descriptor
                for over, blobs in signed_manifests(manifest, self._read_envelope).items():
                    contents.signatures.setdefault(over, {}).update({blob.digest: blob for blob in blobs})
                queue.extend((child, False) for child in manifest.manifests)
            except Unavailable as error:
                # It may have been a signature over anything, so every answer of this source is in doubt.
                contents.problems.append(
                    Problem(code=error.code, message=f"{self.name}: {error.message}", retryable=True)
                )
        return contents

    def _name(self, contents: _Contents, descriptor: Descriptor) -> None:
        """`org.opencontainers.image.ref.name` is a full reference, or a tag of the source's one repository."""
        name = descriptor.annotations.get(oci.REF_NAME)
        if name is None:
            return
        full = parse_full(name)
        if full and full.tag:
            contents.tags[(full.name, full.tag)] = descriptor.digest
        elif len(self.repositories) == 1:
            contents.tags[(self.repositories[0], name)] = descriptor.digest


def blob_path(folder: Path, digest: str) -> Path:
    """Where a layout keeps a blob. `digest` must have been checked to be one."""
    algorithm, _, encoded = digest.partition(":")
    return folder / "blobs" / algorithm / encoded


def read_blob(folder: Path, descriptor: Descriptor, cap: int) -> bytes:
    """The bytes of a blob, checked against size and digest; raises `Unavailable` with blob_unavailable."""
    path = blob_path(folder, descriptor.digest)
    if descriptor.size > cap:
        raise Unavailable("blob_unavailable", f"{descriptor.digest}: larger than {cap} bytes", retryable=False)
    try:
        data = read(path, cap)
    except Refused as error:
        raise Unavailable("blob_unavailable", error.message) from error
    if len(data) != descriptor.size or not digest.matches(descriptor.digest, data):
        raise Unavailable("blob_unavailable", f"{path}: is not the content that its digest and size name")
    return data


def _index_entries(index: Path) -> Iterator[Descriptor]:
    try:
        document = strict.loads(read(index, MAX_INDEX))
        entries = document.get("manifests") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise strict.Malformed("it has no list of manifests")
        return iter([oci.descriptor(one) for one in entries])
    except (SigclaimsError, strict.Malformed) as error:
        raise Unavailable("source_failed", f"{index}: {error}") from error


def _parse(data: bytes, descriptor: Descriptor) -> Manifest:
    try:
        return oci.parse(data, descriptor.media_type, descriptor.digest)
    except strict.Malformed as error:
        raise Unavailable("blob_unavailable", f"{descriptor.digest}: {error}", retryable=False) from error
