"""Reading history of a visitor who lets it be kept; the oldest gives way."""

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.ids import new_id
from models.enums import Kind
from models.history import HistoryEntry
from models.visitors import Visitor
from services import saved_items
from services.visitors import accounts

MAX = 200


def note(visitor_id: str, kind: Kind, item: str) -> None:
    """Note that a live item was read just now, unless the visitor keeps no history.

    Raises `NotFound`.
    """
    key = saved_items.live_key(visitor_id, kind, item)
    entries = HistoryEntry._get_collection()

    def work(session: ClientSession) -> None:
        if not accounts.touch(visitor_id, session, guard={"keeps_history": True}):
            return
        written = entries.update_one(
            key,
            {"$set": {"at": now()}, "$setOnInsert": {"_id": new_id()}},
            upsert=True,
            session=session,
        )
        if written.upserted_id is not None:
            dropped = _drop_oldest(visitor_id, session)
            accounts.touch(visitor_id, session, counts={"history": 1 - dropped})

    transaction(work)


def clear(visitor_id: str) -> None:
    """Forget everything that was read."""

    def work(session: ClientSession) -> None:
        HistoryEntry._get_collection().delete_many({"visitor": visitor_id}, session=session)
        Visitor._get_collection().update_one(
            {"_id": visitor_id}, {"$set": {"history": 0}, "$inc": {"touched": 1}}, session=session
        )

    transaction(work)


def _drop_oldest(visitor_id: str, session: ClientSession) -> int:
    """Keep the latest ones only; return how many went."""
    entries = HistoryEntry._get_collection()
    oldest = (
        entries.find({"visitor": visitor_id}, {"_id": 1}, session=session)
        .sort([("at", -1), ("_id", -1)])
        .skip(MAX)
    )
    if excess := [row["_id"] for row in oldest]:
        entries.delete_many({"_id": {"$in": excess}}, session=session)
    return len(excess)
