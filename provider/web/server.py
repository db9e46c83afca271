"""Running the application on granian: workers, graceful stop, and a check of the settings before any of it."""

import os
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from provider import config
from provider.errors import Refused
from provider.web import log
from provider.web.app import create_app

_log = structlog.get_logger()


def serve(file: Path | None) -> None:
    """Serve until told to stop (SIGTERM, SIGINT); raises `Refused` before the first socket is opened."""
    settings = config.load(file, os.environ)
    host, port = config.listen_address(settings.http.listen)
    _check_free(host, port)
    create_app(settings)  # what cannot be used is said here, in one line, and not by every worker
    _log.info("serving", listen=settings.http.listen, sources=[source.name for source in settings.source])
    Server(
        "provider.web.app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.http.workers,
        blocking_threads=settings.http.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        log_level=LogLevels.info,
        log_dictconfig=log.server_logging(settings.log.level),
        websockets=False,
    ).serve(target_loader=partial(_load, file), wrap_loader=False)


def _check_free(host: str, port: int) -> None:
    """Workers share the port between them, and would share it with another program without a word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused("address_in_use", f"http.listen: {host}:{port}: {error.strerror}") from error


def _load(file: Path | None) -> Callable[..., Any]:
    return create_app(config.load(file, os.environ))
