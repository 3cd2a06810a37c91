"""Drafts: what a member of staff was typing and has not saved."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, IntField, StringField

from core.clock import now
from models.enums import Kind


class Draft(Document):
    """One person's unsaved changes of one item; the id is `kind:item:staff`.

    `text` is JSON as it was sent, complete or not. `revision` is the one it began from.
    MongoDB drops it at `expires_at`.
    """

    meta: ClassVar = {
        "collection": "drafts",
        "indexes": [
            ("staff", "saved_at"),
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    kind = EnumField(Kind, required=True)
    item = StringField(required=True)
    staff = StringField(required=True)
    revision = IntField(required=True)
    text = StringField(required=True)
    saved_at = DateTimeField(required=True, default=now)
    expires_at = DateTimeField(required=True)
