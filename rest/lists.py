"""Lists of live items: from a validated query to a page."""

from typing import Any

from models.enums import Kind
from rest import language, paging
from services import live
from services.live import Selection

FILTERS = {"facet": "facet", "track": "tracks", "tag": "tags", "place": "place"}


def page(kind: Kind, query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of live cards; raise `Invalid` for a bad cursor."""
    match = {
        stored: str(query[name]) for name, stored in FILTERS.items() if query.get(name) is not None
    }
    selection = Selection(kind, query["limit"], match)
    after = paging.decode(query.get("cursor"))
    return paging.answer(live.page(selection, language.current(), after))
