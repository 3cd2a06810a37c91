"""Sitemaps: public routes."""

import datetime as dt
from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from core.errors import NotFound
from models.enums import Kind
from rest.access import anyone
from schemas.queries import LanguageQuerySchema, SitemapQuerySchema
from schemas.sitemaps import SitemapIndexSchema, SitemapSchema
from services import sitemaps

namespace = Namespace("sitemaps", description="Nightly lists of everything that is live")


def _made(page: dict[str, Any]) -> dt.datetime:
    """Return when a sitemap was made, to the second that dates in headers have."""
    return dt.datetime.fromisoformat(page["generated_at"]).replace(microsecond=0)


def _changed(page: dict[str, Any], content: dt.datetime) -> dt.datetime:
    """Return when a sitemap was made, or what is live of it changed: whichever is later."""
    return max(_made(page), content)


def _last_made(index: dict[str, Any], _content: dt.datetime) -> dt.datetime | None:
    return max(map(_made, index["items"]), default=None)


@namespace.route("")
class SitemapIndex(Resource):
    """Which kinds have a sitemap."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(SitemapIndexSchema, changed=_last_made)
    def get(self, query: dict[str, Any]) -> Any:
        """List the kinds with their number of pages."""
        del query  # nothing here is in a language but the failures
        return SitemapIndexSchema().dump({"items": sitemaps.index()})


@namespace.route("/<kind>")
class SitemapPage(Resource):
    """One page of a kind's sitemap."""

    @anyone
    @contract.asks(SitemapQuerySchema)
    @contract.shows(SitemapSchema, changed=_changed)
    def get(self, kind: str, query: dict[str, Any]) -> Any:
        """Read a page; pages count from 1."""
        if kind not in set(Kind):
            raise NotFound
        return SitemapSchema().dump(sitemaps.read(Kind(kind), query["page"]))
