"""Requests sent again under the same Idempotency-Key: they get the answer that was kept."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.errors import Conflict
from core.ids import new_id
from models.idempotency import IdempotentAnswer
from services import personal_data

Row = Mapping[str, Any]

BUSY = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class Answer:
    """A kept answer: HTTP status and body."""

    status: int
    body: bytes


@dataclass(frozen=True)
class Ticket:
    """The right to process a request under a key."""

    key: str
    token: str


def begin(key: str, fingerprint: str, keep: dt.timedelta) -> Answer | Ticket:
    """Return the kept answer of `key`, or the right to process the request.

    `fingerprint` is a hash of what was sent. Raises `Conflict` when the key was used for
    something else, or when the first request is still being processed.
    """
    ticket = _claim(key, fingerprint, keep)
    return ticket or _again(key, fingerprint, new_id())


def finish(ticket: Ticket, answer: Answer) -> None:
    """Keep the answer, whose body is text."""
    body = personal_data.sealed(IdempotentAnswer, ticket.key, {"body": answer.body.decode()})
    IdempotentAnswer._get_collection().update_one(
        {"_id": ticket.key, "token": ticket.token}, {"$set": {"status": answer.status, **body}}
    )


def release(ticket: Ticket) -> None:
    """Give the key back after a failure that changed nothing, so that it can be tried again."""
    IdempotentAnswer._get_collection().delete_one({"_id": ticket.key, "token": ticket.token})


def _claim(key: str, fingerprint: str, keep: dt.timedelta) -> Ticket | None:
    """Write a key; return None when it is there already."""
    moment, token = now(), new_id()
    row = {
        "_id": key,
        "fingerprint": fingerprint,
        "token": token,
        "busy_until": moment + BUSY,
        "expires_at": moment + keep,
    }
    try:
        IdempotentAnswer._get_collection().insert_one(row)
    except DuplicateKeyError:
        return None
    return Ticket(key, token)


def _read(key: str, fingerprint: str) -> Row | None:
    """Return what is kept of a key; raise `Conflict` when it was used for something else."""
    row: Row | None = IdempotentAnswer._get_collection().find_one({"_id": key})
    if row is not None and row["fingerprint"] != fingerprint:
        raise Conflict("idempotency_reused")
    return row


def _again(key: str, fingerprint: str, token: str) -> Answer | Ticket:
    answers = IdempotentAnswer._get_collection()
    row = _read(key, fingerprint)
    if row is not None and row.get("status") is not None:
        body = personal_data.opened(IdempotentAnswer._from_son(row), "body") or ""
        return Answer(row["status"], body.encode())
    # A process died over it: after a while the next request may take the key over.
    taken = answers.find_one_and_update(
        {"_id": key, "status": None, "busy_until": {"$lt": now()}},
        {"$set": {"token": token, "busy_until": now() + BUSY}},
        return_document=ReturnDocument.AFTER,
    )
    if taken is None:
        raise Conflict("idempotency_running", retry_after_s=1)
    return Ticket(key, token)
