"""The service's log: one JSON object a line on standard error, with the request's id where there is one."""

import logging
import sys
from typing import Any, Final

import structlog

_SHARED: Final[tuple[Any, ...]] = (
    structlog.contextvars.merge_contextvars,
    structlog.processors.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
)


class JsonFormatter(structlog.stdlib.ProcessorFormatter):
    """Writes the lines of libraries that log by `logging` (the server's own) as ours are written."""

    def __init__(self, *_args: object, **_kwargs: object) -> None:
        super().__init__(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
            foreign_pre_chain=list(_SHARED),
        )


def configure(level: str) -> None:
    """Set the log up for this process; `level` as in the settings."""
    structlog.configure(
        processors=[*_SHARED, structlog.processors.format_exc_info, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )


def server_logging(level: str) -> dict[str, Any]:
    """The `logging` configuration that the server hands to its workers."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "provider.web.log.JsonFormatter"}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"},
        },
        "loggers": {"_granian": {"handlers": ["console"], "level": level.upper(), "propagate": False}},
    }
