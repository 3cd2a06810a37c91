"""答疑解惑: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import FaqSchema
from schemas.faqs import FaqCardSchema
from schemas.pages import page_of
from schemas.queries import FaqListQuerySchema, LanguageQuerySchema
from services import related

namespace = Namespace("faqs", description="答疑解惑 questions and answers")


@namespace.route("")
class FaqList(Resource):
    """All questions."""

    @anyone
    @contract.asks(FaqListQuerySchema)
    @contract.shows(page_of(FaqCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live questions, in the order that staff gave."""
        return lists.page(Kind.FAQS, query)


@namespace.route("/<id_or_slug>")
class FaqDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(FaqSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.FAQS, id_or_slug, language.current())
