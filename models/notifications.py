"""What visitors are told: entries of their inbox, and calls that staff make instead."""

import datetime as dt
from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    EnumField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import new_id

NOTE_MAX = 500


class Event(StrEnum):
    """What happened; `services.notification_texts` puts it into words."""

    PHONE_CHANGED = "phone_changed"
    MESSAGE = "message"
    BOOKING_REQUESTED = "booking_requested"
    BOOKING_CONFIRMED = "booking_confirmed"
    BOOKING_REJECTED = "booking_rejected"
    BOOKING_EXPIRED = "booking_expired"
    BOOKING_WAITLISTED = "booking_waitlisted"
    BOOKING_OFFERED = "booking_offered"
    BOOKING_OFFER_ENDING = "booking_offer_ending"
    BOOKING_LAPSED = "booking_lapsed"
    BOOKING_CHANGED = "booking_changed"
    BOOKING_CANCELLED = "booking_cancelled"
    BOOKING_RESCHEDULED = "booking_rescheduled"
    DEPARTURE_CHANGED = "departure_changed"
    DEPARTURE_RUNS = "departure_runs"
    REMINDER_DAY = "reminder_day"
    REMINDER_HOURS = "reminder_hours"
    VISIT_OVER = "visit_over"
    NO_SHOW = "no_show"
    SUSPENDED = "suspended"
    SUSPENSION_LIFTED = "suspension_lifted"
    VISIT_ASKED = "visit_asked"
    VISIT_PROPOSED = "visit_proposed"
    VISIT_ACCEPTED = "visit_accepted"
    VISIT_DECLINED = "visit_declined"
    VISIT_LAPSED = "visit_lapsed"
    VISIT_UNANSWERED = "visit_unanswered"


class DeliveredBy(StrEnum):
    """How an entry reached its visitor beside the inbox."""

    WECHAT = "wechat"
    EMAIL = "email"
    CALL = "call"
    INBOX = "inbox"


class CallState(StrEnum):
    """Where a call stands."""

    OPEN = "open"
    DONE = "done"
    GIVEN_UP = "given_up"


class CallOutcome(StrEnum):
    """How a call ended; a `CallState` too."""

    DONE = CallState.DONE.value
    GIVEN_UP = CallState.GIVEN_UP.value


class InboxEntry(Document):
    """Something that a visitor was told. `data` fills the words and holds nothing personal.

    `text` is what staff wrote, encrypted; the event's words have a place for it. There is one
    entry for each `dedupe_key` of a visitor. MongoDB drops it at `drop_at`.

    `acted_at` is when the visitor did what it answers, `deadlines` are the moments that it is
    about: they tell whether it goes out in the quiet hours. `held_until` is there when it does
    not: the inbox has it at once, the other channels then.
    """

    SEALED: ClassVar = ("text",)
    INDEXED: ClassVar[dict[str, str]] = {}

    meta: ClassVar = {
        "collection": "inbox_entries",
        "indexes": [
            {"fields": ["visitor", "dedupe_key"], "unique": True},
            ("visitor", "-at", "-id"),
            ("visitor", "read_at"),
            {"fields": ["drop_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    visitor = StringField(required=True)
    event = EnumField(Event, required=True)
    data = DictField()
    text = StringField()
    dedupe_key = StringField(required=True, max_length=120)
    at = DateTimeField(required=True, default=now)
    acted_at = DateTimeField()
    deadlines = ListField(DateTimeField())
    held_until = DateTimeField()
    read_at = DateTimeField()
    delivered_by = EnumField(DeliveredBy)
    delivered_at = DateTimeField()
    drop_at = DateTimeField(required=True)

    @property
    def goes_at(self) -> dt.datetime:
        """Return from when it goes out beside the inbox."""
        found: dt.datetime = self.held_until or self.at
        return found


class CallTask(Document):
    """Somebody whom staff must call, because nothing else reaches them.

    `visitor` is absent for who has no account; then `name` and `phone`, both encrypted, say whom.
    When an account is deleted, what is done stays without any of the three. `data` and `text` are
    those of an `InboxEntry`. `taken_by` is the id
    of the member of staff who calls, absent while nobody does. `not_before` is there for what
    came in the quiet hours and can wait: nobody is called earlier.
    """

    SEALED: ClassVar = ("name", "phone", "text")
    INDEXED: ClassVar = {"phone_index": "phone"}

    meta: ClassVar = {
        "collection": "call_tasks",
        "indexes": [
            {"fields": ["dedupe_key"], "unique": True},
            ("state", "created_at", "id"),
            {"fields": ["visitor"], "sparse": True},
            {"fields": ["phone_index"], "sparse": True},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    dedupe_key = StringField(required=True, max_length=160)
    event = EnumField(Event, required=True)
    data = DictField()
    text = StringField()
    visitor = StringField()
    name = StringField()
    phone = StringField()
    phone_index = StringField()
    state = EnumField(CallState, required=True, default=CallState.OPEN)
    taken_by = StringField()
    taken_by_name = StringField()
    taken_at = DateTimeField()
    note = StringField(max_length=NOTE_MAX)
    created_at = DateTimeField(required=True, default=now)
    not_before = DateTimeField()
    closed_at = DateTimeField()
    closed_by = StringField()
