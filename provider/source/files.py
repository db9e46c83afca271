"""A folder of manifests and signature files as a source: for what is kept beside a build, or was sent by other means.

    <sha256 hex>.manifest.json             the manifest with that digest, byte for byte
    <sha256 hex>.<anything>.<suffix>       an envelope over it; the suffix (jwt, json, jws, cose) tells its media type

There are no tags in a folder: images are asked for by digest.
"""

import re
from pathlib import Path
from typing import Final

from provider import digest as digests
from provider import envelopes, oci, strict
from provider.claims import SourceKind
from provider.errors import Refused, Unavailable
from provider.oci import Manifest
from provider.reading import exists, read
from provider.reference import Reference
from provider.source.source import Found, collect, stored_file

_SIGNATURE: Final = re.compile(r"(?P<hex>[0-9a-f]{64})\.(?P<rest>.+\.(?:jwt|json|jws|cose))")


class FilesSource:
    """A folder on disk, and the repositories that it is configured to hold."""

    kind: SourceKind = "files"

    def __init__(self, name: str, folder: Path, repositories: tuple[str, ...]) -> None:
        self.name = name
        self.folder = folder
        self.repositories = repositories

    def serves(self, repository: str) -> bool:
        return repository in self.repositories

    def fetch(self, reference: Reference) -> Manifest | None:
        if not self.folder.is_dir():
            raise Unavailable("source_failed", f"{self.folder}: no such folder")
        algorithm, _, encoded = (reference.digest or "").partition(":")
        path = self.folder / f"{encoded}.manifest.json"
        try:
            if algorithm != "sha256" or not exists(path):
                return None
            data = read(path, oci.MAX_MANIFEST)
            if not digests.matches(f"sha256:{encoded}", data):
                raise strict.Malformed("is not the content that its name says")
            return oci.parse(data, digest=reference.digest)
        except (Refused, strict.Malformed) as error:
            raise Unavailable("blob_unavailable", f"{path}: {error}") from error

    def signatures(self, _repository: str, digest: str, /) -> Found:
        names = [name for name in self._listing() if signature_digest(name) == digest]
        return collect(self.name, names, lambda name: stored_file(self.folder / name, media_type_of(name), self.name))

    def _listing(self) -> list[str]:
        try:
            return sorted(entry.name for entry in self.folder.iterdir())
        except OSError as error:
            raise Unavailable("source_failed", f"{self.folder}: {error.strerror}") from error


def signature_digest(name: str) -> str | None:
    """The digest of the manifest that a file is a signature over, by its name; None for every other file."""
    match = _SIGNATURE.fullmatch(name)
    return f"sha256:{match['hex']}" if match and match["rest"] != "manifest.json" else None


def media_type_of(name: str) -> str | None:
    """The media type that a suffix stands for; None, so that the bytes decide, for those of formats not read."""
    suffix = name.rpartition(".")[2]
    return next((row.media_types[0] for row in envelopes.FORMATS if suffix in row.suffixes), None)
