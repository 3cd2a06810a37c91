"""Subscription messages of WeChat: what a visitor allowed, and what was sent."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, IntField, StringField

from core.clock import now
from core.ids import new_id
from models.notifications import Event


class SubscriptionAnswer(StrEnum):
    """What a visitor answered when they were asked for messages of a template."""

    ACCEPT = "accept"
    REJECT = "reject"
    BAN = "ban"
    FILTER = "filter"


class SendState(StrEnum):
    """How a message ended. `unknown`: it may have been sent, and is not sent again."""

    SENDING = "sending"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    FAILED = "failed"


class SubscriptionCredit(Document):
    """How many messages of a template a visitor accepted, as WeChat and their client tell.

    Both tell of the same answers, so that the larger number is right. `spent` counts messages.
    """

    meta: ClassVar = {
        "collection": "subscription_credits",
        "indexes": [{"fields": ["visitor", "template"], "unique": True}],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    visitor = StringField(required=True)
    template = StringField(required=True, max_length=128)
    by_client = IntField(required=True, default=0)
    by_event = IntField(required=True, default=0)
    spent = IntField(required=True, default=0)
    updated_at = DateTimeField(required=True, default=now)


class SubscriptionMessage(Document):
    """A message to a visitor, written before it is sent; its id is that of the inbox entry.

    One at a time is being sent to a visitor: WeChat refuses two (43108). `message_id` is the
    platform's. MongoDB drops it at `drop_at`.
    """

    meta: ClassVar = {
        "collection": "subscription_messages",
        "indexes": [
            {
                "fields": ["visitor"],
                "name": "one_at_a_time",
                "unique": True,
                "partialFilterExpression": {"state": SendState.SENDING.value},
            },
            ("visitor", "at"),
            ("at", "id"),
            ("state", "at", "id"),
            {"fields": ["message_id"], "sparse": True},
            {"fields": ["drop_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    visitor = StringField(required=True)
    event = EnumField(Event, required=True)
    template = StringField(required=True, max_length=128)
    state = EnumField(SendState, required=True, default=SendState.SENDING)
    errcode = IntField()
    reason = StringField(max_length=60)
    message_id = StringField(max_length=64)
    at = DateTimeField(required=True, default=now)
    finished_at = DateTimeField()
    drop_at = DateTimeField(required=True)
