"""An OCI image layout folder as a source (OCI image specification, image-layout.md), as skopeo and crane write it.

The layout is walked from index.json once, and again whenever index.json changes; blobs are named by their content, so
what was read of them stays true. Every blob is checked against its digest and size before anything looks inside. What
could not be read is remembered, and tried again when the file behind it has changed.
"""

import os
import threading
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from provider import claims, digest, oci, strict
from provider.claims import Problem, SourceKind
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Refused, SigclaimsError, Unavailable
from provider.oci import Descriptor, Manifest
from provider.reading import read
from provider.reference import Reference, parse_full
from provider.source.referrer import signed_manifests
from provider.source.source import TOO_LARGE, Found, collect, stored_file
from provider.verify import Stored

MAX_INDEX: Final = 4 * 1024 * 1024
MAX_MANIFESTS: Final = 100_000
MAX_UNREAD: Final = 1000
"""Manifests that cannot be read, of which each is looked at again for every question."""

_MAX_PROBLEMS: Final = 16

_Blobs = dict[tuple[str, int, str], Descriptor]


@dataclass(frozen=True, slots=True)
class _Unread:
    """A manifest that is linked to and could not be read: why, and what its files were like then."""

    descriptor: Descriptor
    listed: bool
    """In index.json itself. An index below may list platforms that were not copied."""
    blobs: tuple[Descriptor, ...]
    """What was read for it: the manifest, and its config where that was come to."""
    files: tuple[object, ...]
    error: Unavailable

    @property
    def matters(self) -> bool:
        """Whether something is wrong: it may have been a signature over anything, so every answer is in doubt."""
        return self.listed or self.files[0] is not None


@dataclass(slots=True)
class _Contents:
    """What the walk found: names, manifests by digest, and signature blobs by the digest that they are over."""

    tags: dict[tuple[str, str], str] = field(default_factory=dict)
    manifests: dict[str, Descriptor] = field(default_factory=dict)
    signatures: dict[str, _Blobs] = field(default_factory=dict)
    unread: dict[str, _Unread] = field(default_factory=dict)
    failure: str | None = None


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
        with self._lock:
            contents = self._contents()
            wanted = reference.digest or contents.tags.get((reference.name, reference.tag or ""))
        return self.manifest(wanted) if wanted else None

    def manifest(self, digest: str) -> Manifest | None:
        """The manifest with a digest, None where index.json does not lead to one; raises `Unavailable`."""
        with self._lock:
            contents = self._contents()
            unread, descriptor = contents.unread.get(digest), contents.manifests.get(digest)
        if unread and unread.matters:
            raise unread.error.again()
        return _parse(read_blob(self.folder, descriptor, oci.MAX_MANIFEST), descriptor) if descriptor else None

    def signatures(self, _repository: str, digest: str, /) -> Found:
        with self._lock:
            contents = self._contents()
            linked, problems = list(contents.signatures.get(digest, {}).values()), self._problems(contents)
        # A link with another size, as anybody may add one, takes nothing away from the one that fits.
        readable = {blob.digest for blob in linked if blob.size <= MAX_ENVELOPE}
        blobs = [blob for blob in linked if blob.size <= MAX_ENVELOPE or blob.digest not in readable]
        return collect(self.name, sorted(blobs, key=lambda one: (one.digest, one.size)), self._envelope, problems)

    def _envelope(self, blob: Descriptor) -> Stored:
        if blob.size > MAX_ENVELOPE and blob.digest.startswith("sha256:"):
            return Stored(TOO_LARGE, blob.digest, blob.media_type, self.name)
        if blob.size > MAX_ENVELOPE:
            return stored_file(blob_path(self.folder, blob.digest), blob.media_type, self.name)
        data = self._read_envelope(blob)
        return Stored(data, digest.sha256(data), blob.media_type, self.name)

    def _read_envelope(self, blob: Descriptor) -> bytes:
        return read_blob(self.folder, blob, MAX_ENVELOPE)

    def _problems(self, contents: _Contents) -> list[Problem]:
        unread = [one for one in contents.unread.values() if one.matters]
        problems = [claims.problem(one.error.code, f"{self.name}: {one.error}", one.error.retryable) for one in unread]
        if len(problems) <= _MAX_PROBLEMS:
            return problems
        more = f"{self.name}: {len(problems) - _MAX_PROBLEMS} more manifests cannot be read"
        return [*problems[:_MAX_PROBLEMS], claims.problem("blob_unavailable", more, retryable=True)]

    def _contents(self) -> _Contents:
        """What the layout holds now; the lock is held, and the contents are not kept beyond it."""
        index = self.folder / "index.json"
        version = _file(index)
        if self._state is None or self._state[0] != version:
            self._state = (version, self._walked(index))
        contents = self._state[1]
        if contents.failure:
            raise Unavailable("source_failed", contents.failure)
        changed = [one for one in contents.unread.values() if self._files(one.blobs) != one.files]
        self._walk(contents, deque((one.descriptor, one.listed) for one in changed))
        return contents

    def _walked(self, index: Path) -> _Contents:
        contents = _Contents()
        try:
            entries = _index_entries(index)
            for descriptor in entries:
                self._name(contents, descriptor)
            self._walk(contents, deque((descriptor, True) for descriptor in entries))
        except Unavailable as error:
            contents.failure = error.message
        return contents

    def _walk(self, contents: _Contents, queue: deque[tuple[Descriptor, bool]]) -> None:
        while queue:
            descriptor, listed = queue.popleft()
            if descriptor.media_type not in oci.MANIFEST_TYPES or descriptor.digest in contents.manifests:
                continue
            needed: tuple[Descriptor, ...] = (descriptor,)
            files = self._files(needed)
            try:
                manifest = _parse(read_blob(self.folder, descriptor, oci.MAX_MANIFEST), descriptor)
                needed = (descriptor, *([manifest.config] if manifest.config else []))
                files = self._files(needed)
                signed = signed_manifests(manifest, self._read_envelope)
            except Unavailable as error:
                contents.unread[descriptor.digest] = _Unread(descriptor, listed, needed, files, error.again())
            else:
                contents.unread.pop(descriptor.digest, None)
                contents.manifests[descriptor.digest] = descriptor
                for over, blobs in signed.items():
                    named = {(blob.digest, blob.size, blob.media_type): blob for blob in blobs}
                    contents.signatures.setdefault(over, {}).update(named)
                queue.extend((child, False) for child in manifest.manifests)
            if len(contents.manifests) > MAX_MANIFESTS:
                raise Unavailable("source_failed", f"{self.folder}: holds more than {MAX_MANIFESTS} manifests")
            if len(contents.unread) > MAX_UNREAD:
                raise Unavailable("source_failed", f"{self.folder}: more than {MAX_UNREAD} manifests cannot be read")

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

    def _files(self, blobs: tuple[Descriptor, ...]) -> tuple[object, ...]:
        return tuple(_file(blob_path(self.folder, blob.digest)) for blob in blobs)


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


def _file(path: Path) -> object:
    """What tells a file from an older one of the same name; None where there is none."""
    try:
        stat = os.stat(path)  # noqa: PTH116  # as cheap as it gets: asked for every unread manifest
    except FileNotFoundError:
        return None
    except OSError as error:
        return error.errno
    return stat.st_ino, stat.st_mtime_ns, stat.st_size, stat.st_mode


def _index_entries(index: Path) -> list[Descriptor]:
    try:
        document = strict.loads(read(index, MAX_INDEX), foreign=True)
        entries = document.get("manifests") if isinstance(document, dict) else None
        if not isinstance(entries, list):
            raise strict.Malformed("it has no list of manifests")
        return [oci.descriptor(one) for one in entries]
    except (SigclaimsError, strict.Malformed) as error:
        raise Unavailable("source_failed", f"{index}: {error}") from error


def _parse(data: bytes, descriptor: Descriptor) -> Manifest:
    try:
        return oci.parse(data, descriptor.media_type, descriptor.digest)
    except strict.Malformed as error:
        raise Unavailable("blob_unavailable", f"{descriptor.digest}: {error}", retryable=False) from error
