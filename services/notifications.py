"""Telling visitors what happened: the inbox entry and the job that delivers it, in one step.

`services.delivery` decides in the worker by which channel an entry goes out,
`services.quiet_hours` when.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.ids import new_id
from models.notifications import DeliveredBy, Event, InboxEntry
from services import call_tasks, outbox, personal_data, quiet_hours
from services.call_tasks import Contact
from services.quiet_hours import Urgency
from services.visitors import accounts

DELIVER_JOB = "notifications.deliver"
KEPT = dt.timedelta(days=365)

Data = Mapping[str, str | int]


@dataclass(frozen=True)
class ToVisitor:
    """A visitor, by id. One who is gone is told nothing."""

    visitor: str


@dataclass(frozen=True)
class ToContact:
    """Somebody without an account, who called or walked in: staff call them."""

    name: str | None
    phone: str | None


Recipient = ToVisitor | ToContact


def notify(
    event: Event,
    recipient: Recipient,
    data: Data,
    dedupe_key: str,
    *,
    text: str | None = None,
    urgency: Urgency = quiet_hours.NONE,
    session: ClientSession | None = None,
    deliver: bool = True,
) -> None:
    """Tell a recipient of an event, once for each `dedupe_key`, however often this is called.

    The inbox has it at once; what else reaches them may wait for the end of the quiet hours, by
    its `urgency`. Who says `deliver=False` sees to it that the entry of a visitor goes out beside
    the inbox. Pass the `session` of the transaction that causes the event. `data` fills the words
    of `services.notification_texts` and holds nothing personal: it is not encrypted. `text`, which
    fills them too, is.
    """

    def work(within: ClientSession) -> None:
        if isinstance(recipient, ToVisitor):
            row = _row(event, data, text, urgency)
            entry = _to_visitor(recipient.visitor, dedupe_key, row, within)
            if entry and deliver:
                enqueue_delivery(entry, within, run_at=row.get("held_until"))
        else:
            contact = Contact(name=recipient.name, phone=recipient.phone)
            held = quiet_hours.held_until(event, now(), urgency)
            call_tasks.create(
                event, contact, data, dedupe_key, text=text, not_before=held, session=within
            )

    if session is None:
        transaction(work)
    else:
        work(session)


def enqueue_delivery(
    entry_id: str, session: ClientSession | None = None, *, run_at: dt.datetime | None = None
) -> None:
    """Write the job that delivers an entry of an inbox, once; due at once, or at `run_at`."""
    key = f"{DELIVER_JOB}:{entry_id}"
    outbox.enqueue(DELIVER_JOB, {"entry": entry_id}, run_at=run_at, dedupe_key=key, session=session)


def deliver_again(entry_id: str, session: ClientSession) -> None:
    """Let an entry go out once more, that WeChat took and did not bring: by another channel."""
    InboxEntry._get_collection().update_one(
        {"_id": entry_id, "delivered_by": DeliveredBy.WECHAT.value},
        {"$unset": {"delivered_by": "", "delivered_at": ""}},
        session=session,
    )
    key = f"{DELIVER_JOB}:{entry_id}:again"
    outbox.enqueue(DELIVER_JOB, {"entry": entry_id}, dedupe_key=key, session=session)


def _row(event: Event, data: Data, text: str | None, urgency: Urgency) -> dict[str, Any]:
    moment, entry_id = now(), new_id()
    sealed = {} if text is None else personal_data.sealed(InboxEntry, entry_id, {"text": text})
    row = {
        "_id": entry_id,
        **sealed,
        "event": event.value,
        "data": dict(data),
        "at": moment,
        "acted_at": urgency.acted_at,
        "deadlines": list(urgency.deadlines) or None,
        "held_until": quiet_hours.held_until(event, moment, urgency),
        "drop_at": moment + KEPT,
    }
    return {name: value for name, value in row.items() if value is not None}


def _to_visitor(
    visitor: str, dedupe_key: str, row: dict[str, Any], session: ClientSession
) -> str | None:
    """Write an entry; return its id when it is a new one."""
    if not accounts.touch(visitor, session):
        return None
    written = InboxEntry._get_collection().update_one(
        {"visitor": visitor, "dedupe_key": dedupe_key},
        {"$setOnInsert": row},
        upsert=True,
        session=session,
    )
    return None if written.upserted_id is None else str(row["_id"])
