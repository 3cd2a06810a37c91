"""Version counters, one a scope: they tell caches and clients that something changed."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, IntField, StringField

CONTENT = "content"
# Seats and departures. Their counter is no document: the departures themselves are followed.
AVAILABILITY = "availability"


class Version(Document):
    """The counter of a scope.

    `last_modified` is a whole second and grows with every change, so that two changes within
    one second differ for clients that only compare dates; it may run ahead of the clock.
    """

    meta: ClassVar = {"collection": "versions", "auto_create_index": False}

    id = StringField(primary_key=True)
    number = IntField(required=True, default=0)
    last_modified = DateTimeField(required=True)
