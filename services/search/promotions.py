"""Promotions: what staff put first for a query."""

import functools
from collections.abc import Sequence
from typing import Any

from pymongo.client_session import ClientSession

from core.db import transaction
from core.errors import Invalid, NotFound
from models.enums import Kind
from models.search import Promotion
from models.snapshots import Snapshot, in_time, snapshot_key
from models.versions import CONTENT
from services import links, versions
from services.search.text import core, normalise

Row = dict[str, Any]


def promote(query: str, items: Sequence[tuple[Kind, str]]) -> Promotion:
    """Put items first for a query, in the given order; they must be live.

    Spelling that makes no difference to a search (case, width, punctuation) makes none here.
    """
    asked = core(normalise(query))
    if not asked:
        raise Invalid(fields={"query": "required"})
    for kind, item in items:
        if not links.is_live(kind, item):
            raise Invalid(fields={"items": "not_live"})
    chosen = [{"kind": kind.value, "item": item} for kind, item in dict.fromkeys(items)]
    promotion = Promotion(query=asked, items=chosen)
    promotion.validate()
    transaction(functools.partial(_replace, promotion.to_mongo()))
    return promotion


def demote(query: str) -> None:
    """Forget what was put first for a query."""
    transaction(functools.partial(_delete, core(normalise(query))))


def listing() -> list[Promotion]:
    """Return all promotions."""
    return list(Promotion.objects.order_by("query"))


def first(asked: str) -> list[Row]:
    """Return (key, kind, tracks, …) of what is live and put first for a query's core, in order."""
    row = Promotion._get_collection().find_one({"query": asked})
    if row is None:
        return []
    wanted = [snapshot_key(one["kind"], one["item"]) for one in row["items"]]
    match = {"_id": {"$in": wanted}, **in_time()}
    live = {one["_id"]: one for one in Snapshot.raw().find(match, {"kind": 1, "tracks": 1})}
    return [live[key] for key in wanted if key in live]


def _replace(row: Any, session: ClientSession) -> None:
    change = {"$set": {"items": row["items"]}, "$setOnInsert": {"_id": row["_id"]}}
    Promotion._get_collection().update_one(
        {"query": row["query"]}, change, upsert=True, session=session
    )
    versions.bump(CONTENT, session)


def _delete(asked: str, session: ClientSession) -> None:
    if not Promotion._get_collection().delete_one({"query": asked}, session=session).deleted_count:
        raise NotFound
    versions.bump(CONTENT, session)
