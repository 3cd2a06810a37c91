"""Codes to scan, links, posters, and what came by them."""

from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from admin.contract import contract
from models.scenes import Scene
from rest import paging
from rest.access import current_actor, staff
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema
from schemas.scenes import (
    CodeCardSchema,
    CodeCreateSchema,
    CodeFiguresQuerySchema,
    CodeFiguresSchema,
    CodeImageQuerySchema,
    CodeLinksSchema,
    CodeListQuerySchema,
    CodeWaysSchema,
)
from services import posters, scenes

namespace = Namespace("codes", description="小程序码 codes to scan")
PNG, JPEG = "image/png", "image/jpeg"
PNG_HEAD = b"\x89PNG"


@namespace.route("")
class CodeList(Resource):
    """All codes."""

    @staff("codes", "read")
    @contract.asks(CodeListQuerySchema)
    @contract.gives(page_of(CodeCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List codes, the newest first."""
        actor, filters = current_actor(), {name: query.get(name) for name in ("place", "channel")}
        return paging.by_time(
            query,
            lambda limit, after: scenes.listing(actor, **filters, limit=limit, after=after),
            "created_at",
        )

    @staff("codes", "write")
    @contract.takes(CodeCreateSchema)
    @contract.gives(CodeCardSchema)
    def post(self, data: dict[str, Any]) -> Scene:
        """Make the code of a place and a channel, or find the one that there is."""
        return scenes.create(current_actor(), **data)


@namespace.route("/figures")
class CodeFigures(Resource):
    """Scans and bookings."""

    @staff("codes", "read")
    @contract.asks(CodeFiguresQuerySchema)
    @contract.gives(CodeFiguresSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read scans, and bookings that came by them, by day and code."""
        first, last, channel = query["first"], query["last"], query.get("channel")
        return {"items": scenes.figures(current_actor(), first, last, channel=channel)}


@namespace.route("/<scene>")
class CodeDetail(Resource):
    """One code."""

    @staff("codes", "read")
    @contract.gives(CodeCardSchema)
    def get(self, scene: str) -> Scene:
        """Read a code."""
        return scenes.get(current_actor(), scene)


@namespace.route("/<scene>/image")
class CodeImage(Resource):
    """Its picture."""

    @staff("codes", "read")
    @namespace.doc(  # type: ignore[untyped-decorator]
        responses={200: "PNG or JPEG"}, produces=[PNG, JPEG]
    )
    @contract.asks(CodeImageQuerySchema)
    def get(self, scene: str, query: dict[str, Any]) -> Response:
        """Read the code as WeChat draws it."""
        drawn = scenes.code(current_actor(), scene, query["width"])
        return Response(drawn, mimetype=PNG if drawn.startswith(PNG_HEAD) else JPEG)


@namespace.route("/<scene>/poster")
class CodePoster(Resource):
    """Its poster."""

    @staff("codes", "read")
    @namespace.doc(  # type: ignore[untyped-decorator]
        responses={200: "JPEG, 1080 by 1620 pixels"}, produces=[JPEG]
    )
    @contract.asks(LanguageQuerySchema)
    def get(self, scene: str, query: dict[str, Any]) -> Response:
        """Read a poster with the title and the code, for phones; it takes a second or two."""
        del query  # for the language of failures
        return Response(posters.draw(current_actor(), scene), mimetype=JPEG)


@namespace.route("/<scene>/links")
class CodeLinks(Resource):
    """Links."""

    @staff("codes", "write")
    @contract.takes(CodeLinksSchema)
    @contract.gives(CodeWaysSchema)
    def post(self, scene: str, data: dict[str, Any]) -> scenes.Ways:
        """Make a link for browsers and one for apps; they count like the code."""
        return scenes.ways(current_actor(), scene, data["days"])
