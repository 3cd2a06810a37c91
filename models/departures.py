"""班次: a visit on a day at a time, with its seats, its guide, its vehicle.

The seats of a departure are told by this document alone: who holds some, who waits, and how many
people that is change together, in one update. Bookings follow it.
"""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
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

from core.clock import now
from core.ids import new_id
from models.calendar import DAY_REGEX
from models.enums import Language
from models.parts import KEY_MAX, SUMMARY_MAX, Location
from models.routes import BookingRules

CAPACITY_MAX = 1000
# Groups that hold seats, and groups that wait, at most.
HOLDS_MAX = 500
QUEUE_MAX = 100
STOPS_MAX = 40


class Audience(StrEnum):
    """Whether anybody may book seats, or it is the visit of one delegation."""

    OPEN = "open"
    PRIVATE = "private"


class DepartureState(StrEnum):
    """Where a departure stands. `proposed`: resources are held, the delegation decides."""

    PROPOSED = "proposed"
    OPEN = "open"
    CANCELLED = "cancelled"
    COMPLETED = "completed"


class Minimum(StrEnum):
    """What is known of the minimum to run.

    `ahead`: the cut-off is to come; `reached`: enough people at the cut-off; `due`: too few, and
    staff decide; `waived`: too few, and it runs all the same.
    """

    AHEAD = "ahead"
    REACHED = "reached"
    DUE = "due"
    WAIVED = "waived"


class Availability(StrEnum):
    """How a departure stands for who wants to come: seats, a waiting list, neither, too late."""

    BOOKABLE = "bookable"
    WAITLIST = "waitlist_only"
    FULL = "full"
    CLOSED = "closed"


class Words(EmbeddedDocument):
    """A text in Chinese, and in English where there is one."""

    zh = StringField(required=True, max_length=SUMMARY_MAX)
    en = StringField(max_length=SUMMARY_MAX)


class PlannedStop(EmbeddedDocument):
    """A stop with its window (UTC), as it was when the departure was made or last changed.

    `site` is the id of the site, `x` and `y` its pin on the map image of the route.
    """

    key = StringField(required=True, max_length=KEY_MAX)
    site = StringField(required=True, max_length=40)
    title = EmbeddedDocumentField(Words, required=True)
    note = EmbeddedDocumentField(Words)
    arrives_at = DateTimeField(required=True)
    leaves_at = DateTimeField(required=True)
    location = EmbeddedDocumentField(Location)
    x = FloatField(min_value=0, max_value=1)
    y = FloatField(min_value=0, max_value=1)


class Meeting(EmbeddedDocument):
    """Where a group meets."""

    title = EmbeddedDocumentField(Words, required=True)
    note = EmbeddedDocumentField(Words)
    location = EmbeddedDocumentField(Location)


class Hold(EmbeddedDocument):
    """Seats that a booking holds. `visitor` is absent for who has no account."""

    booking = StringField(required=True)
    visitor = StringField()
    party = IntField(required=True, min_value=1)
    since = DateTimeField(required=True)


class Waiting(EmbeddedDocument):
    """A booking that waits for seats; the order of the list is the order of request."""

    booking = StringField(required=True)
    visitor = StringField()
    party = IntField(required=True, min_value=1)
    since = DateTimeField(required=True)


class Departure(Document):
    """A departure. `held` is the sum of people in `holds`, never more than `capacity`.

    Texts, stops and terms are copies: an edit of the route moves no departure. `closes_at` is the
    last moment to request (the lead time), `cancel_by` and `reschedule_by` the cut-offs. Since
    `due_since` staff are to decide about too few people. `day` is that of the start in Shanghai.
    `schedule_key` is `<schedule>:<day>`, once for each day of a schedule, which was at
    `schedule_revision` then. `revision` guards what staff change; seats do not move it.
    `provisional`: the day lies beyond the public calendar. `demo` marks 演示.
    """

    meta: ClassVar = {
        "collection": "departures",
        "indexes": [
            {"fields": ["schedule_key"], "unique": True, "sparse": True},
            ("audience", "state", "starts_at", "id"),
            ("audience", "state", "route", "starts_at", "id"),
            ("audience", "state", "slug", "starts_at", "id"),
            ("audience", "state", "tracks", "starts_at", "id"),
            ("state", "starts_at", "id"),
            ("starts_at", "id"),
            ("route", "starts_at", "id"),
            ("day", "starts_at"),
            ("schedule", "starts_at", "id"),
            ("guide", "starts_at", "id"),
            ("vehicle", "starts_at", "id"),
            ("stops.site", "starts_at", "id"),
            ("stops.site", "day"),
            ("minimum", "starts_at", "id"),
            ("minimum", "cancel_by"),
            ("updated_at",),
            {"fields": ["visit"], "sparse": True},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    audience = EnumField(Audience, required=True, default=Audience.OPEN)
    state = EnumField(DepartureState, required=True, default=DepartureState.OPEN)
    route = StringField(max_length=40)
    slug = StringField(max_length=120)
    visit = StringField(max_length=40)
    title = EmbeddedDocumentField(Words, required=True)
    tracks = ListField(StringField(max_length=40), max_length=30)
    language = EnumField(Language, required=True, default=Language.ZH_CN)
    day = StringField(required=True, regex=DAY_REGEX)
    starts_at = DateTimeField(required=True)
    ends_at = DateTimeField(required=True)
    stops = EmbeddedDocumentListField(PlannedStop, required=True, max_length=STOPS_MAX)
    meeting = EmbeddedDocumentField(Meeting)
    terms = EmbeddedDocumentField(BookingRules, required=True)
    closes_at = DateTimeField(required=True)
    cancel_by = DateTimeField(required=True)
    reschedule_by = DateTimeField(required=True)
    capacity = IntField(required=True, min_value=1, max_value=CAPACITY_MAX)
    held = IntField(required=True, default=0, min_value=0)
    holds = EmbeddedDocumentListField(Hold)
    queue = EmbeddedDocumentListField(Waiting)
    minimum = EnumField(Minimum, required=True, default=Minimum.AHEAD)
    due_since = DateTimeField()
    guide = StringField(max_length=40)
    vehicle = StringField(max_length=40)
    schedule = StringField(max_length=40)
    schedule_key = StringField(max_length=80)
    schedule_revision = IntField()
    note = StringField(max_length=SUMMARY_MAX)
    reason = StringField(max_length=SUMMARY_MAX)
    provisional = BooleanField(required=True, default=False)
    demo = BooleanField(required=True, default=False)
    revision = IntField(required=True, default=1)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)

    @property
    def seats_left(self) -> int:
        """Return how many people can still come."""
        return max(0, int(self.capacity) - int(self.held))

    @property
    def duration_minutes(self) -> int:
        """Return the minutes from the first arrival to the last departure."""
        return int((self.ends_at - self.starts_at).total_seconds() // 60)
