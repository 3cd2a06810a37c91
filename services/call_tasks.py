"""Calls that staff make, because nothing else reaches somebody."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from core.ids import new_id
from models.enums import Language
from models.notifications import NOTE_MAX, CallOutcome, CallState, CallTask, Event
from models.visitors import Visitor
from services import audit, keyset, notification_texts, permissions, personal_data
from services.actors import Actor
from services.keyset import Position
from services.visitors import masking
from services.wordings import Message

RESOURCE = "calls"
# What the log holds of a task.
TOLD = ("state", "taken_by", "closed_by")

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Contact:
    """Whom to call: a visitor by id, or somebody by name and number."""

    visitor: str | None = None
    name: str | None = None
    phone: str | None = None


@dataclass(frozen=True)
class Person:
    """Whom to call; `language` is theirs, when they chose one."""

    name: str | None
    phone: str | None
    email: str | None
    language: Language | None


@dataclass(frozen=True)
class Call:
    """A task, whom to call, and what to tell them (None when their account is gone)."""

    task: CallTask
    person: Person
    message: Message | None


def create(
    event: Event,
    contact: Contact,
    data: Mapping[str, Any],
    dedupe_key: str,
    *,
    text: str | None = None,
    not_before: dt.datetime | None = None,
    session: ClientSession,
) -> None:
    """Write a task, once for each `dedupe_key`; `data` and `text` are those of a notification.

    Nobody is to be called earlier than `not_before`.
    """
    task_id = new_id()
    plain = {"name": contact.name, "phone": contact.phone, "text": text}
    sealed = personal_data.sealed(CallTask, task_id, plain)
    row = {
        "_id": task_id,
        "event": event.value,
        "data": dict(data),
        "visitor": contact.visitor,
        **sealed,
        "state": CallState.OPEN.value,
        "created_at": now(),
        "not_before": not_before,
    }
    present = {name: value for name, value in row.items() if value is not None}
    CallTask._get_collection().update_one(
        {"dedupe_key": dedupe_key}, {"$setOnInsert": present}, upsert=True, session=session
    )


def listing(
    actor: Actor,
    *,
    state: CallState = CallState.OPEN,
    limit: int = 50,
    after: Position | None = None,
) -> list[CallTask]:
    """Return tasks after a position (when they came up, and id), the oldest first."""
    permissions.require(actor, RESOURCE, "read")
    further = keyset.after(after, "created_at", ascending=True)
    rows = CallTask._get_collection().find({"state": state.value, **further})
    ordered = rows.sort([("created_at", 1), ("_id", 1)]).limit(limit)
    return [CallTask._from_son(row) for row in ordered]


def in_words(tasks: Sequence[CallTask], language: Language) -> list[Call]:
    """Return tasks with what to tell, and with whom to call masked."""
    people = _people(tasks)
    return [_call(task, _masked(people[task.id]), language) for task in tasks]


def reveal(actor: Actor, task_id: str, language: Language) -> Call:
    """Return a task with whom to call; that somebody read it is on record. Raises `NotFound`."""
    target = _target(task_id)
    permissions.require(actor, RESOURCE, "reveal", target)
    task: CallTask | None = CallTask.objects(id=task_id).first()
    if task is None:
        raise NotFound
    person = _people([task])[task.id]
    about = {"visitor": task.visitor} if task.visitor else None
    audit.record(actor, f"{RESOURCE}.reveal", target, after=about)
    return _call(task, person, language)


def take(actor: Actor, task_id: str) -> CallTask:
    """Take an open call that nobody else has taken; raise `NotFound`, `Conflict`."""
    change = {"taken_by": actor.id, "taken_by_name": actor.name, "taken_at": now()}
    return _change(actor, "take", task_id, {"$set": change})


def release(actor: Actor, task_id: str) -> CallTask:
    """Give an open call back, also one that a colleague took; raise `NotFound`, `Conflict`."""
    gone = dict.fromkeys(("taken_by", "taken_by_name", "taken_at"), "")
    return _change(actor, "release", task_id, {"$unset": gone}, of_anybody=True)


def close(actor: Actor, task_id: str, *, state: CallOutcome, note: str | None = None) -> CallTask:
    """Note how a call ended; raise `NotFound`, `Conflict`."""
    change = {
        "state": state.value,
        "closed_at": now(),
        "closed_by": actor.id,
        "note": (note or "")[:NOTE_MAX],
    }
    return _change(actor, "close", task_id, {"$set": change})


def _change(
    actor: Actor, verb: str, task_id: str, update: Row, *, of_anybody: bool = False
) -> CallTask:
    """Change a call that is open and taken by nobody else."""
    permissions.require(actor, RESOURCE, "write", _target(task_id))
    mine = {} if of_anybody else {"taken_by": {"$in": [None, actor.id]}}
    guard = {"_id": task_id, "state": CallState.OPEN.value, **mine}

    def work(session: ClientSession) -> Row:
        tasks = CallTask._get_collection()
        before = tasks.find_one_and_update(guard, update, session=session)
        after = tasks.find_one({"_id": task_id}, session=session)
        if after is None:
            raise NotFound
        if before is None:
            raise Conflict("call_taken" if after["state"] == CallState.OPEN else "call_closed")
        told = [{name: row.get(name) for name in TOLD} for row in (before, after)]
        audit.record(
            actor,
            f"{RESOURCE}.{verb}",
            _target(task_id),
            before=told[0],
            after=told[1],
            session=session,
        )
        return dict(after)

    task: CallTask = CallTask._from_son(transaction(work))
    return task


def _people(tasks: Sequence[CallTask]) -> dict[str, Person]:
    """Return whom to call by the id of the task; nobody when their account is gone."""
    ids = [task.visitor for task in tasks if task.visitor]
    visitors = {one.id: one for one in Visitor.objects(id__in=ids)} if ids else {}
    return {task.id: _person(visitors.get(task.visitor, task)) for task in tasks}


def _person(found: Visitor | CallTask) -> Person:
    email = personal_data.opened(found, "email") if isinstance(found, Visitor) else None
    language = found.language if isinstance(found, Visitor) else None
    name, phone = (personal_data.opened(found, name) for name in ("name", "phone"))
    return Person(name, phone, email, language)


def _masked(person: Person) -> Person:
    return Person(
        masking.name(person.name),
        masking.phone(person.phone),
        masking.email(person.email),
        person.language,
    )


def _call(task: CallTask, person: Person, language: Language) -> Call:
    # Once an account is gone, the task does not hold any more what was told.
    known = task.visitor or task.phone
    if not known:
        return Call(task, person, None)
    data = notification_texts.data_of(task)
    return Call(task, person, notification_texts.message(task.event, data, language))


def _target(task_id: str) -> str:
    return f"call_tasks:{task_id}"
