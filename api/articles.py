"""资讯: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import ArticleSchema
from schemas.articles import ArticleCardSchema
from schemas.pages import page_of
from schemas.queries import ArticleListQuerySchema, LanguageQuerySchema
from services import related

namespace = Namespace("articles", description="资讯 news and explainers")


@namespace.route("")
class ArticleList(Resource):
    """All articles."""

    @anyone
    @contract.asks(ArticleListQuerySchema)
    @contract.shows(page_of(ArticleCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live articles, the newest first."""
        return lists.page(Kind.ARTICLES, query)


@namespace.route("/<id_or_slug>")
class ArticleDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(ArticleSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.ARTICLES, id_or_slug, language.current())
