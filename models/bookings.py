"""考察预约: who comes with how many people on which departure, and how far that has come."""

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
    IntField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import new_id
from models.departures import CAPACITY_MAX
from models.enums import Language
from models.parts import KEY_MAX, SUMMARY_MAX

COMPANIONS_MAX = 200
PLATES_MAX = 50
STEPS_MAX = 100


class BookingState(StrEnum):
    """Where a booking stands. `placing`: it is being made; nobody but the maker sees it."""

    PLACING = "placing"
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    RESCHEDULED = "rescheduled"


S = BookingState
# Seats are held in these; they stay held once a visit is over.
HOLDING = frozenset({S.REQUESTED, S.OFFERED, S.CONFIRMED, S.CHECKED_IN, S.COMPLETED, S.NO_SHOW})
# What is still to come.
LIVE = frozenset({S.REQUESTED, S.WAITLISTED, S.OFFERED, S.CONFIRMED, S.CHECKED_IN})


class BookingSource(StrEnum):
    """How a booking came in: by its visitor, by staff for a caller, at the door, by a 定制考察."""

    VISITOR = "visitor"
    PHONE = "phone"
    WALK_IN = "walk_in"
    VISIT = "visit"


class DeskView(StrEnum):
    """What waits for staff: requests to decide, bookings of departures below their minimum."""

    TO_DECIDE = "to_decide"
    BELOW_MINIMUM = "below_minimum"


class By(StrEnum):
    """Who moved a booking on."""

    VISITOR = "visitor"
    STAFF = "staff"
    SYSTEM = "system"


class Step(EmbeddedDocument):
    """A state that a booking reached. `actor` is the member of staff, where one acted."""

    state = EnumField(BookingState, required=True)
    at = DateTimeField(required=True)
    by = EnumField(By, required=True)
    actor = StringField()
    reason = StringField(max_length=SUMMARY_MAX)


class StopRating(EmbeddedDocument):
    """What a visitor thought of one stop, 1 to 5."""

    stop = StringField(required=True, max_length=KEY_MAX)
    rating = IntField(required=True, min_value=1, max_value=5)


class Feedback(EmbeddedDocument):
    """What a visitor said after the visit; tracks are what interested them."""

    rating = IntField(required=True, min_value=1, max_value=5)
    stops = EmbeddedDocumentListField(StopRating, max_length=40)
    tracks = ListField(StringField(max_length=40), max_length=30)
    at = DateTimeField(required=True)


class Booking(Document):
    """A booking. `party` counts people, the contact included.

    `companions` and `plates` are JSON lists of texts, encrypted like the contact; `no_car` tells
    that the group brings none. `starts_at`, `ends_at` and `route` repeat those of the departure.
    `request_key` is a hash that makes a request sent again find its booking, `request_hash` one of
    what it asked. Until `settle_by` a booking that is `placing` may still get its seats. `code` is
    the short code of the check-in, `share_hash` the SHA-256 of the secret in the link for
    companions. What was written as feedback is `feedback_text`. `scene` is the code by which the
    visitor came, which has its `channel`.
    """

    SEALED: ClassVar = (
        *("name", "phone", "organisation", "companions", "plates"),
        *("purpose", "needs", "feedback_text"),
    )
    INDEXED: ClassVar = {"phone_index": "phone"}

    meta: ClassVar = {
        "collection": "bookings",
        "indexes": [
            {"fields": ["request_key"], "unique": True, "sparse": True},
            {"fields": ["code"], "unique": True, "sparse": True},
            {"fields": ["share_hash"], "sparse": True},
            {"fields": ["phone_index"], "sparse": True},
            {"fields": ["visit"], "sparse": True},
            ("visitor", "-starts_at", "-id"),
            ("departure", "state"),
            ("state", "settle_by"),
            ("state", "starts_at", "id"),
            ("starts_at", "id"),
            ("route", "starts_at", "id"),
            ("-created_at", "-id"),
            {
                "fields": ["ends_at"],
                "partialFilterExpression": {"companions": {"$exists": True}},
            },
            {
                "fields": ["ends_at", "id"],
                "partialFilterExpression": {"plates": {"$exists": True}},
            },
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    departure = StringField(required=True)
    route = StringField()
    visit = StringField()
    visitor = StringField()
    state = EnumField(BookingState, required=True)
    source = EnumField(BookingSource, required=True)
    party = IntField(required=True, min_value=1, max_value=CAPACITY_MAX)
    starts_at = DateTimeField(required=True)
    ends_at = DateTimeField(required=True)
    name = StringField()
    phone = StringField()
    phone_index = StringField()
    organisation = StringField()
    companions = StringField()
    plates = StringField()
    no_car = BooleanField(required=True, default=False)
    purpose = StringField()
    needs = StringField()
    tracks = ListField(StringField(max_length=40), max_length=30)
    language = EnumField(Language, required=True, default=Language.ZH_CN)
    channel = StringField(max_length=40)
    scene = StringField(max_length=40)
    code = StringField()
    share_hash = StringField()
    request_key = StringField()
    request_hash = StringField()
    settle_by = DateTimeField()
    decide_by = DateTimeField()
    offer_until = DateTimeField()
    reason = StringField(max_length=SUMMARY_MAX)
    moved_to = StringField()
    moved_from = StringField()
    steps = EmbeddedDocumentListField(Step, max_length=STEPS_MAX)
    checked_in_at = DateTimeField()
    feedback = EmbeddedDocumentField(Feedback)
    feedback_text = StringField()
    demo = BooleanField(required=True, default=False)
    revision = IntField(required=True, default=1)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)
