"""Texts of visitors that WeChat did not pass: staff decide whether they stay."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, IntField, ListField, StringField

from core.clock import now
from core.ids import new_id

NOTE_MAX = 500


class HeldReason(StrEnum):
    """Why a text is held: what WeChat suggests, or that it could not be asked."""

    REVIEW = "review"
    RISKY = "risky"
    UNAVAILABLE = "unavailable"
    NO_WECHAT = "no_wechat"


class HeldState(StrEnum):
    """Where a text stands."""

    HELD = "held"
    ALLOWED = "allowed"
    REFUSED = "refused"


class HeldDecision(StrEnum):
    """What staff decide; a `HeldState` too."""

    ALLOWED = HeldState.ALLOWED.value
    REFUSED = HeldState.REFUSED.value


class HeldText(Document):
    """A text that is held, or was. `subject` names what it belongs to, as `questions:<id>`.

    The text is encrypted; `parts` are the fields that it was read from. `label` is WeChat's
    number of what it found.
    """

    SEALED: ClassVar = ("text",)
    INDEXED: ClassVar[dict[str, str]] = {}

    meta: ClassVar = {
        "collection": "held_texts",
        "indexes": [
            {"fields": ["subject"], "unique": True},
            ("state", "created_at", "id"),
            ("visitor", "created_at"),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    subject = StringField(required=True, max_length=120)
    visitor = StringField(required=True)
    text = StringField(required=True)
    parts = ListField(StringField(max_length=40), max_length=10)
    reason = EnumField(HeldReason, required=True)
    label = IntField()
    state = EnumField(HeldState, required=True, default=HeldState.HELD)
    note = StringField(max_length=NOTE_MAX)
    decided_by = StringField()
    decided_by_name = StringField()
    decided_at = DateTimeField()
    created_at = DateTimeField(required=True, default=now)
