"""Lists of items that belong to a visitor: favourites and reading history.

An item that went offline stays in the list and is shown as gone. A page costs two queries, however
many items it has.
"""

from typing import Any

from pymongo.client_session import ClientSession

from core.db import transaction
from core.errors import NotFound
from models.enums import Kind, Language
from models.saved_items import SavedItem
from models.snapshots import snapshot_key
from services import keyset, links, live
from services.keyset import Position
from services.visitors import accounts

Model = type[SavedItem]


def live_key(visitor_id: str, kind: Kind, item: str) -> dict[str, str]:
    """Return what a live item is known by in a visitor's list; raise `NotFound`."""
    if not links.is_live(kind, item):
        raise NotFound
    return _key(visitor_id, kind, item)


def remove(model: Model, visitor_id: str, kind: Kind, item: str) -> None:
    """Take an item out of a list; raise `NotFound` when it is not there."""

    def work(session: ClientSession) -> None:
        key = _key(visitor_id, kind, item)
        if not model._get_collection().delete_one(key, session=session).deleted_count:
            raise NotFound
        accounts.touch(visitor_id, session, counts={model.COUNTER: -1})

    transaction(work)


def page(
    model: Model,
    visitor_id: str,
    language: Language,
    *,
    limit: int,
    after: Position | None = None,
    kind: Kind | None = None,
) -> tuple[list[dict[str, Any]], Position | None]:
    """Return items, the newest first, and the position after which the next ones come.

    Each has its live card, or null and `gone`.
    """
    query: dict[str, Any] = {"visitor": visitor_id, **keyset.after(after)}
    if kind is not None:
        query["kind"] = kind.value
    rows = list(
        model._get_collection().find(query).sort([("at", -1), ("_id", -1)]).limit(limit + 1)
    )
    shown = rows[:limit]
    keys = [snapshot_key(row["kind"], row["item"]) for row in shown]
    cards = live.short_cards(keys, language)
    items = [
        {
            **{name: row[name] for name in ("kind", "item", "at")},
            "gone": key not in cards,
            "card": cards.get(key),
        }
        for row, key in zip(shown, keys, strict=True)
    ]
    more = len(rows) > limit
    return items, (shown[-1]["at"], shown[-1]["_id"]) if more else None


def _key(visitor_id: str, kind: Kind, item: str) -> dict[str, str]:
    return {"visitor": visitor_id, "kind": kind.value, "item": item}
