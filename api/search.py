"""Search: public routes."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from core.errors import Invalid
from rest import language, paging
from rest.access import anyone
from schemas.queries import SearchQuerySchema, SuggestQuerySchema
from schemas.search import SearchSchema, SuggestionsSchema
from services.search import query as search
from services.search.candidates import Filters

namespace = Namespace("search", description="搜索 search over everything live")


@namespace.route("")
class Search(Resource):
    """Hits for a query."""

    @anyone
    @contract.asks(SearchQuerySchema)
    @contract.shows(SearchSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Search titles and texts by words, characters, pinyin, initials and synonyms."""
        filters = Filters(query.get("kind"), query.get("track"))
        offset = _offset(query)
        hits = search.search(
            query["q"], language.current(), filters, limit=query["limit"], offset=offset
        )
        next_one = (float(hits.next_offset), query["q"]) if hits.next_offset else None
        return {
            "items": hits.items,
            "next_cursor": paging.encode(next_one),
            "total": hits.total,
            "loose": hits.loose,
            "facets": hits.facets,
        }


@namespace.route("/suggest")
class Suggest(Resource):
    """Titles while typing."""

    @anyone
    @contract.asks(SuggestQuerySchema)
    @contract.shows(SuggestionsSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Suggest titles that begin with the characters, pinyin or initials typed so far."""
        return {"items": search.suggest(query["q"], language.current())}


def _offset(query: dict[str, Any]) -> int:
    """Return where the page begins; a cursor belongs to its query."""
    position = paging.decode(query.get("cursor"))
    if position is None:
        return 0
    offset, asked = position
    if asked != query["q"]:
        raise Invalid("bad_cursor")
    return int(offset)
