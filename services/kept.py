"""How what staff keep beside content is changed: for search, for the calendar of visits.

A change, its audit entry and, where public answers follow it, their version are one transaction.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.kept import Kept
from models.versions import CONTENT
from services import audit, keyset, permissions, personal_data, versions
from services.actors import Actor
from services.keyset import Position

One = TypeVar("One", bound=Kept)
Row = Mapping[str, Any]
Check = Callable[[ClientSession], None]
# What the log holds anyway, or tells nothing.
UNTOLD = frozenset({"_id", "at", "revision", "touched", "generated_at", "problems"})
# The right that changing them needs, where it is not named after the collection.
RIGHTS = dict.fromkeys(("guides", "vehicles", "schedules", "closures", "day_overrides"), "calendar")
# Public search follows these at once.
SEARCHED = frozenset({"synonyms", "promotions"})


def require(actor: Actor, model: type[Kept], identity: str = "") -> None:
    """Raise `Forbidden` unless the actor may change what is kept."""
    name = _name(model)
    target = _target(model, identity) if identity else name
    permissions.require(actor, RIGHTS.get(name, name), "write", target)


def get(model: type[One], identity: str) -> One:
    """Return one of them; raise `NotFound`."""
    found: One | None = model.objects(id=identity).first()
    if found is None:
        raise NotFound
    return found


def listing(
    model: type[One],
    *,
    limit: int = 0,
    after: Position | None = None,
    match: Row | None = None,
) -> list[One]:
    """Return them, what was changed last first; all of them without a limit or a `match`."""
    rows = model._get_collection().find({**(match or {}), **keyset.after(after)})
    return [model._from_son(row) for row in rows.sort([("at", -1), ("_id", -1)]).limit(limit)]


def insert(actor: Actor, *documents: Kept) -> None:
    """Write new ones, all of them or none. Raises `DuplicateKeyError`."""

    def work(session: ClientSession) -> None:
        for document in documents:
            row, model = document.to_mongo(), type(document)
            model._get_collection().insert_one(row, session=session)
            _changed(actor, "create", model, document.id, None, row, session)

    transaction(work)


def replace(
    actor: Actor,
    model: type[One],
    identity: str,
    fields: Row,
    *,
    revision: int,
    check: Check | None = None,
) -> One:
    """Set fields of the one that was seen at `revision`; None removes one.

    `check` may refuse within the transaction. Raises `NotFound`, `Conflict("stale_revision")`,
    `DuplicateKeyError`.
    """
    kept = model._get_collection()
    update = {**personal_data.update({**fields, "at": now()}), "$inc": {"revision": 1}}

    def work(session: ClientSession) -> Row:
        seen = {"_id": identity, "revision": revision}
        before = kept.find_one_and_update(seen, update, session=session)
        after = kept.find_one({"_id": identity}, session=session)
        if after is None:
            raise NotFound
        if before is None:
            raise Conflict("stale_revision", current=after["revision"], given=revision)
        if check is not None:
            check(session)
        _changed(actor, "update", model, identity, before, after, session)
        return dict(after)

    found: One = model._from_son(transaction(work))
    return found


def delete(actor: Actor, model: type[Kept], identity: str, *, check: Check | None = None) -> None:
    """Forget one; `check` may refuse within the transaction. Raises `NotFound`."""

    def work(session: ClientSession) -> None:
        before = model._get_collection().find_one_and_delete({"_id": identity}, session=session)
        if before is None:
            raise NotFound
        if check is not None:
            check(session)
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
    if _name(model) in SEARCHED:
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
