"""What several commands are given: a moment, a manifest, the settings."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from provider import clock, config, envelopes, instant, oci, trust
from provider.errors import Refused
from provider.oci import Content
from provider.reading import read
from provider.service import ClaimsService
from provider.source.configured import sources
from provider.strict import Malformed

_F = TypeVar("_F", bound=Callable[..., Any])


def config_option(command: _F) -> _F:
    """`--config`."""
    return click.option(
        "--config", "file", type=Path, metavar="FILE", help="The settings; ./sigclaims.toml if not given."
    )(command)


def moment(at: str | None) -> int:
    """The moment of an `--at` option, now where there is none; raises `Refused`."""
    if at is None:
        return clock.now()
    try:
        return instant.parse(at)
    except ValueError as error:
        raise Refused("time_invalid", f"--at: {error}") from error


def known_media_type(media_type: str | None) -> None:
    """Refuse a media type that no signature format has."""
    if media_type is not None and media_type not in envelopes.media_types():
        known = ", ".join(sorted(envelopes.media_types()))
        raise Refused("media_type_unknown", f"--media-type {media_type}: none of {known}")


def manifest(path: Path, media_type: str | None) -> Content:
    """A manifest file, under the media type that is given, else its own; raises `Refused`."""
    try:
        content = oci.identify(read(path, oci.MAX_MANIFEST), media_type)
    except Malformed as error:
        raise Refused("manifest_invalid", f"{path}: {error}") from error
    if media_type is None and content.declared is None:
        raise Refused("media_type_unknown", f"{path}: has no mediaType of its own; pass --manifest-media-type")
    return content


def configured_service(file: Path | None, at: int) -> ClaimsService:
    """The service of the settings, with its clock stopped at a moment; raises `Refused`."""
    settings = config.load(file, os.environ)
    trusted = trust.load(*settings.trust_paths())
    return ClaimsService(sources(settings), lambda: trusted, lambda: at, settings.claims.max_age)
