"""Live snapshots: the only thing that the public reads.

A snapshot holds an item's card and detail as JSON text in each language, rendered when it was
published, with the fields by which lists are filtered and sorted. What is not here is not public.
"""

from typing import Any, ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    EnumField,
    FloatField,
    IntField,
    ListField,
    StringField,
)
from pymongo.collection import Collection

from core.clock import now
from models.enums import Kind, Place


def snapshot_key(kind: str, item: str) -> str:
    """Return the key of an item's snapshot, which is also how links name it."""
    return f"{kind}:{item}"


def in_time() -> dict[str, Any]:
    """Return the condition that leaves out what is past its time.

    Every read of what is live has it: no worker may have been there to take it offline. Search
    entries carry the same field.
    """
    return {"expire_at": {"$not": {"$lte": now()}}}


class Snapshot(Document):
    """The live copy of an item; the id is `kind:item`.

    `tracks` holds ids and slugs of tracks, so that a filter takes either. `refs` are the keys of
    the items that this one links to, `media` the ids of the media that it shows
    or leads to. `body` maps a language to `{card, detail}` as JSON text, in which a link is
    `{"$ref": "kind:item"}`, replaced by the target's live card when read. `changes_at` is
    when the text must be rendered anew though nobody edits it: a figure becomes due for review.
    """

    meta: ClassVar = {
        "collection": "snapshots",
        "indexes": [
            {"fields": ["kind", "slug"], "unique": True},
            ("kind", "order", "id"),
            ("kind", "facet", "order", "id"),
            ("kind", "tracks", "order", "id"),
            ("kind", "tags", "order", "id"),
            ("kind", "place", "order", "id"),
            ("kind", "featured", "order", "id"),
            ("refs", "kind", "order"),
            ("media", "kind", "id"),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    kind = EnumField(Kind, required=True)
    item = StringField(required=True)
    slug = StringField(required=True)
    order = FloatField(required=True)
    facet = StringField()
    tracks = ListField(StringField())
    tags = ListField(StringField())
    place = EnumField(Place)
    featured = BooleanField(required=True, default=False)
    refs = ListField(StringField())
    media = ListField(StringField())
    revision = IntField(required=True)
    published_at = DateTimeField(required=True)
    expire_at = DateTimeField()
    changes_at = DateTimeField()
    body = DictField(required=True)

    @classmethod
    def raw(cls) -> "Collection[dict[str, Any]]":
        """Return the collection itself: hot reads skip document objects."""
        collection: Collection[dict[str, Any]] = cls._get_collection()
        return collection
