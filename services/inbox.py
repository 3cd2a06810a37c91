"""The inbox of a visitor: what they were told, and what of it they read."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core.clock import now
from core.errors import NotFound
from models.enums import Language
from models.notifications import Event, InboxEntry
from services import keyset, notification_texts
from services.keyset import Position

UNREAD_MAX = 100


@dataclass(frozen=True)
class Entry:
    """An entry as it is shown."""

    id: str
    event: Event
    title: str
    text: str
    at: dt.datetime
    read_at: dt.datetime | None


def unread(visitor_id: str) -> int:
    """Return how many entries were not read; a hundred at most."""
    query = {"visitor": visitor_id, "read_at": None}
    return int(InboxEntry._get_collection().count_documents(query, limit=UNREAD_MAX))


def listing(
    visitor_id: str,
    language: Language,
    *,
    limit: int,
    after: Position | None = None,
    unread_only: bool = False,
) -> list[Entry]:
    """Return entries after a position, the newest first."""
    query: dict[str, Any] = {"visitor": visitor_id, **keyset.after(after)}
    if unread_only:
        query["read_at"] = None
    rows = InboxEntry._get_collection().find(query).sort([("at", -1), ("_id", -1)]).limit(limit)
    return [_entry(row, language) for row in rows]


def read(visitor_id: str, entry_id: str) -> None:
    """Mark an entry as read; it stays read. Raises `NotFound`."""
    entries = InboxEntry._get_collection()
    own = {"_id": entry_id, "visitor": visitor_id}
    if entries.update_one({**own, "read_at": None}, {"$set": {"read_at": now()}}).matched_count:
        return
    if entries.find_one(own, {"_id": 1}) is None:
        raise NotFound


def read_all(visitor_id: str) -> int:
    """Mark all entries as read; return how many were not."""
    unread_ones = {"visitor": visitor_id, "read_at": None}
    result = InboxEntry._get_collection().update_many(unread_ones, {"$set": {"read_at": now()}})
    return int(result.modified_count)


def _entry(row: dict[str, Any], language: Language) -> Entry:
    event, data = Event(row["event"]), notification_texts.data_of(InboxEntry._from_son(row))
    told = notification_texts.message(event, data, language)
    return Entry(row["_id"], event, told.title, told.text, row["at"], row.get("read_at"))
