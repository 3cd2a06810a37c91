"""Favourites of a visitor; a bounded number of live items."""

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from core.ids import new_id
from models.enums import Kind
from models.favourites import Favourite
from services import links
from services.visitors import accounts

MAX = 500


def add(visitor_id: str, kind: Kind, item: str) -> None:
    """Keep a live item; keeping it twice is the same as once.

    Raises `NotFound`, `Conflict("list_full")`.
    """
    if not links.is_live(kind, item):
        raise NotFound
    row = {"_id": new_id(), "at": now()}
    key = {"visitor": visitor_id, "kind": kind.value, "item": item}

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


def remove(visitor_id: str, kind: Kind, item: str) -> None:
    """Keep an item no more; raise `NotFound` when it was not kept."""

    def work(session: ClientSession) -> None:
        gone = Favourite._get_collection().delete_one(
            {"visitor": visitor_id, "kind": kind.value, "item": item}, session=session
        )
        if not gone.deleted_count:
            raise NotFound
        accounts.touch(visitor_id, session, counts={"favourites": -1})

    transaction(work)
