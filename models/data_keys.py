"""Keys that personal data is encrypted with, by id; the keys themselves are in the settings."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, StringField

from core.clock import now


class DataKey(Document):
    """A key under which something may be stored; gone once nothing is."""

    meta: ClassVar = {"collection": "data_keys", "auto_create_index": False}

    id = StringField(primary_key=True)
    first_used_at = DateTimeField(required=True, default=now)
