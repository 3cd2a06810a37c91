"""A small API of its own with routes that write: what the public API does not have yet.

It is put together as the product's are: `rest.app.create`, a `RestApi`, a `Contract`.
"""

import datetime as dt
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, request
from flask_restx import Namespace, Resource
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import ServiceUnavailable

from core.errors import Conflict, RateLimited
from core.settings import Settings
from models.enums import Place
from rest import app as rest_app
from rest.access import anyone
from rest.app import RestApi
from rest.contract import Contract
from rest.idempotency import idempotent
from schemas.fields import Choice, Number, Text

TEXT_MAX = 20


class ChildSchema(Schema):
    """A part of a note."""

    name = Text(maximum=TEXT_MAX, required=True)
    made_at = fields.DateTime(dump_only=True)
    children = fields.List(fields.Nested(lambda: ChildSchema()))


class NoteSchema(Schema):
    """A note with a field of every sort."""

    id = fields.String(dump_only=True)
    title = Text(maximum=TEXT_MAX, minimum=1, required=True)
    count = Number(low=0, high=100)
    big = Number()
    place = Choice(Place)
    flag = fields.Boolean()
    ratio = fields.Float()
    day = fields.Date()
    renamed = Text(maximum=TEXT_MAX, data_key="called")
    labels = fields.List(Text(maximum=TEXT_MAX), validate=validate.Length(max=3))
    child = fields.Nested(ChildSchema, allow_none=True)


@dataclass
class Effects:
    """What requests did: the bodies that reached the view, in order."""

    seen: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    failures: list[Exception] = field(default_factory=list)
    pause_s: float = 0.0

    def happen(self, data: dict[str, Any]) -> dict[str, Any]:
        """Have an effect, or fail once for each failure that was asked for."""
        time.sleep(self.pause_s)
        with self.lock:
            if self.failures:
                raise self.failures.pop(0)
            self.seen.append(data)
            number = len(self.seen)
        child = {**(data.get("child") or {"name": "-"}), "made_at": dt.datetime.now(dt.UTC)}
        return {**data, "id": f"note-{number}", "child": child}


def actor() -> str:
    """Return who calls: here simply what the caller says."""
    return request.headers.get("X-Actor", "nobody")


def create(settings: Settings) -> tuple[Flask, Effects]:
    """Return an app with ways to write and to fail below `/scratch`, and what they did."""
    app, effects = rest_app.create(settings), Effects()
    contract, namespace = Contract(), Namespace("scratch")

    @namespace.route("/notes")
    class Notes(Resource):
        """Notes that are taken."""

        @anyone
        @contract.takes(NoteSchema)
        @contract.gives(NoteSchema, code=201)
        def post(self, data: dict[str, Any]) -> dict[str, Any]:
            """Take a note."""
            return effects.happen(data)

    @namespace.route("/kept/<where>")
    class Kept(Resource):
        """Notes that can be sent again."""

        @anyone
        @idempotent(actor)
        @contract.takes(NoteSchema)
        @contract.gives(NoteSchema, code=201)
        def post(self, data: dict[str, Any], where: str) -> dict[str, Any]:
            """Take a note once."""
            del where  # another place is another route
            return effects.happen(data)

    @namespace.route("/failing/<how>")
    class Failing(Resource):
        """Ways to fail."""

        @anyone
        @contract.gives(NoteSchema)
        def get(self, how: str) -> dict[str, Any]:
            """Fail in one of the ways that code below the edge does."""
            failures: dict[str, Exception] = {
                "bug": ZeroDivisionError("a secret in a text"),
                "conflict": Conflict("stale_revision", current=3, given=2),
                "limited": RateLimited(retry_after_s=7),
                "http": ServiceUnavailable("a secret in a text", retry_after=9),
                "recursion": RecursionError(),
                "memory": MemoryError(),
                "value": ValueError("a secret in a text"),
                "key": KeyError("a secret in a text"),
            }
            raise failures[how]

    api = RestApi(app, title="scratch", version="1", doc="/docs")
    api.add_namespace(namespace, path="/scratch")
    api.register(contract)

    @app.get("/plain/<how>")
    @anyone
    def plain(how: str) -> str:
        """Fail outside of flask-restx."""
        if how == "bug":
            raise ZeroDivisionError("a secret in a text")
        raise Conflict("stale_revision", current=3, given=2)

    return app, effects
