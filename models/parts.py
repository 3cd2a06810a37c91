"""Embedded documents that several resources share: figures, media references, sources."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar

from mongoengine import (
    DateField,
    DateTimeField,
    Decimal128Field,
    EmbeddedDocument,
    EnumField,
    FloatField,
    IntField,
    StringField,
    URLField,
)

from models.enums import Comparator, Coordinates, FigureKind, Language, Place

TITLE_MAX = 120
SUMMARY_MAX = 600
TEXT_MAX = 5_000
BODY_MAX = 200_000
# Languages that texts are translated into; the originals are in the first one.
TRANSLATIONS = tuple(Language)[1:]
KEY_MAX = 60
MEDIA_ID_MAX = 120
KEY_REGEX = r"[A-Za-z0-9_-]+\Z"
HOUR_REGEX = r"([01][0-9]|2[0-3]):[0-5][0-9]\Z"


class ExactField(Decimal128Field):
    """An exact decimal. A binary float is taken for the digits it is written with: 27.9."""

    def to_mongo(self, value: Any) -> Any:
        """Return the value as it is stored."""
        return super().to_mongo(repr(value) if isinstance(value, float) else value)


class Part(EmbeddedDocument):
    """An element of a list in an item. Its `key` is unique there and never changes.

    Translations, chain links and pins refer to a part by its key, so that a new order does not
    move a translation to another part. It holds no dot, which separates the names in a path.
    """

    meta: ClassVar = {"abstract": True}

    key = StringField(required=True, max_length=KEY_MAX, regex=KEY_REGEX)


class Source(EmbeddedDocument):
    """The document that a fact comes from, as a reader would cite it."""

    title = StringField(required=True, max_length=TITLE_MAX)
    publisher = StringField(max_length=TITLE_MAX)
    published_on = DateField()
    place = EnumField(Place)


class Figure(Part):
    """A goal or a result as a structured figure, never typed into prose.

    `value` for one number, `low` and `high` for a range. Money is stated in the unit that the
    source uses (亿元); numbers are exact decimals. `as_of` may be unknown; past `review_by` (a
    date in Shanghai) the figure is marked 待更新. A period that is over does not make it stale.
    """

    metric = StringField(required=True, max_length=TITLE_MAX)
    value = ExactField()
    low = ExactField()
    high = ExactField()
    comparator = EnumField(Comparator, required=True)
    unit = StringField(max_length=20)
    period = StringField(required=True, max_length=40)
    kind = EnumField(FigureKind, required=True)
    place = EnumField(Place, required=True)
    source = StringField(required=True, max_length=TITLE_MAX)
    as_of = DateField()
    review_by = DateField()

    def numbers(self) -> list[Decimal]:
        """Return the one value, or low and high of a range."""
        if self.comparator is Comparator.RANGE:
            return [self.low, self.high]
        return [self.value]

    def is_stale(self, day: dt.date) -> bool:
        """Tell whether the figure is past its review date on `day` (Shanghai): 待更新."""
        return self.review_by is not None and day > self.review_by


class Location(EmbeddedDocument):
    """A point on the map in GCJ-02, degrees; `crs` says so on every answer."""

    lng = FloatField(required=True, min_value=-180, max_value=180)
    lat = FloatField(required=True, min_value=-90, max_value=90)
    crs = EnumField(Coordinates, required=True, default=Coordinates.GCJ02)


class MediaRef(EmbeddedDocument):
    """A use of a media item, with the alternative text for this very place."""

    media = StringField(required=True, max_length=MEDIA_ID_MAX)
    alt = StringField(max_length=SUMMARY_MAX)


class MapApproval(EmbeddedDocument):
    """审图号 of a map image, or why it needs none. One of the two stands on every map."""

    number = StringField(max_length=60)
    exemption = StringField(max_length=SUMMARY_MAX)


class Contact(Part):
    """A contact card. What the source leaves open stays empty."""

    name = StringField(required=True, max_length=TITLE_MAX)
    department = StringField(max_length=TITLE_MAX)
    phone = StringField(max_length=40)
    email = StringField(max_length=TITLE_MAX)
    website = URLField(max_length=300)
    note = StringField(max_length=SUMMARY_MAX)


class Translation(EmbeddedDocument):
    """One text of an item in another language.

    `path` names the text: `title`, or `stops.<key>.note` inside a list. `source_hash` is the
    hash of the original it was made from; when the original changes, the translation is behind.
    """

    language = EnumField(Language, required=True, choices=TRANSLATIONS)
    path = StringField(required=True, max_length=200)
    text = StringField(required=True, min_length=1, max_length=BODY_MAX)
    source_hash = StringField(required=True, max_length=64)
    updated_at = DateTimeField(required=True)


class Window(EmbeddedDocument):
    """Opening hours of one weekday, in Shanghai time. 1 is Monday, as in ISO 8601."""

    weekday = IntField(required=True, min_value=1, max_value=7)
    opens = StringField(required=True, regex=HOUR_REGEX)
    closes = StringField(required=True, regex=HOUR_REGEX)
