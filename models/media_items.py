"""Media items: what a media reference in content points to."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    EnumField,
    FloatField,
    IntField,
    StringField,
)

from core.clock import now
from core.ids import new_id
from models.parts import MEDIA_ID_MAX, SUMMARY_MAX


class MediaKind(StrEnum):
    """What the bytes are."""

    IMAGE = "image"
    VIDEO = "video"
    SUBTITLES = "subtitles"
    DOCUMENT = "document"


class MediaSource(EmbeddedDocument):
    """One file of an item: path below the media folder, MIME type, width in pixels, bytes."""

    path = StringField(required=True, max_length=300)
    type = StringField(required=True, max_length=100)
    width = IntField(min_value=1)
    size = IntField(required=True, min_value=0)


class MediaItem(Document):
    """A picture, film, subtitle track or document with its renditions.

    Width and height are pixels of the largest rendition, `duration` is seconds. `poster` is the
    id of the image that stands for a film. `demo` marks what our own script drew.
    """

    meta: ClassVar = {
        "collection": "media_items",
        "indexes": ["sha256"],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id, max_length=MEDIA_ID_MAX)
    kind = EnumField(MediaKind, required=True)
    alt = StringField(max_length=SUMMARY_MAX)
    width = IntField(min_value=1)
    height = IntField(min_value=1)
    duration = FloatField(min_value=0)
    sources = EmbeddedDocumentListField(MediaSource, required=True)
    poster = StringField(max_length=MEDIA_ID_MAX)
    sha256 = StringField(required=True, max_length=64)
    demo = BooleanField(required=True, default=False)
    created_at = DateTimeField(required=True, default=now)
