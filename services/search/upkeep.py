"""How what staff keep for search is changed: synonyms and promotions.

A change, the version that public search goes by, and the audit entry are one transaction: every
process answers with the change at once. The collection's name is that of the right.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.kept import Kept
from models.versions import CONTENT
from services import audit, keyset, permissions, versions
from services.actors import Actor
from services.keyset import Position

One = TypeVar("One", bound=Kept)
Row = Mapping[str, Any]
# What the log holds anyway, or tells nothing.
UNTOLD = frozenset({"_id", "at", "revision"})


def require(actor: Actor, model: type[Kept], identity: str = "") -> None:
    """Raise `Forbidden` unless the actor may change what is kept."""
    target = _target(model, identity) if identity else _name(model)
    permissions.require(actor, _name(model), "write", target)


def get(model: type[One], identity: str) -> One:
    """Return one of them; raise `NotFound`."""
    found: One | None = model.objects(id=identity).first()
    if found is None:
        raise NotFound
    return found


def listing(model: type[One], *, limit: int = 0, after: Position | None = None) -> list[One]:
    """Return them, what was changed last first; all of them without a limit."""
    rows = model._get_collection().find(keyset.after(after))
    return [model._from_son(row) for row in rows.sort([("at", -1), ("_id", -1)]).limit(limit)]


def insert(actor: Actor, document: Kept) -> None:
    """Write a new one. Raises `DuplicateKeyError`."""
    row, model = document.to_mongo(), type(document)

    def work(session: ClientSession) -> None:
        model._get_collection().insert_one(row, session=session)
        _changed(actor, "create", model, document.id, None, row, session)

    transaction(work)


def replace(actor: Actor, model: type[One], identity: str, fields: Row, *, revision: int) -> One:
    """Set fields of the one that was seen at `revision`.

    Raises `NotFound`, `Conflict("stale_revision")`, `DuplicateKeyError`.
    """
    kept = model._get_collection()
    update = {"$set": {**fields, "at": now()}, "$inc": {"revision": 1}}

    def work(session: ClientSession) -> Row:
        seen = {"_id": identity, "revision": revision}
        before = kept.find_one_and_update(seen, update, session=session)
        after = kept.find_one({"_id": identity}, session=session)
        if after is None:
            raise NotFound
        if before is None:
            raise Conflict("stale_revision", current=after["revision"], given=revision)
        _changed(actor, "update", model, identity, before, after, session)
        return dict(after)

    found: One = model._from_son(transaction(work))
    return found


def delete(actor: Actor, model: type[Kept], identity: str) -> None:
    """Forget one; raise `NotFound`."""

    def work(session: ClientSession) -> None:
        before = model._get_collection().find_one_and_delete({"_id": identity}, session=session)
        if before is None:
            raise NotFound
        _changed(actor, "delete", model, identity, before, None, session)

    transaction(work)


def _changed(
    actor: Actor,
    verb: str,
    model: type[Kept],
    identity: str,
    before: Row | None,
    after: Row | None,
    session: ClientSession,
) -> None:
    versions.bump(CONTENT, session)
    audit.record(
        actor,
        f"{_name(model)}.{verb}",
        _target(model, identity),
        before=_told(before),
        after=_told(after),
        session=session,
    )


def _told(row: Row | None) -> Row | None:
    if row is None:
        return None
    return {name: value for name, value in row.items() if name not in UNTOLD}


def _name(model: type[Kept]) -> str:
    return str(model._get_collection_name())


def _target(model: type[Kept], identity: str) -> str:
    return f"{_name(model)}:{identity}"
