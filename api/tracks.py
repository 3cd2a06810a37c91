"""产业赛道: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import TrackSchema
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, TrackListQuerySchema
from schemas.tracks import TrackCardSchema
from services import related

namespace = Namespace("tracks", description="产业赛道 industry tracks")


@namespace.route("")
class TrackList(Resource):
    """All industry tracks."""

    @anyone
    @contract.asks(TrackListQuerySchema)
    @contract.shows(page_of(TrackCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live tracks, in the order that staff gave."""
        return lists.page(Kind.TRACKS, query)


@namespace.route("/<id_or_slug>")
class TrackDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(TrackSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.TRACKS, id_or_slug, language.current())
