"""What favourites and reading history have in common."""

from typing import Any

from core.errors import NotFound
from models.enums import Kind
from rest import language, paging
from rest.access import current_visitor
from services import saved_items
from services.saved_items import Model


def listed(model: Model, query: dict[str, Any]) -> dict[str, Any]:
    """Return a page of a list of the visitor who calls."""
    items, position = saved_items.page(
        model,
        current_visitor().id,
        language.current(),
        limit=query["limit"],
        after=paging.decode_moment(query.get("cursor")),
        kind=query.get("kind"),
    )
    return {"items": items, "next_cursor": paging.encode_moment(position)}


def kind_of(name: str) -> Kind:
    """Return the kind of that name; raise `NotFound`."""
    try:
        return Kind(name)
    except ValueError:
        raise NotFound from None
