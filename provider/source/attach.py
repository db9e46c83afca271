"""Putting a signature beside its image in an OCI image layout, so that a referrers search finds it.

The usual form is the one of OCI 1.1 for nv2: an image manifest without layers whose config is the envelope and whose
`subject` is the signed manifest. The forms of the prototype are written too, for what still reads those. Blobs are
written first and index.json last, in one step, so a reader never meets a link to what is not there.
"""

import json
from pathlib import Path
from typing import Any, Final, Literal, cast

from provider import envelopes, oci, strict
from provider.digest import sha256
from provider.errors import Refused, Rejected, Unavailable
from provider.oci import Content
from provider.reading import read
from provider.source.layout import MAX_INDEX, LayoutSource, blob_path
from provider.writing import locked, replace

_MAX_MARKER: Final = 4096

ARTIFACT_TYPE: Final = "application/vnd.cncf.notary.v2"


Storage = Literal["referrer", "config", "index", "artifact"]
"""referrer: an image manifest with config and `subject`. config: the same without `subject`. index: an OCI index with
the envelope as config and the image as its manifest. artifact: an OCI artifact manifest with `subject`."""


def attach(layout: Path, envelope: bytes, storage: Storage = "referrer") -> str:
    """Store an envelope in a layout; gives the digest of the manifest that now refers to the image.

    Attaching the same envelope twice changes nothing. Raises `Refused`: layout_invalid, or sign_refused when the
    envelope is none or the layout does not hold what it signs.
    """
    try:
        form = envelopes.recognise(envelope, None)
        signed = form.parse(envelope).statement.digest
    except Rejected as rejection:
        raise Refused("sign_refused", f"this is no signature: {rejection.message}") from rejection
    _check_layout(layout)
    with locked(layout):
        described = {"mediaType": form.media_types[0], "digest": sha256(envelope), "size": len(envelope)}
        body = _body(_subject(layout, signed), described, storage)
        manifest = _compact(body)
        for data in (envelope, manifest):
            path = blob_path(layout, sha256(data))
            if not _holds(path, data):
                path.parent.mkdir(parents=True, exist_ok=True)
                replace(path, data)
        _list(layout, manifest, body)
    return sha256(manifest)


def _holds(path: Path, data: bytes) -> bool:
    """Whether a blob is in its place already, and not only something that has its name."""
    try:
        return read(path, len(data)) == data
    except Refused:
        return False


def _subject(layout: Path, digest: str) -> Content:
    try:
        manifest = LayoutSource("layout", layout, ()).manifest(digest)
    except Unavailable as error:
        raise Refused("layout_invalid", error.message) from error
    if manifest is None:
        raise Refused("sign_refused", f"{layout}: does not hold {digest}, which the signature is over")
    return manifest.content


def _body(subject: Content, envelope: dict[str, Any], storage: Storage) -> dict[str, Any]:
    signed = {"mediaType": subject.media_type, "digest": subject.digest, "size": subject.size}
    image = {"schemaVersion": 2, "mediaType": oci.IMAGE_MANIFEST, "config": envelope, "layers": []}
    match storage:
        case "referrer":
            return {**image, "artifactType": ARTIFACT_TYPE, "subject": signed}
        case "config":
            return image
        case "index":
            return {"schemaVersion": 2, "mediaType": oci.IMAGE_INDEX, "config": envelope, "manifests": [signed]}
        case "artifact":
            artifact = {"mediaType": oci.ARTIFACT_MANIFEST, "artifactType": ARTIFACT_TYPE}
            return {**artifact, "blobs": [envelope], "subject": signed}


def _list(layout: Path, manifest: bytes, body: dict[str, Any]) -> None:
    path = layout / "index.json"
    try:
        index = strict.loads(read(path, MAX_INDEX), foreign=True)
        entries = cast("dict[str, Any]", index)["manifests"]
        if any(entry["digest"] == sha256(manifest) for entry in entries):
            return
        entry = {"mediaType": body["mediaType"], "digest": sha256(manifest), "size": len(manifest)}
        entries.append({**entry, **({"artifactType": ARTIFACT_TYPE} if "artifactType" in body else {})})
    except (strict.Malformed, KeyError, TypeError, AttributeError) as error:
        raise Refused("layout_invalid", f"{path}: is no index of an image layout") from error
    replace(path, _compact(cast("dict[str, Any]", index)))


def _check_layout(layout: Path) -> None:
    try:
        read(layout / "oci-layout", _MAX_MARKER)
    except Refused as error:
        raise Refused("layout_invalid", f"{layout}: is no OCI image layout ({error})") from error


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
