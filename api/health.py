"""Whether the process lives, whether it can serve, and figures about it."""

from typing import Any

import orjson
from flask import Blueprint, Response
from pymongo.errors import PyMongoError

from core import db, metrics
from media import stores
from media.errors import StoreUnavailable
from rest.access import anyone

blueprint = Blueprint("health", __name__)

OK, DOWN = "ok", "down"


@blueprint.get("/healthz")
@anyone
def alive() -> Response:
    """Answer 200 as long as the process lives; asks nothing of anybody."""
    return _json({"status": OK}, 200)


@blueprint.get("/readyz")
@anyone
def ready() -> Response:
    """Answer 503 when the database does not answer, else 200; `checks` name what is down.

    Without the media store, texts are served as ever and nobody is served better by another host:
    then the status is `degraded`.
    """
    checks = {"database": _database(), "media": _media()}
    if checks["database"] == DOWN:
        return _json({"status": "unavailable", "checks": checks}, 503)
    return _json({"status": "degraded" if DOWN in checks.values() else OK, "checks": checks}, 200)


@blueprint.get("/metrics")
@anyone
def figures() -> Response:
    """Answer Prometheus with the figures of all workers."""
    payload, content_type = metrics.exposition()
    return Response(payload, content_type=content_type)


def _database() -> str:
    try:
        db.ping()
    except PyMongoError:
        return DOWN
    return OK


def _media() -> str:
    try:
        stores.current().check()
    except StoreUnavailable:
        return DOWN
    return OK


def _json(body: dict[str, Any], status: int) -> Response:
    response = Response(orjson.dumps(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
