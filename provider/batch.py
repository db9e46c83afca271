"""Verifying a folder of signatures with every core: one line of result a file, and nothing that stops at a bad one.

The folder is laid out as a `files` source is: `<sha256 hex>.manifest.json`, `<sha256 hex>.<anything>.<suffix>`.
"""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from provider import oci, strict, trust
from provider.claims import Rejection
from provider.envelopes import MAX_ENVELOPE
from provider.errors import Refused
from provider.oci import Content
from provider.reading import read, read_start
from provider.source.files import media_type_of, signature_digest
from provider.trust import Trust
from provider.verify import Stored, verify

SOURCE: Final = "batch"

_CHUNK: Final = 32


class Outcome(msgspec.Struct, frozen=True):
    """What one file came to: `sound`, the reasons that invalidate it, or the code of its rejection or error."""

    file: str
    outcome: str
    detail: str


@dataclass(frozen=True, slots=True)
class _Work:
    folder: Path
    trust: Trust
    at: int


_work: _Work | None = None


def signatures(folder: Path) -> list[str]:
    """The names of the signature files of a folder, sorted; raises `Refused`."""
    try:
        found = sorted(entry.name for entry in folder.iterdir() if signature_digest(entry.name))
    except OSError as error:
        raise Refused("file_unreadable", f"{folder}: {error.strerror}") from error
    if not found:
        raise Refused("file_unreadable", f"{folder}: holds no <sha256 hex>.<anything>.<jwt|json>")
    return found


def verify_files(
    folder: Path, names: list[str], trust_folder: Path, withdrawals: Path | None, at: int
) -> Iterator[Outcome]:
    """Verify files of a folder at a moment (seconds), in their order, with a process for each core."""
    trust.load(trust_folder, withdrawals)  # what cannot be used is said here, once
    workers = min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1, len(names))
    context = multiprocessing.get_context("spawn")
    begin = (folder, trust_folder, withdrawals, at)
    with ProcessPoolExecutor(max(1, workers), context, initializer=_begin, initargs=begin) as pool:
        yield from pool.map(_outcome, names, chunksize=_CHUNK)


def _begin(folder: Path, trust_folder: Path, withdrawals: Path | None, at: int) -> None:
    global _work  # noqa: PLW0603  # what a worker process is given once
    _work = _Work(folder, trust.load(trust_folder, withdrawals), at)


def _outcome(name: str) -> Outcome:
    if _work is None:
        raise AssertionError("a worker is begun before it is given work")
    try:
        result = verify(_stored(_work.folder, name), _content(_work.folder, name), _work.trust, _work.at)
    except Refused as error:
        return Outcome(name, error.code, error.message)
    if isinstance(result, Rejection):
        return Outcome(name, result.code, result.message)
    reasons = sorted({one.reason for one in result.reasons})
    return Outcome(name, "+".join(reasons) or "sound", ", ".join(result.signature.signer.identities))


def _stored(folder: Path, name: str) -> Stored:
    data, digest = read_start(folder / name, MAX_ENVELOPE)
    return Stored(data, digest, media_type_of(name), SOURCE)


def _content(folder: Path, name: str) -> Content:
    digest = signature_digest(name)
    path = folder / f"{(digest or '').removeprefix('sha256:')}.manifest.json"
    try:
        content = oci.identify(read(path, oci.MAX_MANIFEST))
    except strict.Malformed as error:
        raise Refused("manifest_invalid", f"{path.name}: {error}") from error
    if content.digest != digest:
        raise Refused("manifest_invalid", f"{path.name}: is not the content that its name says")
    return content
