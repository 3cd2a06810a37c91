"""The calendar that site visits share: working days, closures, and what is taken when.

Days are texts `YYYY-MM-DD` as people in Shanghai see them; moments are UTC.
"""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    IntField,
    StringField,
)

from models.kept import Kept
from models.parts import HOUR_REGEX, SUMMARY_MAX

DAY_REGEX = r"[0-9]{4}-[01][0-9]-[0-3][0-9]\Z"
# What a day of one resource holds at most.
SPANS_MAX = 500


class DayOverride(Kept):
    """Whether staff say that a day is worked, against the public calendar. The id is the day."""

    meta: ClassVar = {"collection": "day_overrides"}

    working = BooleanField(required=True)
    note = StringField(max_length=SUMMARY_MAX)


class Closure(Kept):
    """Days, both included, on which nobody visits: a site, a route, or anything when neither.

    With `opens` and `closes` (Shanghai time) only that part of each day is closed.
    """

    meta: ClassVar = {"collection": "closures", "indexes": [("until_day", "from_day")]}

    site = StringField(max_length=40)
    route = StringField(max_length=40)
    from_day = StringField(required=True, regex=DAY_REGEX)
    until_day = StringField(required=True, regex=DAY_REGEX)
    opens = StringField(regex=HOUR_REGEX)
    closes = StringField(regex=HOUR_REGEX)
    reason = StringField(required=True, max_length=SUMMARY_MAX)


class Collision(StrEnum):
    """Why a departure cannot be.

    `taken`: guide or vehicle is elsewhere; `groups`, `people`: a site holds no more at one time,
    the margin between groups included; `hours`: outside the opening hours; `closed`: a closure;
    `seats`: more people than the vehicle seats; `not_live`: the site is not published, or nobody
    visits it.
    """

    TAKEN = "taken"
    GROUPS = "groups"
    PEOPLE = "people"
    HOURS = "hours"
    CLOSED = "closed"
    SEATS = "seats"
    NOT_LIVE = "not_live"


class Span(EmbeddedDocument):
    """A time, its end excluded, that a departure takes of a guide, a vehicle or a site."""

    departure = StringField(required=True)
    starts_at = DateTimeField(required=True)
    ends_at = DateTimeField(required=True)
    people = IntField(required=True, min_value=1)


class ResourceDay(Document):
    """What is taken of one resource on one day; the id is `guides:<id>:2026-11-25`.

    Whoever looks for a conflict writes this document in the same transaction: two that look at
    one moment cannot both find nothing (write skew).
    """

    meta: ClassVar = {
        "collection": "resource_days",
        "indexes": [("spans.departure",), {"fields": ["drop_at"], "expireAfterSeconds": 0}],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    spans = EmbeddedDocumentListField(Span, max_length=SPANS_MAX)
    touched = IntField(required=True, default=0)
    drop_at = DateTimeField(required=True)
