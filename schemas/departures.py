"""班次 on the wire, as the public reads them: seats left, never who has the others."""

from marshmallow import Schema, fields, validate

from models.departures import Availability, DepartureState, Minimum
from models.enums import Language
from models.sites import GateNeed
from schemas.fields import Choice, Day, Label, Text
from schemas.parts import LocationSchema, plain_list
from schemas.queries import NAME, Digits, LanguageQuerySchema, PageQuerySchema
from schemas.routes import BookingRulesSchema

# Years that every conversion of a time zone stands.
CENTURY = validate.Regexp(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}\Z", error="out_of_range")
CENTURY_METADATA = {"pattern": "^20[0-9]{2}-[0-9]{2}-[0-9]{2}$"}
MONTH = validate.Regexp(r"20[0-9]{2}-(0[1-9]|1[0-2])\Z", error="format")
PEOPLE_MAX = 1_000


def _day(description: str, **options: str) -> Day:
    described = {**CENTURY_METADATA, "description": description}
    return Day(validate=CENTURY, metadata=described, **options)


def _slug() -> Text:
    described = {"description": "Slug of a route."}
    return Text(maximum=120, validate=[NAME], metadata=described)


class RouteDepartureQuerySchema(PageQuerySchema):
    """Filters of the departures of one route; `people`: with seats for a group of so many."""

    from_ = _day("First day, in Shanghai.", data_key="from")
    until = _day("Last day, in Shanghai.")
    people = Digits(low=1, high=PEOPLE_MAX, strict=False)


class DepartureQuerySchema(RouteDepartureQuerySchema):
    """Filters of all departures; `track` takes an id or a slug."""

    route = _slug()
    track = Text(maximum=80, validate=[NAME])


class CalendarQuerySchema(LanguageQuerySchema):
    """Which month, `2026-12`, of all routes or of one."""

    month = Text(maximum=7, required=True, validate=[MONTH])
    route = _slug()


class SeatsSchema(Schema):
    """What everybody wants to know of a departure. Times are UTC.

    `availability`: seats left, a waiting list only, full, or closed. `provisional`: the day lies
    beyond the public calendar of working days. `demo` marks 演示.
    """

    id = fields.String(required=True)
    slug = fields.String(required=True, allow_none=True)
    language = Choice(Language, required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    seats_left = fields.Integer(required=True)
    availability = Choice(Availability, required=True)
    provisional = fields.Boolean(required=True)
    demo = fields.Boolean(required=True)


class DepartureCardSchema(SeatsSchema):
    """A departure in lists: `day` is that of the start in Shanghai, `waiting` counts groups.

    Requests are taken until `closes_at`, cancellations until `cancel_by`. `gate_needs` is what
    gates on the way must know of a group before it comes, names of all or plates of its
    cars: a request is taken without, the booking then tells what is missing.
    """

    route = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    tracks = plain_list(required=True)
    day = fields.Date(required=True)
    closes_at = fields.DateTime(required=True)
    cancel_by = fields.DateTime(required=True)
    capacity = fields.Integer(required=True)
    waiting = fields.Integer(required=True)
    availability_label = Label("availability")
    gate_needs = fields.List(Choice(GateNeed), required=True)


class MeetingSchema(Schema):
    """Where a group meets."""

    title = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    location = fields.Nested(LocationSchema, required=True, allow_none=True)


class PlannedStopSchema(MeetingSchema):
    """A stop with its window, the id of its site, and its pin on the route's map (0 to 1)."""

    key = fields.String(required=True)
    site = fields.String(required=True)
    arrives_at = fields.DateTime(required=True)
    leaves_at = fields.DateTime(required=True)
    x = fields.Float(required=True, allow_none=True)
    y = fields.Float(required=True, allow_none=True)


class DepartureSchema(DepartureCardSchema):
    """A departure whole. `minimum`: whether enough people come for it to take place."""

    state = Choice(DepartureState, required=True)
    reschedule_by = fields.DateTime(required=True)
    stops = fields.List(fields.Nested(PlannedStopSchema), required=True)
    meeting = fields.Nested(MeetingSchema, required=True, allow_none=True)
    terms = fields.Nested(BookingRulesSchema, required=True)
    minimum = Choice(Minimum, required=True)
    waitlist_rule = fields.String(required=True)


class CalendarRouteSchema(Schema):
    """A route that has departures in the month; `title` is that of the next one."""

    slug = fields.String(required=True)
    title = fields.String(required=True)


class CalendarDaySchema(Schema):
    """A day in Shanghai with what is to come on it, the earliest first."""

    day = fields.Date(required=True)
    departures = fields.List(fields.Nested(SeatsSchema), required=True)


class CalendarSchema(Schema):
    """A month: only days with departures to come."""

    month = fields.String(required=True)
    routes = fields.List(fields.Nested(CalendarRouteSchema), required=True)
    days = fields.List(fields.Nested(CalendarDaySchema), required=True)
