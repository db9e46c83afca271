"""Starting the real service for a test, and asking it."""

import http.client
import json
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

SIGCLAIMS = Path(sys.executable).parent / "sigclaims"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401
        return json.loads(self.body)


@dataclass(frozen=True)
class Service:
    """A running service: where it listens, and where its log goes."""

    host: str
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=30)
        try:
            data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            given = {name.replace("_", "-"): value for name, value in headers.items()}
            if data is not None:
                given = {"Content-Type": "application/json", **given}
            connection.request(method, path, data, given)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def claims(self, image: str) -> Answer:
        return self.ask("GET", f"/v1/claims?image={quote(image, safe='')}")


@contextmanager
def serving(config: Path) -> Iterator[Service]:
    host, _, port = tomllib.loads(config.read_text())["http"]["listen"].rpartition(":")
    log = config.parent / "test-serve.log"
    with log.open("wb") as file, subprocess.Popen([SIGCLAIMS, "serve", "--config", config], stderr=file) as process:
        service = Service(host, int(port), log)
        try:
            _wait(process, service)
            yield service
        finally:
            process.terminate()
            process.wait(30)


def _wait(process: subprocess.Popen[bytes], service: Service) -> None:
    for _ in range(300):
        assert process.poll() is None, service.log.read_text()
        try:
            if service.ask("GET", "/readyz").status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(service.log.read_text())
