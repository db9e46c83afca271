"""Settings: `sigclaims.toml`, with `SIGCLAIMS_<SECTION>__<KEY>` in the environment above it.

There is no policy setting among them, and there never is to be one: what counts as enough is for Rego. A name that
does not exist stops the start with the nearest one that does, for a mistyped setting would silently not hold.
"""

import difflib
import ipaddress
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec

from provider import reference
from provider.errors import Refused
from provider.reading import read

DEFAULT_FILE: Final = "sigclaims.toml"
PREFIX: Final = "SIGCLAIMS_"

_LISTEN: Final = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[^:]+):(?P<port>[0-9]{1,5})")
_SOURCE_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_MAX_BYTES: Final = 1024 * 1024


def _about(text: str, **limits: Any) -> msgspec.Meta:  # noqa: ANN401  # the limits are those of msgspec.Meta
    return msgspec.Meta(description=text, **limits)


class Http(msgspec.Struct, frozen=True):
    """The listener for `http.send`, people and probes."""

    listen: Annotated[str, _about("Address and port to listen on; loopback only, for there is no TLS yet.")] = (
        "127.0.0.1:8181"
    )
    workers: Annotated[int, _about("Worker processes.", ge=1, le=64)] = 2
    threads: Annotated[int, _about("Requests that one worker serves at a time.", ge=1, le=256)] = 4


class Claims(msgspec.Struct, frozen=True):
    """The documents."""

    max_age: Annotated[
        int, _about("Seconds after which a document is made anew even where no fact in it has a date.", ge=1, le=604800)
    ] = 3600


class Trust(msgspec.Struct, frozen=True):
    """Who is trusted, and what is withdrawn."""

    folder: Annotated[str, _about("The trust folder, with x509/ and keys/ in it.")] = "trust"
    withdrawals: Annotated[str | None, _about("The withdrawals file; none where this is not set.")] = None


class Log(msgspec.Struct, frozen=True):
    """The service's log: a JSON object a line, on standard error."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], _about("The least severe lines that are written.")
    ] = "info"


class Source(msgspec.Struct, frozen=True):
    """A place where images and signatures are, one table for each."""

    name: Annotated[str, _about("What documents call it.", pattern=r"^[A-Za-z0-9_.-]+$", max_length=64)]
    kind: Annotated[
        Literal["layout", "files"], _about("layout: an OCI image layout. files: manifests and signature files.")
    ]
    path: Annotated[str, _about("The folder.")]
    repositories: Annotated[
        tuple[str, ...], _about("What it may be asked for, each as registry/repository.", min_length=1)
    ]


class Settings(msgspec.Struct, frozen=True):
    """Every setting. Paths are relative to the folder of the settings file."""

    http: Http = Http()
    claims: Claims = Claims()
    trust: Trust = Trust()
    log: Log = Log()
    source: tuple[Source, ...] = ()
    folder: Path = Path()

    def path(self, text: str) -> Path:
        """A path out of the settings."""
        return self.folder / text

    def trust_paths(self) -> tuple[Path, Path | None]:
        """The trust folder, and the withdrawals file where there is one."""
        withdrawals = self.trust.withdrawals
        return self.path(self.trust.folder), self.path(withdrawals) if withdrawals else None


SECTIONS: Final[Mapping[str, type[msgspec.Struct]]] = {
    "http": Http,
    "claims": Claims,
    "trust": Trust,
    "log": Log,
    "source": Source,
}
"""The tables of the file; `[[source]]` may stand several times and is not overridden by the environment."""


@dataclass(frozen=True, slots=True)
class Effective:
    """Settings, and where each that is not a default comes from (`section.key` to a file or a variable)."""

    settings: Settings
    origins: Mapping[str, str]


def load(file: Path | None, environment: Mapping[str, str]) -> Settings:
    """The settings of a file (None: `./sigclaims.toml` where there is one) and the environment; raises `Refused`."""
    return effective(file, environment).settings


def effective(file: Path | None, environment: Mapping[str, str]) -> Effective:
    """The settings as `load` gives them, and where they come from; raises `Refused`."""
    path = file or Path(DEFAULT_FILE)
    tables = _tables(path) if file or path.exists() else {}
    where = str(path)
    _check_names(tables, where)
    origins = {f"{section}.{key}": where for section, table in tables.items() for key in _keys(table)}
    for variable, value in environment.items():
        section, separator, key = variable.removeprefix(PREFIX).lower().partition("__")
        # Without the two underscores it is not ours: Kubernetes sets SIGCLAIMS_SERVICE_HOST beside a service's pods.
        if variable.startswith(PREFIX) and separator:
            _check_names({section: {key: value}}, f"the environment's {variable}")
            if not value.isprintable():
                raise Refused("setting_invalid", f"the environment's {variable}: {value!r} is no text")
            if section == "source":
                raise Refused("setting_invalid", f"{variable}: sources are set in the file alone")
            table = tables.setdefault(section, {})
            if not isinstance(table, dict):
                raise Refused("setting_invalid", f"{where}: [{section}] is no table")
            table[key] = value
            origins[f"{section}.{key}"] = variable
    try:
        settings = msgspec.convert(tables, Settings, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        raise Refused("setting_invalid", f"{where}: {_readable(str(error))}") from error
    _check_sources(settings, where)
    return Effective(msgspec.structs.replace(settings, folder=path.parent), origins)


def _keys(table: object) -> Iterator[str]:
    for entry in table if isinstance(table, list) else [table]:
        yield from entry if isinstance(entry, dict) else ()


def listen_address(text: str) -> tuple[str, int]:
    """Host and port of the `http.listen` setting; raises `Refused`, also for what is beyond loopback."""
    match = _LISTEN.fullmatch(text)
    if match is None or not 0 < int(match["port"]) < 2**16:
        raise Refused("setting_invalid", f"http.listen: {text!r} is not address:port")
    host = match["host"].strip("[]")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError as error:
        raise Refused("setting_invalid", f"http.listen: {host!r} is no IP address") from error
    if not loopback:
        raise Refused("bind_refused", f"http.listen: {text} is not a loopback address")
    return "127.0.0.1" if host == "localhost" else host, int(match["port"])


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read(path, _MAX_BYTES).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused("setting_invalid", f"{path}: {error}") from error


def _check_names(tables: Mapping[str, Any], where: str) -> None:
    for section, content in tables.items():
        if section not in SECTIONS:
            raise _unknown(f"[{section}]", where, [f"[{name}]" for name in SECTIONS])
        known = [field.encode_name for field in msgspec.structs.fields(SECTIONS[section])]
        for key in _keys(content):
            if key not in known:
                raise _unknown(f"{section}.{key}", where, [f"{section}.{name}" for name in known])


def _unknown(name: str, where: str, known: list[str]) -> Refused:
    nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)
    return Refused("setting_unknown", f"{where}: there is no setting {name!r}; the nearest is {nearest[0]!r}")


def _check_sources(settings: Settings, where: str) -> None:
    names = [source.name for source in settings.source]
    for name in names:
        if names.count(name) > 1:
            raise Refused("setting_invalid", f"{where}: two sources are called {name!r}")
    for source in settings.source:
        if not _SOURCE_NAME.fullmatch(source.name):
            raise Refused("setting_invalid", f"{where}: source.name: {source.name!r} has more than A-Z a-z 0-9 _ . -")
        for repository in source.repositories:
            if not can_be_asked_for(repository):
                why = f"{where}: source {source.name!r}: {repository!r} is no registry/repository that a name can have"
                raise Refused("setting_invalid", why)


def can_be_asked_for(repository: str) -> bool:
    """Whether names are normalised to it: `nginx` is docker.io/library/nginx, and nothing else is."""
    try:
        return reference.is_repository(repository) and reference.normalise(f"{repository}:tag").name == repository
    except Refused:
        return False


def _readable(message: str) -> str:
    """Msgspec's place (` - at `$.http.workers``) as the setting's name in front."""
    what, _, place = message.partition(" - at `$.")
    return f"{place.rstrip('`')}: {what}" if place else what
