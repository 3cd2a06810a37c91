"""实用手册: public routes of editions and their chapters."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import ChapterSchema, EditionSchema
from schemas.handbook import EditionCardSchema
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, ListQuerySchema
from services import handbook

namespace = Namespace("handbook", description="实用手册 the investor's handbook")


@namespace.route("")
class EditionList(Resource):
    """All editions."""

    @anyone
    @contract.asks(ListQuerySchema)
    @contract.shows(page_of(EditionCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live editions, in the order that staff gave."""
        return lists.page(Kind.HANDBOOK, query)


@namespace.route("/<edition>")
class EditionDetail(Resource):
    """One edition."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(EditionSchema)
    def get(self, edition: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read an edition, by id or slug, with its tree of chapters."""
        del query  # the language is the request's
        return handbook.read_edition(edition, language.current())


@namespace.route("/<edition>/chapters/<chapter>")
class ChapterDetail(Resource):
    """One chapter of an edition."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(ChapterSchema)
    def get(self, edition: str, chapter: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read a chapter with its neighbours and the chapters below it."""
        del query  # the language is the request's
        return handbook.read_chapter(edition, chapter, language.current())
