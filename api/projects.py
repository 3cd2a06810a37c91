"""项目卡片: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.enums import Kind
from rest import language, lists
from rest.access import anyone
from schemas.answers import ProjectSchema
from schemas.pages import page_of
from schemas.projects import ProjectCardSchema
from schemas.queries import LanguageQuerySchema, ProjectListQuerySchema
from services import related

namespace = Namespace("projects", description="项目卡片 project cards")


@namespace.route("")
class ProjectList(Resource):
    """All project cards."""

    @anyone
    @contract.asks(ProjectListQuerySchema)
    @contract.shows(page_of(ProjectCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List live project cards, in the order that staff gave."""
        return lists.page(Kind.PROJECTS, query)


@namespace.route("/<id_or_slug>")
class ProjectDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(ProjectSchema)
    def get(self, id_or_slug: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one, by id or slug, with what is related."""
        del query  # the language is the request's
        return related.read(Kind.PROJECTS, id_or_slug, language.current())
