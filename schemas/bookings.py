"""Bookings of site visits on the wire, as their visitor sends and sees them."""

from marshmallow import Schema, fields, validate

from models.bookings import COMPANIONS_MAX, PLATES_MAX, BookingSource, BookingState, By
from models.departures import CAPACITY_MAX, DepartureState, Minimum
from models.enums import Language
from models.parts import SUMMARY_MAX
from models.sites import GateNeed
from schemas.fields import MESSAGES, Choice, Flag, Number, Text
from schemas.queries import PageQuerySchema

NAME_MAX, ORGANISATION_MAX, PLATE_MAX, ID_MAX = 60, 120, 20, 40
TRACKS_MAX = 30


class Texts(fields.List[str]):
    """A list of short texts."""

    def __init__(self, *, maximum: int, each: int, **options: object) -> None:
        rule = validate.Length(max=maximum, error="too_long")
        inner = Text(maximum=each, minimum=1)
        super().__init__(inner, validate=rule, error_messages=MESSAGES, **options)  # type: ignore[arg-type]


class CompanySchema(Schema):
    """Who comes along: names of companions where a site's gate needs them, plates of cars.

    `no_car`: the group brings none. Whichever of the two is told later counts.
    """

    companions = Texts(maximum=COMPANIONS_MAX, each=NAME_MAX)
    plates = Texts(maximum=PLATES_MAX, each=PLATE_MAX)
    no_car = Flag()
    needs = Text(maximum=SUMMARY_MAX, allow_none=True)


class BookingRequestSchema(CompanySchema):
    """A request for seats. `party` counts people, the contact included.

    Name, phone and organisation that are left out are taken from the profile. `tracks` are what
    interests the group, by the ids of tracks; `channel` tells how the visitor found us; `scene`
    is that of the code by which they came, and has its own channel.
    """

    departure = Text(maximum=ID_MAX, minimum=1, required=True)
    party = Number(low=1, high=CAPACITY_MAX, required=True)
    name = Text(maximum=NAME_MAX, minimum=1, allow_none=True)
    phone = Text(maximum=25, minimum=5, allow_none=True)
    organisation = Text(maximum=ORGANISATION_MAX, minimum=1, allow_none=True)
    purpose = Text(maximum=SUMMARY_MAX, allow_none=True)
    tracks = Texts(maximum=TRACKS_MAX, each=ID_MAX)
    language = Choice(Language)
    channel = Text(maximum=40, allow_none=True)
    scene = Text(maximum=40, allow_none=True)


class BookingChangeSchema(CompanySchema):
    """A change of who comes; what is absent stays. `party` until the cut-off, the rest longer.

    `name` is that of the contact.
    """

    party = Number(low=1, high=CAPACITY_MAX)
    name = Text(maximum=NAME_MAX, minimum=1)


class BookingMoveSchema(Schema):
    """The departure to which a booking is moved."""

    departure = Text(maximum=ID_MAX, minimum=1, required=True)


class BookingCancellationSchema(Schema):
    """Why the visit is cancelled, where the visitor wants to say so."""

    reason = Text(maximum=SUMMARY_MAX)


class BookingQuerySchema(PageQuerySchema):
    """`live=true` lists what is still to come, `live=false` the rest."""

    live = fields.Boolean(truthy={"true"}, falsy={"false"}, error_messages={"invalid": "type"})


class BookedDepartureSchema(Schema):
    """The departure of a booking, in the language of the request; `gate_needs` as they are now."""

    id = fields.String(required=True)
    route = fields.String(required=True, allow_none=True)
    slug = fields.String(required=True, allow_none=True)
    state = Choice(DepartureState, required=True)
    title = fields.String(required=True)
    meeting = fields.String(required=True, allow_none=True)
    language = Choice(Language, required=True)
    cancel_by = fields.DateTime(required=True)
    reschedule_by = fields.DateTime(required=True)
    minimum = Choice(Minimum, required=True)
    gate_needs = fields.List(Choice(GateNeed), required=True)


class BookingStepSchema(Schema):
    """A state that the booking reached."""

    state = Choice(BookingState, required=True)
    at = fields.DateTime(required=True)
    by = Choice(By, required=True)


class BookingSchema(Schema):
    """A booking. Times are in UTC; the phone is masked.

    `place` is that in the waiting list, from 1: free seats are offered to the first group, in
    order of request, that fits. An offer holds until `offer_until`: hours at night do not count.
    `missing` is what gates need and have not been told: names of all who come, a plate (or
    `no_car`). `possible` names what the visitor can do now: cancel, change, company (all that a
    change takes but the size of the group), reschedule, accept, decline.
    """

    id = fields.String(required=True)
    revision = fields.Integer(required=True)
    state = Choice(BookingState, required=True)
    source = Choice(BookingSource, required=True)
    party = fields.Integer(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    departure = fields.Nested(BookedDepartureSchema, required=True)
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)
    companions = fields.List(fields.String(), required=True)
    plates = fields.List(fields.String(), required=True)
    no_car = fields.Boolean(required=True)
    missing = fields.List(Choice(GateNeed), required=True)
    purpose = fields.String(required=True, allow_none=True)
    needs = fields.String(required=True, allow_none=True)
    tracks = fields.List(fields.String(), required=True)
    language = Choice(Language, required=True)
    channel = fields.String(required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    decide_by = fields.DateTime(required=True, allow_none=True)
    offer_until = fields.DateTime(required=True, allow_none=True)
    place = fields.Integer(required=True, allow_none=True)
    possible = fields.List(fields.String(), required=True)
    moved_to = fields.String(required=True, allow_none=True)
    moved_from = fields.String(required=True, allow_none=True)
    checked_in_at = fields.DateTime(required=True, allow_none=True)
    steps = fields.List(fields.Nested(BookingStepSchema), required=True)
    demo = fields.Boolean(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)


class BookingPageSchema(Schema):
    """A page, the latest visit first; `next_cursor` is null on the last one."""

    items = fields.List(fields.Nested(BookingSchema), required=True)
    next_cursor = fields.String(allow_none=True, required=True)
