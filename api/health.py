"""Whether the process lives, whether it can serve, and figures about it."""

import os
from typing import Any

import orjson
from flask import Blueprint, Response, current_app
from pymongo.errors import PyMongoError

from core import db, metrics
from rest.access import anyone

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@anyone
def alive() -> Response:
    """Answer 200 as long as the process lives; asks nothing of anybody."""
    return _json({"status": "ok"}, 200)


@blueprint.get("/readyz")
@anyone
def ready() -> Response:
    """Answer 200 when everything this process depends on answers, else 503 naming what is down."""
    checks = {"database": _database(), "media": _media()}
    ok = all(state == "ok" for state in checks.values())
    return _json({"status": "ok" if ok else "unavailable", "checks": checks}, 200 if ok else 503)


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
        return "down"
    return "ok"


def _media() -> str:
    folder = current_app.config["SETTINGS"].media_dir
    return "ok" if os.access(folder, os.R_OK | os.X_OK) else "down"


def _json(body: dict[str, Any], status: int) -> Response:
    response = Response(orjson.dumps(body), status, mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
