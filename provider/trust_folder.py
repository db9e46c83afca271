"""Changing a trust folder: what goes in is read as trust would read it first, and nothing is overwritten."""

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from provider import trust, writing
from provider.errors import Refused
from provider.reading import read


def add(folder: Path, kind: str, store: str, files: Sequence[Path]) -> tuple[Path, ...]:
    """Copy files into a store; gives the copies. Raises `Refused` when one of them is nothing that a store may hold."""
    place = _place(folder, kind, store)
    copies = {place / file.name: (read(file, trust.MAX_FILE), 0o644) for file in files}
    if len(copies) < len(files):
        raise Refused("file_exists", f"{place}: two of the files have one name")
    _fingerprints({path.relative_to(folder): data for path, (data, _) in copies.items()})
    writing.create(copies)
    return tuple(copies)


def import_notation(folder: Path, notation: Path) -> tuple[Path, ...]:
    """Copy every store of a notation trust store (a folder with `x509/`); gives the copies; raises `Refused`."""
    found = {path for kind in trust.X509_TYPES for path in (notation / "x509" / kind).glob("*/*") if path.is_file()}
    if not found:
        raise Refused("trust_invalid", f"{notation}: holds no x509/<type>/<store>/ with certificates")
    copies = {folder / path.relative_to(notation): (read(path, trust.MAX_FILE), 0o644) for path in sorted(found)}
    _fingerprints({path.relative_to(folder): data for path, (data, _) in copies.items()})
    writing.create(copies)
    return tuple(copies)


def remove(folder: Path, kind: str, store: str, fingerprint: str | None) -> tuple[Path, ...]:
    """Remove a store, or the file that holds one certificate or key of it; gives what is gone; raises `Refused`."""
    place = _place(folder, kind, store)
    if not place.is_dir():
        raise Refused("trust_invalid", f"{place}: there is no such store")
    files = sorted(path for path in place.iterdir() if path.is_file() and not path.name.startswith("."))
    gone = [_holding(files, folder, fingerprint)] if fingerprint else files
    try:
        for path in gone:
            path.unlink()
        if len(gone) == len(files):
            shutil.rmtree(place)
    except OSError as error:
        raise Refused("file_unwritable", f"{place}: {error.strerror}") from error
    return tuple(gone)


def _place(folder: Path, kind: str, store: str) -> Path:
    if not trust.is_store_name(store):
        raise Refused("trust_invalid", f"{store!r}: the name of a store has only A-Z a-z 0-9 _ . -")
    return folder / "keys" / store if kind == "keys" else folder / "x509" / kind / store


def _holding(files: Iterable[Path], folder: Path, fingerprint: str) -> Path:
    for path in files:
        held = _fingerprints({path.relative_to(folder): read(path, trust.MAX_FILE)})
        if held == [fingerprint]:
            return path
        if fingerprint in held:
            raise Refused("trust_invalid", f"{path}: holds {len(held)} certificates or keys; take that one out by hand")
    raise Refused("trust_invalid", f"no file of the store holds {fingerprint}")


def _fingerprints(files: dict[Path, bytes]) -> list[str]:
    """Of what the files hold, read as the trust folder that they would be part of; raises `Refused`."""
    with tempfile.TemporaryDirectory() as scratch:
        for path, data in files.items():
            (Path(scratch) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(scratch) / path).write_bytes(data)
        try:
            trusted = trust.load(Path(scratch))
        except Refused as error:
            raise Refused(error.code, error.message.replace(f"{scratch}/", "")) from error
    return [store.fingerprint for store, _ in trusted.anchors] + [one.anchor.fingerprint for one in trusted.key_entries]
