"""Immutable revisions: what was published, when, by whom."""

from typing import ClassVar

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    EmbeddedDocumentListField,
    EnumField,
    IntField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import new_id
from models.enums import Kind
from models.reviews import Verdict


class Revision(Document):
    """One published state of an item. Written once, never changed.

    `content` holds the working copy's fields, `content_hash` the hash of their canonical form.
    `actor` is the name of who published it, `actor_id` their id; `authors` are the ids of who
    wrote it, `verdicts` what its reviewers said.
    """

    meta: ClassVar = {
        "collection": "revisions",
        "indexes": [{"fields": ["kind", "item", "number"], "unique": True}],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    kind = EnumField(Kind, required=True)
    item = StringField(required=True)
    number = IntField(required=True)
    content = DictField(required=True)
    content_hash = StringField(required=True)
    actor = StringField(required=True)
    actor_id = StringField()
    authors = ListField(StringField())
    verdicts = EmbeddedDocumentListField(Verdict)
    note = StringField(max_length=600)
    created_at = DateTimeField(required=True, default=now)
