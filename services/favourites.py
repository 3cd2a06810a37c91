"""Favourites of a visitor; a bounded number of live items."""

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from core.ids import new_id
from models.enums import Kind
from models.favourites import Favourite
from services import saved_items
from services.visitors import accounts

MAX = 500


def add(visitor_id: str, kind: Kind, item: str) -> None:
    """Keep a live item; keeping it twice is the same as once.

    Raises `NotFound`, `Conflict("list_full")`.
    """
    key = saved_items.live_key(visitor_id, kind, item)
    row = {"_id": new_id(), "at": now()}

    def work(session: ClientSession) -> None:
        written = Favourite._get_collection().update_one(
            key, {"$setOnInsert": row}, upsert=True, session=session
        )
        if written.upserted_id is None:
            return
        room = {"favourites": {"$lt": MAX}}
        if not accounts.touch(visitor_id, session, guard=room, counts={"favourites": 1}):
            raise Conflict("list_full", limit=MAX)

    transaction(work)
