"""Lists of items that belong to a visitor: favourites and reading history.

An item that went offline stays in the list and is shown as gone. A page costs two queries, however
many items it has.
"""

from typing import Any

from models.enums import Kind, Language
from models.favourites import Favourite
from models.history import HistoryEntry
from models.snapshots import snapshot_key
from services import keyset, live
from services.keyset import Position

Model = type[Favourite] | type[HistoryEntry]


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
