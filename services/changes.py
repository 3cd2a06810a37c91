"""How every change of a working copy is made: who may, what must still hold, the record of it.

The change, what follows from it and its audit entry are one transaction.
"""

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from pymongo.client_session import ClientSession

from core.canonical import digest
from core.db import transaction
from core.errors import Conflict, NotFound
from models.content import Content
from models.enums import ContentState
from models.registry import CONTENT
from models.snapshots import snapshot_key
from services import audit, permissions
from services.actors import Actor

# What the verbs of services keep, and nobody writes as a field.
BOOKKEEPING = frozenset(
    {
        *("_id", "state", "revision", "published_revision", "publish_at", "expire_at"),
        *("created_at", "updated_at", "authors", "changed_by", "owner", "review"),
    }
)
NOT_ARCHIVED = {"state": {"$ne": ContentState.ARCHIVED}}
# Times that change with everything, and what the action itself tells.
UNTOLD = frozenset({"_id", "created_at", "updated_at", "changed_by"})
RESOURCE = "content"

Row = Mapping[str, Any]
Follow = Callable[[ClientSession], object]


def target(document: Content) -> str:
    """Return how an item is named in the audit log and in links."""
    return snapshot_key(document.KIND, document.id)


def allow(actor: Actor, action: str, document: Content) -> None:
    """Raise `Forbidden` unless the actor has the right and the item is of their department.

    Staff without a department work on everything; so does everybody on what belongs to none.
    """
    permissions.require(actor, RESOURCE, action, target(document))
    if actor.department and document.owner and document.owner != actor.department:
        permissions.deny(actor, f"{RESOURCE}.{action}", target(document), "other_department")


def refuse_own(actor: Actor, action: str, document: Content) -> None:
    """Raise `Forbidden` when the actor wrote any of the text that is not published yet."""
    if not actor.is_system and actor.id in document.authors:
        permissions.deny(actor, f"{RESOURCE}.{action}", target(document), "own_text")


def expect(document: Content, revision: int) -> None:
    """Raise `Conflict` unless the item is at `revision` and not archived."""
    if document.state is ContentState.ARCHIVED:
        raise Conflict("archived")
    if document.revision != revision:
        raise Conflict("stale_revision", current=document.revision, given=revision)


def commit(
    actor: Actor,
    action: str,
    document: Content,
    update: Mapping[str, Any],
    *,
    guard: Row | None = None,
    follow: Follow | None = None,
) -> Content:
    """Apply `update` where `guard` still holds, and `follow`; put it on record as `action`.

    Returns the item as it is then. Raises `Conflict` when the guard does not hold any more.
    """
    collection = CONTENT[document.KIND]._get_collection()

    def work(session: ClientSession) -> Row:
        # It returns the item as it was before.
        before = collection.find_one_and_update(
            {"_id": document.id, **(guard or {})}, update, session=session
        )
        if before is None:
            _refuse_late(document, collection.find_one({"_id": document.id}, session=session))
        if follow is not None:
            follow(session)
        after: Row = collection.find_one({"_id": document.id}, session=session) or {}
        record(actor, action, document, before=before, after=after, session=session)
        return after

    return type(document).from_stored(dict(transaction(work)))


def record(
    actor: Actor,
    action: str,
    document: Content,
    *,
    before: Row | None = None,
    after: Row | None = None,
    session: ClientSession,
) -> None:
    """Put a change of an item on record."""
    audit.record(
        actor,
        f"{RESOURCE}.{action}",
        target(document),
        before=_told(document, before),
        after=_told(document, after),
        session=session,
    )


def _told(document: Content, row: Row | None) -> Row | None:
    """Return what the log holds of an item; of what is internal only whether it changed."""
    if row is None:
        return None
    return {
        name: f"({digest(value)[:12]})" if name in document.INTERNAL and value else value
        for name, value in row.items()
        if name not in UNTOLD
    }


def _refuse_late(document: Content, row: Row | None) -> NoReturn:
    """Raise why the guard of a change does not hold."""
    if row is None:
        raise NotFound
    expect(type(document).from_stored(dict(row)), document.revision)
    raise Conflict
