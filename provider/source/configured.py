"""The sources that the settings name, ready to be asked."""

from provider.config import Settings
from provider.errors import Refused
from provider.source.files import FilesSource
from provider.source.layout import LayoutSource
from provider.source.source import Source


def sources(settings: Settings) -> tuple[Source, ...]:
    """One source for each `[[source]]`, in their order; raises `Refused` when a folder is not there."""
    made: list[Source] = []
    for one in settings.source:
        folder = settings.path(one.path)
        if not folder.is_dir():
            raise Refused("setting_invalid", f"source {one.name!r}: {folder} is no folder")
        kind = LayoutSource if one.kind == "layout" else FilesSource
        made.append(kind(one.name, folder, one.repositories))
    return tuple(made)
