"""Figures of the mini-program's use, as WeChat counts them."""

from typing import ClassVar

from mongoengine import DateTimeField, DictField, Document, ListField, StringField

from core.clock import now


class UsageDay(Document):
    """A day of Shanghai, which is the id (`2026-03-01`), as WeChat told it the morning after.

    `summary` and `visits` are absent for a day of which WeChat has none. `retention` maps days
    since to users; it is known until the day `retention_until`, and grows for a month.
    """

    meta: ClassVar = {"collection": "usage_days", "auto_create_index": False}

    id = StringField(primary_key=True)
    summary = DictField()
    visits = DictField()
    pages = ListField(DictField())
    retention = DictField()
    retention_until = StringField()
    fetched_at = DateTimeField(required=True, default=now)
