"""Images that a real tool made: crane appends layers, pushes to its own registry, and pulls OCI image layouts."""

import json
import shutil
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

REF_NAME = "org.opencontainers.image.ref.name"


@dataclass(frozen=True)
class Images:
    """Layouts as crane wrote them. `repository` is what the references in their indexes are of."""

    folder: Path
    repository: str

    def copy(self, name: str, to: Path) -> dict[str, Any]:
        """Copy one layout (image, other, index); gives the descriptor of what is in it."""
        shutil.copytree(self.folder / name, to)
        return entries(to)[0]


def entries(layout: Path) -> list[dict[str, Any]]:
    """The manifests that a layout's index.json lists."""
    listed: list[dict[str, Any]] = json.loads((layout / "index.json").read_text())["manifests"]
    return listed


def list_again(layout: Path, descriptor: dict[str, Any], name: str) -> None:
    """Give something in a layout another name, as `skopeo copy` within a layout does."""
    index = json.loads((layout / "index.json").read_text())
    index["manifests"].append({**descriptor, "annotations": {REF_NAME: name}})
    (layout / "index.json").write_text(json.dumps(index))


def make(crane: str, folder: Path) -> Images:
    """An image, another one, and an index of two platforms, each in a layout."""
    with registry(crane) as host:
        repository = f"{host}/net-monitor"

        def run(*arguments: str) -> None:
            subprocess.run([crane, *arguments], check=True, capture_output=True, cwd=folder)

        for tag, platform in (("v1", "linux/amd64"), ("v2", "linux/amd64"), ("arm", "linux/arm64")):
            _layer(folder / f"{tag}.tar", tag)
            run("append", "--oci-empty-base", "-f", f"{tag}.tar", "-t", f"{repository}:{tag}")
            run("mutate", "--set-platform", platform, "-t", f"{repository}:{tag}", f"{repository}:{tag}")
        run("index", "append", "-m", f"{repository}:v1", "-m", f"{repository}:arm", "-t", f"{repository}:multi")
        for layout, tag in (("image", "v1"), ("other", "v2"), ("index", "multi")):
            run("pull", "--format=oci", "--annotate-ref", f"{repository}:{tag}", layout)
    return Images(folder, repository)


def _layer(path: Path, content: str) -> None:
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo("net-monitor")
        member.size = len(content)
        tar.addfile(member, BytesIO(content.encode()))


@contextmanager
def registry(crane: str) -> Iterator[str]:
    """Crane's own registry, in memory; gives its host and port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host = f"127.0.0.1:{probe.getsockname()[1]}"
    with subprocess.Popen([crane, "registry", "serve", "--address", host], stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", int(host.rpartition(":")[2])), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            yield host
        finally:
            process.kill()
