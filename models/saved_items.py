"""What the lists of a visitor share: favourites, reading history."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, StringField

from core.clock import now
from core.ids import new_id
from models.enums import Kind


class SavedItem(Document):
    """An item in a list of a visitor; `COUNTER` names the visitor's field that counts them."""

    COUNTER: ClassVar[str]

    meta: ClassVar = {
        "abstract": True,
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
