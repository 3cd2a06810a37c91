"""Sitemaps: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from core.errors import NotFound
from models.enums import Kind
from models.sitemaps import Sitemap
from rest.access import anyone
from schemas.queries import SitemapQuerySchema
from schemas.sitemaps import SitemapIndexSchema, SitemapSchema
from services import sitemaps

namespace = Namespace("sitemaps", description="Nightly lists of everything that is live")


@namespace.route("")
class SitemapIndex(Resource):
    """Which kinds have a sitemap."""

    @anyone
    @contract.gives(SitemapIndexSchema)
    def get(self) -> dict[str, Any]:
        """List the kinds with their number of pages."""
        return {"items": sitemaps.index()}


@namespace.route("/<kind>")
class SitemapPage(Resource):
    """One page of a kind's sitemap."""

    @anyone
    @contract.asks(SitemapQuerySchema)
    @contract.gives(SitemapSchema)
    def get(self, kind: str, query: dict[str, Any]) -> Sitemap:
        """Read a page; pages count from 1."""
        if kind not in set(Kind):
            raise NotFound
        return sitemaps.read(Kind(kind), query["page"])
