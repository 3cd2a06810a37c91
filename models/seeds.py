"""What the demo content loader wrote, so that it never overwrites what staff changed since."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, EnumField, IntField, StringField

from models.enums import Kind


class Seed(Document):
    """An item that was loaded: the id is `kind:slug`, `digest` that of its source text."""

    meta: ClassVar = {"collection": "seeds", "auto_create_index": False}

    id = StringField(primary_key=True)
    kind = EnumField(Kind, required=True)
    item = StringField(required=True)
    digest = StringField(required=True)
    revision = IntField(required=True)
    loaded_at = DateTimeField(required=True)
