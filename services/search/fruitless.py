"""The log of queries that found nothing, or only what has a part of them.

It says nothing of who asked. A query that may hold personal data is not written at all.
"""

import re
from datetime import date
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now, today
from core.db import transaction
from core.errors import NotFound
from core.ids import new_id
from models.enums import Language
from models.search import FruitlessQuery
from services import audit, keyset, permissions
from services.actors import Actor
from services.keyset import Position

RESOURCE = "fruitless"

# Numbers of phones, identity cards, accounts and passports, however they are spaced; the same in
# Chinese numerals; number plates; addresses of mail.
PERSONAL = re.compile(
    r"\d(?:[\W_]{0,3}\d){6,}"
    r"|[零〇一二三四五六七八九幺两]{7,}"
    r"|[\u4e00-\u9fff][a-z][\W_]?(?=[a-z]*\d)[a-z0-9]{4,6}(?![a-z0-9])"
    r"|@"
)
QUERY_MAX = 60
# So many different queries are kept of a day: whoever asks at random fills no disk.
DAY_MAX = 5_000


def note(query: str, language: Language, *, loose: bool) -> None:
    """Count a query (normalised) for today; `loose` tells that something had a part of it."""
    if PERSONAL.search(query) or len(query) > QUERY_MAX:
        return
    log = FruitlessQuery._get_collection()
    day = today().isoformat()
    key = {"day": day, "query": query, "language": language.value}
    change = {"$inc": {"count": 1}, "$set": {"last_at": now(), "loose": loose}}
    if log.update_one(key, change).matched_count:
        return
    if log.count_documents({"day": day}, limit=DAY_MAX) < DAY_MAX:
        log.update_one(
            key, {**change, "$setOnInsert": {"_id": new_id(), "handled": False}}, upsert=True
        )


def top(day: date, limit: int = 50) -> list[FruitlessQuery]:
    """Return a day's queries, the most frequent first."""
    return list(FruitlessQuery.objects(day=day.isoformat()).order_by("-count", "id").limit(limit))


def newest(
    *, handled: bool = False, limit: int, after: Position | None = None
) -> list[FruitlessQuery]:
    """Return queries of a day each, what was asked last first, after a position."""
    return _listing("last_at", handled, limit, keyset.after(after, "last_at"))


def frequent(
    *, handled: bool = False, limit: int, after: tuple[float, str] | None = None
) -> list[FruitlessQuery]:
    """Return queries of a day each, the most frequent first, after a position (count and id)."""
    return _listing("count", handled, limit, keyset.after(after, "count"))


def get(query_id: str) -> FruitlessQuery:
    """Return a query of a day; raise `NotFound`."""
    found: FruitlessQuery | None = FruitlessQuery.objects(id=query_id).first()
    if found is None:
        raise NotFound
    return found


def mark(actor: Actor, query_id: str, *, handled: bool) -> FruitlessQuery:
    """Note whether staff have looked into a query, for every day on which it was asked.

    Asked in vain again on a later day, it is in the list again. Raises `NotFound`.
    """
    _require(actor, query_id)
    change = {"$set": {"handled": handled}}

    def work(session: ClientSession) -> None:
        log, same = FruitlessQuery._get_collection(), _same(query_id, session)
        days = log.update_many(same, change, session=session).modified_count
        _record(actor, "update", query_id, {**same, "handled": handled, "days": days}, session)

    transaction(work)
    return get(query_id)


def delete(actor: Actor, query_id: str) -> None:
    """Drop a query from the log, of every day; raise `NotFound`."""
    _require(actor, query_id)

    def work(session: ClientSession) -> None:
        log, same = FruitlessQuery._get_collection(), _same(query_id, session)
        days = log.delete_many(same, session=session).deleted_count
        _record(actor, "delete", query_id, {"days": days}, session)

    transaction(work)


def _listing(
    field: str, handled: bool, limit: int, further: dict[str, Any]
) -> list[FruitlessQuery]:
    rows = FruitlessQuery._get_collection().find({"handled": handled, **further})
    found = rows.sort([(field, -1), ("_id", -1)]).limit(limit)
    return [FruitlessQuery._from_son(row) for row in found]


def _same(query_id: str, session: ClientSession) -> dict[str, str]:
    """Return what finds the same query on all days."""
    row = FruitlessQuery._get_collection().find_one({"_id": query_id}, session=session)
    if row is None:
        raise NotFound
    return {"query": row["query"], "language": row["language"]}


def _require(actor: Actor, query_id: str) -> None:
    permissions.require(actor, RESOURCE, "write", f"{RESOURCE}:{query_id}")


def _record(
    actor: Actor, verb: str, query_id: str, after: dict[str, Any], session: ClientSession
) -> None:
    audit.record(
        actor, f"{RESOURCE}.{verb}", f"{RESOURCE}:{query_id}", after=after, session=session
    )
