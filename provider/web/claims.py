"""`GET` and `POST /v1/claims`: documents over HTTP, for OPA's `http.send` and for people.

An image without signatures is an answer (200), never a 404: OPA caches those. A request for many images is answered
whole, and the ones that failed carry a problem each.
"""

from collections.abc import Callable
from typing import Annotated, Any, Final

import msgspec
from flask import Blueprint, Response, g, request

from provider import instant, strict
from provider.claims import Document
from provider.errors import Refused, SigclaimsError
from provider.service import ClaimsService
from provider.web import problem

MAX_IMAGES: Final = 100
MAX_CACHE_SECONDS: Final = 60


class ClaimsRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a POST."""

    images: Annotated[list[str], msgspec.Meta(min_length=1, max_length=MAX_IMAGES)]


def blueprint(service: ClaimsService, now: Callable[[], int]) -> Blueprint:
    """The routes; `now` dates what caches are told."""
    routes = Blueprint("claims", __name__)

    @routes.get("/v1/claims")
    def one() -> Response:
        images = request.args.getlist("image")
        if len(images) != 1 or set(request.args) != {"image"}:
            raise Refused("request_malformed", "the query must be image=… and nothing else, once")
        document = service.document(images[0])
        response = Response(msgspec.json.encode(document), content_type="application/json")
        response.set_etag(f"{document.id}.{document.valid_until}")
        response.headers["Cache-Control"] = f"max-age={_cacheable(document, now())}"
        response.make_conditional(request)
        return response

    @routes.post("/v1/claims")
    def many() -> Response:
        if request.mimetype != "application/json":
            raise Refused("media_type_unsupported", f"the body is {request.mimetype or 'of no type'!r}")
        try:
            strict.loads(request.get_data())
            asked = msgspec.json.decode(request.get_data(), type=ClaimsRequest)
        except (strict.Malformed, msgspec.DecodeError) as error:
            raise Refused("request_malformed", f'the body is not {{"images": […]}}: {error}') from error
        results = [_result(service, image) for image in asked.images]
        return Response(msgspec.json.encode({"results": results}), content_type="application/json")

    return routes


def _result(service: ClaimsService, image: str) -> dict[str, Any]:
    try:
        return {"image": image, "claims": service.document(image)}
    except SigclaimsError as error:
        return {"image": image, "problem": problem.of(error, g.request_id)}


def _cacheable(document: Document, at: int) -> int:
    """Seconds for which a cache may keep the document: never past validUntil."""
    return max(0, min(MAX_CACHE_SECONDS, instant.parse(document.valid_until) - at))
