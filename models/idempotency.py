"""Answers that were given to requests with an Idempotency-Key."""

from typing import ClassVar

from mongoengine import DateTimeField, Document, IntField, StringField


class IdempotentAnswer(Document):
    """The answer to one key of one actor on one route; the id is a hash of the three.

    Without a `status` the request is still being processed, at most until `busy_until`; or what it
    made is found by the key, and the record only tells what was asked.
    MongoDB drops the record at `expires_at`. The body is encrypted: it may hold personal data, or
    a password that is told once.
    """

    SEALED: ClassVar = ("body",)
    INDEXED: ClassVar[dict[str, str]] = {}

    meta: ClassVar = {
        "collection": "idempotent_answers",
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    fingerprint = StringField(required=True)
    token = StringField(required=True)
    status = IntField()
    body = StringField()
    busy_until = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)
