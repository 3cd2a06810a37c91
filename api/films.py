"""宣传片: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import FilmSchema
from schemas.films import FilmCardSchema
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, ListQuerySchema
from services import related

namespace = Namespace("films", description="宣传片 promotional films")


@namespace.route("")
class FilmList(Resource):
    """All films."""

    @anyone
    @contract.asks(ListQuerySchema)
    @contract.shows(page_of(FilmCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live films, in the order that staff gave."""
        return lists.page(Kind.FILMS, query)


@namespace.route("/<id_or_slug>")
class FilmDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(FilmSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.FILMS, id_or_slug, language.current())
