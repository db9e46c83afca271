"""The Flask application: parts are wired together here and nowhere else in the service."""

import re
import time
import uuid
from typing import Final

import msgspec
import structlog
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from provider import clock
from provider.config import Settings
from provider.errors import Refused, SigclaimsError
from provider.service import ClaimsService
from provider.source.configured import sources
from provider.trust_watch import TrustWatch
from provider.web import claims, health, log, problem

MAX_BODY: Final = 256 * 1024
REQUEST_ID: Final = "X-Request-Id"

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_HTTP_CODES: Final = {
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    415: "media_type_unsupported",
}

_log = structlog.get_logger()


def create_app(settings: Settings) -> Flask:
    """The service as the settings have it; raises `Refused` when something in them cannot be used."""
    log.configure(settings.log.level)
    watch = TrustWatch(*settings.trust_paths(), _report_trust)
    service = ClaimsService(sources(settings), watch.current, clock.now, settings.claims.max_age)
    app = Flask("provider", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.register_blueprint(claims.blueprint(service, clock.now))
    app.register_blueprint(health.blueprint(watch))
    app.before_request(_begin)
    app.after_request(_end)
    app.register_error_handler(SigclaimsError, _our_error)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _unexpected)
    return app


def _begin() -> None:
    given = request.headers.get(REQUEST_ID, "")
    g.request_id = given if _REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
    g.began = time.perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _end(response: Response) -> Response:
    response.headers[REQUEST_ID] = g.request_id
    _log.info(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        milliseconds=round((time.perf_counter() - g.began) * 1000, 2),
    )
    structlog.contextvars.clear_contextvars()
    return response


def _our_error(error: SigclaimsError) -> Response:
    return _respond(error.code, error.message)


def _http_error(error: HTTPException) -> Response:
    code = _HTTP_CODES.get(error.code or 500, "request_malformed")
    response = _respond(code, error.description or "the request was refused")
    if allow := dict(error.get_headers()).get("Allow"):
        response.headers["Allow"] = allow
    return response


def _unexpected(error: Exception) -> Response:
    _log.error("unexpected", exc_info=error)
    return _respond("internal_error", "an unexpected error; the log has it under requestId")


def _respond(code: str, detail: str) -> Response:
    body = problem.problem(code, detail, g.request_id)
    return Response(msgspec.json.encode(body), status=body["status"], content_type=problem.CONTENT_TYPE)


def _report_trust(failure: Refused | None) -> None:
    if failure:
        _log.error("trust_not_reloaded", code=failure.code, reason=failure.message)
    else:
        _log.info("trust_reloaded")
