"""Search: public routes."""

import hashlib
from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from core.errors import Invalid
from rest import language, paging, serving
from rest.access import anyone
from schemas.queries import SearchQuerySchema, SuggestQuerySchema
from schemas.search import SearchSchema, SuggestionsSchema
from services.search import lexicon, suggestions
from services.search import query as search
from services.search.asked import Filters

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
            query["q"],
            language.current(),
            filters,
            serving.kept(lexicon.load),
            limit=query["limit"],
            offset=offset,
        )
        next_one = (float(hits.next_offset), _asked(query)) if hits.next_offset else None
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
        return {"items": suggestions.suggest(query["q"], language.current())}


def _offset(query: dict[str, Any]) -> int:
    """Return where the page begins; a cursor belongs to its query and filters."""
    position = paging.decode(query.get("cursor"))
    if position is None:
        return 0
    offset, asked = position
    if asked != _asked(query):
        raise Invalid("bad_cursor")
    return int(offset)


def _asked(query: dict[str, Any]) -> str:
    """Return a short name of what is asked for."""
    parts = [query["q"], query.get("kind") or "", query.get("track") or ""]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=9).hexdigest()
