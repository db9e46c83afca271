"""Tiny images in an OCI image layout, for the demonstration alone: real tools (crane, skopeo) write real ones."""

import hashlib
import json
from pathlib import Path
from typing import Any

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
REF_NAME = "org.opencontainers.image.ref.name"

Descriptor = dict[str, Any]


class Layout:
    """A layout that is being written. Every method gives the descriptor of what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "blobs" / "sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
        (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}))

    def image(self, content: str, platform: Descriptor | None = None) -> Descriptor:
        """An image of one layer. The layer is not even a tar file: nobody unpacks it here."""
        layer = self._blob("application/vnd.oci.image.layer.v1.tar", content.encode())
        architecture = {"os": "linux", "architecture": "amd64"} | (platform or {})
        config = self._json("application/vnd.oci.image.config.v1+json", {**architecture, "config": {}})
        body = {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": [layer]}
        return self._json(MANIFEST, body) | ({"platform": platform} if platform else {})

    def index(self, manifests: list[Descriptor]) -> Descriptor:
        """An index over images of several platforms."""
        return self._json(INDEX, {"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests})

    def tag(self, descriptor: Descriptor, name: str) -> str:
        """Give an image a name; gives that name by digest, as a cluster should ask for it."""
        entry = {key: value for key, value in descriptor.items() if key != "platform"}
        self._edit(lambda entries: [*entries, {**entry, "annotations": {REF_NAME: name}}])
        return f"{name.rpartition(':')[0]}@{descriptor['digest']}"

    def delete(self, digest: str) -> None:
        """Remove a manifest from the index, as anybody can who may write to a registry."""
        self._edit(lambda entries: [entry for entry in entries if entry["digest"] != digest])

    def _edit(self, change: Any) -> None:  # noqa: ANN401  # from list to list
        path = self.folder / "index.json"
        index = json.loads(path.read_text())
        path.write_text(json.dumps({**index, "manifests": change(index["manifests"])}))

    def _json(self, media_type: str, body: dict[str, Any]) -> Descriptor:
        return self._blob(media_type, json.dumps(body).encode())

    def _blob(self, media_type: str, data: bytes) -> Descriptor:
        encoded = hashlib.sha256(data).hexdigest()
        (self.folder / "blobs" / "sha256" / encoded).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{encoded}", "size": len(data)}
