"""`/healthz`: the process answers. `/readyz`: what it needs to verify can be used."""

from flask import Blueprint, Response

from provider.errors import Unavailable
from provider.trust_watch import TrustWatch


def blueprint(watch: TrustWatch) -> Blueprint:
    """The routes, which take no token and name no secret."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def healthz() -> Response:
        return Response('{"status":"alive"}', content_type="application/json")

    @routes.get("/readyz")
    def readyz() -> Response:
        watch.current()
        if watch.failure:
            raise Unavailable("trust_unusable", watch.failure.message)
        return Response('{"status":"ready"}', content_type="application/json")

    return routes
