"""班次 on the wire, for staff."""

from typing import Any

from marshmallow import Schema, fields

from models.departures import CAPACITY_MAX, Audience, DepartureState, Minimum
from models.enums import Language
from models.parts import SUMMARY_MAX
from models.sites import GateNeed
from schemas.calendar import ID_MAX, CalendarDay, ConflictSchema, WordsSchema, nothing
from schemas.fields import MESSAGES, Choice, Number, Text
from schemas.parts import LocationSchema
from schemas.queries import PageQuerySchema
from schemas.routes import BookingRulesSchema
from schemas.schedules import ROUTE_MAX

MOMENT: dict[str, str | list[Any] | dict[Any, Any]] = {
    **MESSAGES,
    "invalid": "format",
    "invalid_awareness": "format",
}


class DepartureCreateSchema(Schema):
    """A departure of a route (id or slug); `starts_at` is ISO 8601 with its zone."""

    route = Text(maximum=ROUTE_MAX, minimum=1, required=True)
    starts_at = fields.AwareDateTime(required=True, error_messages=MOMENT)
    capacity = Number(low=1, high=CAPACITY_MAX, required=True)
    language = Choice(Language, load_default=Language.ZH_CN)
    guide = Text(maximum=ID_MAX, minimum=1, allow_none=True, load_default=nothing)
    vehicle = Text(maximum=ID_MAX, minimum=1, allow_none=True, load_default=nothing)
    note = Text(maximum=SUMMARY_MAX, allow_none=True, load_default=nothing)


class DepartureChangesSchema(Schema):
    """What becomes different; what is absent stays. Stops move with the start."""

    starts_at = fields.AwareDateTime(error_messages=MOMENT)
    capacity = Number(low=1, high=CAPACITY_MAX)
    language = Choice(Language)
    guide = Text(maximum=ID_MAX, minimum=1, allow_none=True)
    vehicle = Text(maximum=ID_MAX, minimum=1, allow_none=True)
    note = Text(maximum=SUMMARY_MAX, allow_none=True)


class DepartureChangeSchema(DepartureChangesSchema):
    """A change of a departure that was seen at `revision`.

    `reason` is told to those who booked: it is needed where there are any, unless only the note
    or the capacity changes.
    """

    revision = Number(low=1, required=True)
    reason = Text(maximum=SUMMARY_MAX)


class DepartureCancelSchema(Schema):
    """Why a departure is cancelled: everybody who booked is told."""

    reason = Text(maximum=SUMMARY_MAX, minimum=1, required=True)


class StaffDepartureCardSchema(Schema):
    """A departure in lists. `held` people have seats, `waiting` groups wait.

    `gate_needs` is what groups must tell before they come. `provisional`: the day lies beyond the
    public calendar. `demo` marks 演示.
    """

    id = fields.String(attribute="departure.id", required=True)
    audience = Choice(Audience, attribute="departure.audience", required=True)
    state = Choice(DepartureState, attribute="departure.state", required=True)
    title = fields.Nested(WordsSchema, attribute="departure.title", required=True)
    route = fields.String(attribute="departure.route", required=True, allow_none=True)
    slug = fields.String(attribute="departure.slug", required=True, allow_none=True)
    visit = fields.String(attribute="departure.visit", required=True, allow_none=True)
    language = Choice(Language, attribute="departure.language", required=True)
    day = fields.String(attribute="departure.day", required=True)
    starts_at = fields.DateTime(attribute="departure.starts_at", required=True)
    ends_at = fields.DateTime(attribute="departure.ends_at", required=True)
    closes_at = fields.DateTime(attribute="departure.closes_at", required=True)
    cancel_by = fields.DateTime(attribute="departure.cancel_by", required=True)
    reschedule_by = fields.DateTime(attribute="departure.reschedule_by", required=True)
    capacity = fields.Integer(attribute="departure.capacity", required=True)
    held = fields.Integer(attribute="departure.held", required=True)
    seats_left = fields.Integer(attribute="departure.seats_left", required=True)
    waiting = fields.Function(
        lambda shown: len(shown.departure.queue), metadata={"type": "integer"}
    )
    minimum = Choice(Minimum, attribute="departure.minimum", required=True)
    guide = fields.String(attribute="departure.guide", required=True, allow_none=True)
    guide_name = fields.String(required=True, allow_none=True)
    vehicle = fields.String(attribute="departure.vehicle", required=True, allow_none=True)
    vehicle_name = fields.String(required=True, allow_none=True)
    gate_needs = fields.List(Choice(GateNeed), required=True)
    schedule = fields.String(attribute="departure.schedule", required=True, allow_none=True)
    note = fields.String(attribute="departure.note", required=True, allow_none=True)
    reason = fields.String(attribute="departure.reason", required=True, allow_none=True)
    reason_en = fields.String(required=True, allow_none=True)
    provisional = fields.Boolean(attribute="departure.provisional", required=True)
    demo = fields.Boolean(attribute="departure.demo", required=True)
    revision = fields.Integer(attribute="departure.revision", required=True)
    created_at = fields.DateTime(attribute="departure.created_at", required=True)
    updated_at = fields.DateTime(attribute="departure.updated_at", required=True)


class StaffStopSchema(Schema):
    """A stop with its window; `site` is an id, `x` and `y` its pin on the route's map image."""

    key = fields.String(required=True)
    site = fields.String(required=True)
    title = fields.Nested(WordsSchema, required=True)
    note = fields.Nested(WordsSchema, required=True, allow_none=True)
    arrives_at = fields.DateTime(required=True)
    leaves_at = fields.DateTime(required=True)
    location = fields.Nested(LocationSchema, required=True, allow_none=True)
    x = fields.Float(required=True, allow_none=True)
    y = fields.Float(required=True, allow_none=True)


class StaffMeetingSchema(Schema):
    """Where the group meets."""

    title = fields.Nested(WordsSchema, required=True)
    note = fields.Nested(WordsSchema, required=True, allow_none=True)
    location = fields.Nested(LocationSchema, required=True, allow_none=True)


class StaffTermsSchema(BookingRulesSchema):
    """Terms of booking as they were when the departure was made."""

    class Meta:
        """Labels are for the public."""

        exclude = ("confirmation_label",)


class StaffDepartureSchema(StaffDepartureCardSchema):
    """A departure whole."""

    tracks = fields.List(fields.String(), attribute="departure.tracks", required=True)
    stops = fields.List(fields.Nested(StaffStopSchema), attribute="departure.stops", required=True)
    meeting = fields.Nested(
        StaffMeetingSchema, attribute="departure.meeting", required=True, allow_none=True
    )
    terms = fields.Nested(StaffTermsSchema, attribute="departure.terms", required=True)


class DepartureCheckSchema(Schema):
    """A departure as it would be, and what it would collide with; nothing is written."""

    departure = fields.Nested(StaffDepartureSchema, required=True)
    conflicts = fields.List(fields.Nested(ConflictSchema), required=True)


class StaffDepartureListQuerySchema(PageQuerySchema):
    """Which departures; `first` and `last` are days in Shanghai, both included.

    Without either of them those of today and after.
    """

    first = CalendarDay()
    last = CalendarDay()
    state = Choice(DepartureState)
    audience = Choice(Audience)
    minimum = Choice(Minimum)
    route = Text(maximum=ID_MAX, minimum=1)
    site = Text(maximum=ID_MAX, minimum=1)
    guide = Text(maximum=ID_MAX, minimum=1)
    vehicle = Text(maximum=ID_MAX, minimum=1)
    schedule = Text(maximum=ID_MAX, minimum=1)
