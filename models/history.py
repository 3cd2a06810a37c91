"""What visitors have read, for those who let it be kept."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, StringField

from core.clock import now
from core.ids import new_id
from models.enums import Kind


class HistoryEntry(Document):
    """An item that a visitor has read, and when last."""

    meta: ClassVar = {
        "collection": "history",
        "indexes": [
            {"fields": ["visitor", "kind", "item"], "unique": True},
            ("visitor", "-at", "-id"),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    visitor = StringField(required=True)
    kind = EnumField(Kind, required=True)
    item = StringField(required=True)
    at = DateTimeField(required=True, default=now)
