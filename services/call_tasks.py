"""Calls that staff make, because nothing else reaches somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import Conflict, NotFound
from core.ids import new_id
from models.notifications import CallState, CallTask, Event
from services import audit, permissions, personal_data
from services.actors import Actor

NOTE_MAX = 500


@dataclass(frozen=True)
class Contact:
    """Whom to call: a visitor by id, or somebody by name and number."""

    visitor: str | None = None
    name: str | None = None
    phone: str | None = None


def create(
    event: Event,
    contact: Contact,
    data: Mapping[str, Any],
    dedupe_key: str,
    *,
    session: ClientSession,
) -> None:
    """Write a task, once for each `dedupe_key`."""
    task_id = new_id()
    sealed = personal_data.sealed(CallTask, task_id, {"name": contact.name, "phone": contact.phone})
    row = {
        "_id": task_id,
        "event": event.value,
        "data": dict(data),
        "visitor": contact.visitor,
        **sealed,
        "state": CallState.OPEN.value,
        "created_at": now(),
    }
    present = {name: value for name, value in row.items() if value is not None}
    CallTask._get_collection().update_one(
        {"dedupe_key": dedupe_key}, {"$setOnInsert": present}, upsert=True, session=session
    )


def listing(
    actor: Actor, *, state: CallState = CallState.OPEN, limit: int = 50, after: str | None = None
) -> list[CallTask]:
    """Return tasks, the oldest first, beginning after the task with the id `after`."""
    permissions.require(actor, "calls", "read")
    query: dict[str, Any] = {"state": state.value}
    tasks = CallTask._get_collection()
    last = None if after is None else tasks.find_one({"_id": after}, {"created_at": 1})
    if last is not None:
        moment = last["created_at"]
        query["created_at"] = {"$gte": moment}
        query["$or"] = [
            {"created_at": {"$gt": moment}},
            {"created_at": moment, "_id": {"$gt": after}},
        ]
    rows = tasks.find(query).sort([("created_at", 1), ("_id", 1)]).limit(limit)
    return [CallTask._from_son(row) for row in rows]


def close(actor: Actor, task_id: str, *, state: CallState, note: str | None = None) -> CallTask:
    """Note how a call ended: done or given up. Raises `NotFound`, `Conflict`."""
    permissions.require(actor, "calls", "write", f"call_tasks:{task_id}")
    if state is CallState.OPEN:
        raise Conflict
    change = {
        "state": state.value,
        "closed_at": now(),
        "closed_by": actor.id,
        "note": (note or "")[:NOTE_MAX],
    }
    tasks = CallTask._get_collection()
    result = tasks.update_one({"_id": task_id, "state": CallState.OPEN.value}, {"$set": change})
    row = tasks.find_one({"_id": task_id})
    if row is None:
        raise NotFound
    if not result.modified_count:
        raise Conflict
    audit.record(actor, "call_tasks.close", f"call_tasks:{task_id}", after={"state": state.value})
    task: CallTask = CallTask._from_son(row)
    return task
