"""The working copy: what all kinds of content share.

Staff edit working copies; the public never reads them. Publishing writes an immutable revision
(`models.revisions`) and a live snapshot (`models.snapshots`), which is all that is served.
"""

from typing import Any, ClassVar, Self

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    EnumField,
    FloatField,
    IntField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import SLUG_MAX_LENGTH, new_id
from models.enums import ContentState, Kind, Place
from models.parts import SUMMARY_MAX, TITLE_MAX, Figure, MediaRef, Source, Translation
from models.reviews import Review

SLUG_REGEX = r"[a-z0-9]+(-[a-z0-9]+)*\Z"
# What routes of staff have in the place of an item.
RESERVED_SLUGS = frozenset({"order"})


class Content(Document):
    """What every kind of content has.

    `revision` grows with each change and guards against lost updates; `published_revision` is
    the one that is live. `order` sorts lists (staff drag items). `tracks` holds track ids.
    `demo_fields` names the fields whose values are demonstration data 演示, not sourced facts.

    `authors` are the ids of those who wrote what is not published yet (after publishing: what
    was published last), `changed_by` is the name of the last of them. `owner` is the department
    that the item belongs to, if it belongs to one.
    """

    KIND: ClassVar[Kind]
    TRANSLATABLE: ClassVar[tuple[str, ...]] = ("title", "summary", "cover.alt", "figures.*.metric")
    INTERNAL: ClassVar[tuple[str, ...]] = ()
    RICH: ClassVar[tuple[str, ...]] = ()
    LINKS: ClassVar[dict[str, Kind]] = {"tracks.*": Kind.TRACKS}
    MEDIA: ClassVar[tuple[str, ...]] = ("cover",)

    meta: ClassVar = {
        "abstract": True,
        "indexes": [
            {"fields": ["slug"], "unique": True},
            ("state", "order", "id"),
            ("order", "id"),
            ("tracks", "order", "id"),
            ("authors", "order", "id"),
            ("review.stage", "order", "id"),
            ("review.stage", "review.submitted_at", "id"),
            "figures.review_by",
        ],
        "auto_create_index": False,
        "strict": True,
    }

    id = StringField(primary_key=True, default=new_id)
    slug = StringField(required=True, max_length=SLUG_MAX_LENGTH, regex=SLUG_REGEX)
    title = StringField(required=True, min_length=1, max_length=TITLE_MAX)
    summary = StringField(max_length=SUMMARY_MAX)
    cover = EmbeddedDocumentField(MediaRef)
    tags = ListField(StringField(max_length=40), max_length=20)
    tracks = ListField(StringField(max_length=40), max_length=22)
    figures = EmbeddedDocumentListField(Figure)
    sources = EmbeddedDocumentListField(Source)
    place = EnumField(Place)
    order = FloatField(required=True, default=0)
    featured = BooleanField(required=True, default=False)
    demo_fields = ListField(StringField(max_length=80), max_length=40)
    translations = EmbeddedDocumentListField(Translation)

    state = EnumField(ContentState, required=True, default=ContentState.DRAFT)
    revision = IntField(required=True, default=1)
    published_revision = IntField()
    publish_at = DateTimeField()
    expire_at = DateTimeField()
    authors = ListField(StringField(max_length=40))
    changed_by = StringField(max_length=80)
    owner = StringField(max_length=80)
    review = EmbeddedDocumentField(Review)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)

    @property
    def order_key(self) -> float:
        """Return what public lists sort by, ascending."""
        return float(self.order)

    @property
    def facet(self) -> str | None:
        """Return the value of this kind's own list filter, for example a track's class."""
        return None

    @classmethod
    def from_stored(cls, data: dict[str, Any]) -> Self:
        """Build an unsaved document from stored fields, for example those of a revision."""
        document: Self = cls._from_son(data)
        return document

    def stored(self) -> dict[str, Any]:
        """Return the fields as they are stored, as plain containers that can be changed."""
        return dict(self.to_mongo())
