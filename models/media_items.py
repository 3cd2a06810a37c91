"""Media items: what a media reference in content points to, and the objects it consists of."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    EnumField,
    FloatField,
    IntField,
    ListField,
    StringField,
)
from mongoengine.errors import ValidationError

from core.clock import now
from core.ids import new_id
from models.parts import MEDIA_ID_MAX, SUMMARY_MAX

KEY_MAX = 300
NAME_MAX = 300
RIGHTS_MAX = 600
# How much of a document's text is searched: some hundred pages of Chinese.
TEXT_MAX = 50_000
# What can be long: lists of items leave it out.
LONG = ("stream", "text")


class MediaKind(StrEnum):
    """What the bytes are."""

    IMAGE = "image"
    VIDEO = "video"
    SUBTITLES = "subtitles"
    DOCUMENT = "document"


class MediaState(StrEnum):
    """Whether an item can be used: only what is `ready` reaches the public."""

    PROCESSING = "processing"
    READY = "ready"
    FAILED = "failed"


class MediaAudience(StrEnum):
    """Who may see it: anybody at addresses that never change, or staff by signed ones."""

    PUBLIC = "public"
    INTERNAL = "internal"


class MediaRole(StrEnum):
    """What a file of an item is for."""

    PICTURE = "picture"
    FILM = "film"
    PLAYLIST = "playlist"
    """The HLS master playlist; what it leads to stands in `MediaItem.stream`."""
    THUMBNAILS = "thumbnails"
    """A sheet of small pictures along a film, and the WebVTT that tells where each stands."""
    SUBTITLES = "subtitles"
    PAGE = "page"
    PAGE_THUMBNAIL = "page_thumbnail"
    DOCUMENT = "document"
    """A document as it was uploaded, to be saved."""
    TEXT = "text"
    """The text of a document as a JSON list, one string for each page."""


class MediaFile(EmbeddedDocument):
    """An object of the store: its key, bytes, and the SHA-256 of its content."""

    meta: ClassVar = {"abstract": True}

    key = StringField(required=True, max_length=KEY_MAX)
    size = IntField(required=True, min_value=0)
    sha256 = StringField(max_length=64)


class MediaSource(MediaFile):
    """A file that is given to readers: what it is for, MIME type, pixels; pages count from 1."""

    role = EnumField(MediaRole, required=True)
    type = StringField(required=True, max_length=100)
    width = IntField(min_value=1)
    height = IntField(min_value=1)
    page = IntField(min_value=1)


class MediaStream(MediaFile):
    """A file that only a playlist leads to."""


class MediaOriginal(MediaFile):
    """The file as it was uploaded, never changed; it lies where only we read it."""

    type = StringField(required=True, max_length=100)


class MediaFault(EmbeddedDocument):
    """Why something failed: a code of `core.messages` and what fills its text."""

    code = StringField(required=True, max_length=60)
    params = DictField()


class MediaItem(Document):
    """A picture, film, subtitle track or document with its renditions.

    Width and height are pixels of the largest rendition, `duration` is seconds, `placeholder` a
    `data:` URI. `name` is the one under which people know the file and save it. `poster` is the id
    of the image that stands for a film. `progress` goes from 0 to 1 while renditions are made, all
    of which appear with the change to `ready`; `tries` counts how often that began. `text` is what
    search knows of a document. `held` grows with each publication that shows the item: so that
    publishing and deleting it at once cannot both succeed. `demo` marks what our own script drew;
    that has no `original`.
    """

    meta: ClassVar = {
        "collection": "media_items",
        "indexes": [
            "sha256",
            {"fields": ["original.sha256"], "unique": True, "sparse": True},
            ("-created_at", "-id"),
            ("kind", "-created_at", "-id"),
            ("state", "-created_at", "-id"),
            ("state", "updated_at"),
            {"fields": ["poster"], "sparse": True},
            "sources.key",
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id, max_length=MEDIA_ID_MAX)
    kind = EnumField(MediaKind, required=True)
    state = EnumField(MediaState, required=True, default=MediaState.READY)
    audience = EnumField(MediaAudience, required=True, default=MediaAudience.PUBLIC)
    alt = StringField(max_length=SUMMARY_MAX)
    rights = StringField(max_length=RIGHTS_MAX)
    name = StringField(max_length=NAME_MAX)
    width = IntField(min_value=1)
    height = IntField(min_value=1)
    duration = FloatField(min_value=0)
    pages = IntField(min_value=1)
    placeholder = StringField(max_length=4_000)
    notes = ListField(StringField(max_length=60))
    sources = EmbeddedDocumentListField(MediaSource)
    stream = EmbeddedDocumentListField(MediaStream)
    text = StringField(max_length=TEXT_MAX)
    poster = StringField(max_length=MEDIA_ID_MAX)
    sha256 = StringField(max_length=64)
    original = EmbeddedDocumentField(MediaOriginal)
    progress = FloatField(required=True, min_value=0, max_value=1, default=1)
    fault = EmbeddedDocumentField(MediaFault)
    tries = IntField(required=True, min_value=0, default=0)
    held = IntField(required=True, min_value=0, default=0)
    uploader = StringField(max_length=40)
    uploader_name = StringField(max_length=120)
    demo = BooleanField(required=True, default=False)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)

    def clean(self) -> None:
        """Refuse a ready item without any file."""
        if self.state is MediaState.READY and not self.sources:
            message = "a media item that is ready has sources"
            raise ValidationError(message)
