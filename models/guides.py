"""讲解员: who leads a visit."""

from typing import ClassVar

from mongoengine import BooleanField, EnumField, IntField, ListField, StringField

from models.enums import Language
from models.kept import Kept
from models.parts import SUMMARY_MAX, TITLE_MAX


class Guide(Kept):
    """A guide. The phone is encrypted; visitors read it on their own 行程单 only.

    `feed_hash` is the SHA-256 of the secret in the address of the guide's calendar feed, absent
    while there is none. `demo` marks 演示.

    `touched` grows whenever a departure takes it, so that it cannot be put out of use meanwhile.
    """

    SEALED: ClassVar = ("phone",)
    INDEXED: ClassVar[dict[str, str]] = {}

    meta: ClassVar = {
        "collection": "guides",
        "indexes": [("active", "name", "id"), {"fields": ["feed_hash"], "sparse": True}],
    }

    name = StringField(required=True, max_length=TITLE_MAX)
    phone = StringField()
    languages = ListField(EnumField(Language), max_length=5)
    note = StringField(max_length=SUMMARY_MAX)
    active = BooleanField(required=True, default=True)
    feed_hash = StringField()
    touched = IntField(required=True, default=0)
    demo = BooleanField(required=True, default=False)
