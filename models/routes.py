"""考察动线: ordered stops on a map image and on real coordinates, which visitors book."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    EmbeddedDocument,
    EmbeddedDocumentField,
    EmbeddedDocumentListField,
    EnumField,
    FloatField,
    IntField,
    ListField,
    StringField,
)

from models.content import Content
from models.enums import Kind, Language
from models.parts import SUMMARY_MAX, TEXT_MAX, TITLE_MAX, Location, MapApproval, MediaRef, Part


class Confirmation(StrEnum):
    """Whether a request for a visit confirms by itself or by staff."""

    AUTOMATIC = "automatic"
    STAFF = "staff"


class Stop(Part):
    """A stop: `dwell_minutes` there, `travel_minutes` to the next one (0 at the last).

    `x` and `y` place its pin on the route's map image, from 0 (left, top) to 1 (right, bottom).
    """

    site = StringField(required=True, max_length=40)
    title = StringField(required=True, max_length=TITLE_MAX)
    note = StringField(max_length=SUMMARY_MAX)
    dwell_minutes = IntField(required=True, min_value=1, max_value=24 * 60)
    travel_minutes = IntField(required=True, min_value=0, max_value=24 * 60)
    x = FloatField(required=True, min_value=0, max_value=1)
    y = FloatField(required=True, min_value=0, max_value=1)


class MeetingPoint(EmbeddedDocument):
    """Where and how a group meets."""

    title = StringField(required=True, max_length=TITLE_MAX)
    note = StringField(max_length=SUMMARY_MAX)
    location = EmbeddedDocumentField(Location)


class BookingRules(EmbeddedDocument):
    """Terms of booking a route: lead time in days, cut-offs in hours before the start."""

    lead_days = IntField(required=True, min_value=0, max_value=365)
    cancel_hours = IntField(required=True, min_value=0, max_value=24 * 60)
    reschedule_hours = IntField(required=True, min_value=0, max_value=24 * 60)
    group_min = IntField(required=True, min_value=1, max_value=1000)
    group_max = IntField(required=True, min_value=1, max_value=1000)
    minimum_to_run = IntField(required=True, min_value=1, max_value=1000)
    confirmation = EnumField(Confirmation, required=True)


class Route(Content):
    """A site-visit route. Its map image stands under 审图号 rules (`map_approval`)."""

    KIND: ClassVar = Kind.ROUTES
    TRANSLATABLE: ClassVar = (
        *Content.TRANSLATABLE,
        "description",
        "map_approval.exemption",
        "meeting_point.title",
        "meeting_point.note",
        "stops.*.title",
        "stops.*.note",
    )
    meta: ClassVar = {"collection": "routes", "indexes": ["stops.site"]}
    LINKS: ClassVar = {**Content.LINKS, "stops.*.site": Kind.SITES}
    MEDIA: ClassVar = (*Content.MEDIA, "map_image")

    description = StringField(max_length=TEXT_MAX)
    stops = EmbeddedDocumentListField(Stop)
    map_image = EmbeddedDocumentField(MediaRef)
    map_approval = EmbeddedDocumentField(MapApproval)
    meeting_point = EmbeddedDocumentField(MeetingPoint)
    languages = ListField(EnumField(Language), max_length=5)
    booking = EmbeddedDocumentField(BookingRules)

    @property
    def duration_minutes(self) -> int:
        """Return the minutes from the first arrival to the last departure."""
        return sum(stop.dwell_minutes + stop.travel_minutes for stop in self.stops)
