"""产业赛道: the 22 industry tracks in three classes, each with its chain and its goals."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import EmbeddedDocumentListField, EnumField, IntField, ListField, StringField

from models.content import Content
from models.enums import Kind
from models.parts import SUMMARY_MAX, TEXT_MAX, TITLE_MAX, Part


class TrackClass(StrEnum):
    """The three classes: 聚焦突破, 重点实施, 加快布局."""

    BREAKTHROUGH = "breakthrough"
    PRIORITY = "priority"
    EMERGING = "emerging"


class ChainStage(StrEnum):
    """Where in the industrial chain a link stands: 上游, 中游, 下游."""

    UPSTREAM = "upstream"
    MIDSTREAM = "midstream"
    DOWNSTREAM = "downstream"


class ChainStanding(StrEnum):
    """How the place stands in a link: 优势, 劣势, or 空白 that waits for investors."""

    STRENGTH = "strength"
    WEAKNESS = "weakness"
    GAP = "gap"


class ChainLink(Part):
    """A link of the chain; project cards name it to gather under it."""

    stage = EnumField(ChainStage, required=True)
    name = StringField(required=True, max_length=TITLE_MAX)
    description = StringField(max_length=SUMMARY_MAX)
    standing = EnumField(ChainStanding)


class Track(Content):
    """An industry track. Who leads it (牵头领导, 责任领导) stays empty until staff fill it in."""

    KIND: ClassVar = Kind.TRACKS
    TRANSLATABLE: ClassVar = (
        *Content.TRANSLATABLE,
        "direction",
        "chain.*.name",
        "chain.*.description",
    )
    meta: ClassVar = {"collection": "tracks"}

    number = IntField(required=True, min_value=1, max_value=99)
    track_class = EnumField(TrackClass, required=True)
    direction = StringField(max_length=TEXT_MAX)
    chain_leaders = ListField(StringField(max_length=TITLE_MAX), max_length=50)
    carriers = ListField(StringField(max_length=TITLE_MAX), max_length=50)
    lead_official = StringField(max_length=TITLE_MAX)
    responsible_official = StringField(max_length=TITLE_MAX)
    lead_department = StringField(max_length=TITLE_MAX)
    chain = EmbeddedDocumentListField(ChainLink)

    @property
    def facet(self) -> str | None:
        """Return the class, by which lists of tracks are filtered."""
        return str(self.track_class)
