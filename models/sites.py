"""点位: places that a site visit can stop at."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    EnumField,
    IntField,
    ListField,
    StringField,
)

from models.content import Content
from models.enums import Kind
from models.parts import SUMMARY_MAX, TEXT_MAX, TITLE_MAX, Location, MediaRef, Window


class SiteType(StrEnum):
    """What a site is: 企业, 园区, 展厅, 阵地, 平台, 枢纽."""

    ENTERPRISE = "enterprise"
    PARK = "park"
    EXHIBITION = "exhibition"
    VENUE = "venue"
    PLATFORM = "platform"
    HUB = "hub"


class GateNeed(StrEnum):
    """What a gate asks of a group before it comes: the names of all who come, plates of cars.

    Numbers of papers are not among them: whoever must see papers sees them at the gate.
    """

    NAMES = "names"
    PLATES = "plates"


class SiteCapacity(EmbeddedDocument):
    """How many groups and people a site holds at one time, and the minutes between groups."""

    groups = IntField(min_value=0, max_value=1000)
    people = IntField(min_value=0, max_value=100_000)
    margin_minutes = IntField(min_value=0, max_value=24 * 60)


class Site(Content):
    """A place that can be visited. `visit_minutes` is the usual stay.

    `gate_needs` is what its gate must know of a group before it comes; empty: nothing.
    """

    KIND: ClassVar = Kind.SITES
    TRANSLATABLE: ClassVar = (
        *Content.TRANSLATABLE,
        "description",
        "address",
        "opening_note",
        "visit_note",
    )
    meta: ClassVar = {"collection": "sites"}
    MEDIA: ClassVar = (*Content.MEDIA, "photos.*")

    site_type = EnumField(SiteType, required=True)
    description = StringField(max_length=TEXT_MAX)
    address = StringField(max_length=TITLE_MAX)
    location = EmbeddedDocumentField(Location)
    opening_hours = EmbeddedDocumentListField(Window)
    opening_note = StringField(max_length=SUMMARY_MAX)
    visit_minutes = IntField(min_value=1, max_value=24 * 60)
    visit_note = StringField(max_length=SUMMARY_MAX)
    capacity = EmbeddedDocumentField(SiteCapacity)
    bookable = BooleanField(required=True, default=True)
    gate_needs = ListField(EnumField(GateNeed), max_length=len(GateNeed))
    photos = EmbeddedDocumentListField(MediaRef)

    @property
    def facet(self) -> str | None:
        """Return the type, by which lists of sites are filtered."""
        return str(self.site_type)
