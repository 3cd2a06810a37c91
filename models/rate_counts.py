"""Counters of calls, shared by all processes; kept by the limiter, dropped by MongoDB."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, IntField, StringField


class RateCount(Document):
    """How often one caller did one thing in the window that ends at `expires_at`.

    The id holds the limit's name and a hash of the caller. The name of the field in the database
    is the limiter's.
    """

    meta: ClassVar = {
        "collection": "rate_counts",
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    count = IntField(required=True)
    expires_at = DateTimeField(required=True, db_field="expireAt")
