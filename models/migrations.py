"""Data migrations that ran on this database."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, StringField


class Migration(Document):
    """A migration that ran to its end; the id is its file name without suffix."""

    meta: ClassVar = {"collection": "migrations", "auto_create_index": False}

    id = StringField(primary_key=True)
    finished_at = DateTimeField(required=True)
