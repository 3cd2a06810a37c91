"""行程单 on the wire."""

from marshmallow import Schema, fields

from models.departures import DepartureState
from models.enums import Coordinates, Language
from models.sites import GateNeed
from schemas.fields import Choice
from schemas.media import MEDIA_URL
from schemas.queries import Digits, LanguageQuerySchema


class ItineraryQuerySchema(LanguageQuerySchema):
    """Which version of what was proposed; the newest by default."""

    version = Digits(low=1, high=1_000, strict=False)


class PointSchema(Schema):
    """A point in degrees; `crs` is always `gcj02`."""

    lng = fields.Float(required=True)
    lat = fields.Float(required=True)
    crs = Choice(Coordinates, required=True)


class ItineraryStopSchema(Schema):
    """A stop: when the group is there (UTC), minutes there and to the next one.

    `x` and `y` place its pin on the map image (0 to 1); `visit_note` is what the site asks of
    visitors.
    """

    number = fields.Integer(required=True)
    title = fields.String(required=True)
    arrives_at = fields.DateTime(required=True)
    leaves_at = fields.DateTime(required=True)
    minutes = fields.Integer(required=True)
    travel_minutes = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    visit_note = fields.String(required=True, allow_none=True)
    location = fields.Nested(PointSchema, required=True, allow_none=True)
    x = fields.Float(required=True, allow_none=True)
    y = fields.Float(required=True, allow_none=True)


class ItineraryMeetingSchema(Schema):
    """Where the group meets, and by when (UTC)."""

    title = fields.String(required=True)
    at = fields.DateTime(required=True)
    note = fields.String(required=True, allow_none=True)
    location = fields.Nested(PointSchema, required=True, allow_none=True)


class ItineraryMapFileSchema(Schema):
    """The map image in one size."""

    url = fields.Function(lambda file: MEDIA_URL + file.key, metadata={"type": "string"})
    type = fields.String(required=True)
    width = fields.Integer(required=True, allow_none=True)


class ItineraryMapSchema(Schema):
    """The map image of the route with its 审图号, or why it needs none.

    `demo` tells that our own script drew it, pins and all; on others, pins stand where the stops
    say.
    """

    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    alt = fields.String(required=True, allow_none=True)
    approval = fields.String(required=True, allow_none=True)
    exemption = fields.String(required=True, allow_none=True)
    demo = fields.Boolean(required=True)
    files = fields.List(fields.Nested(ItineraryMapFileSchema), required=True)


class PlaceSchema(Schema):
    """A place on a drawing: shares of its width from the left, of its height from the top."""

    x = fields.Float(required=True)
    y = fields.Float(required=True)


class SketchPinSchema(PlaceSchema):
    """A pin: the numbers of the stops there, several where they lie together; the meeting point."""

    label = fields.String(required=True)
    numbers = fields.List(fields.Integer(), required=True)
    meeting = fields.Boolean(required=True)


class ItinerarySketchSchema(Schema):
    """点位示意图 of a visit without a map: where its stops lie to one another; north is up.

    `width` to `height` is its shape. `path` leads from pin to pin in the order of the visit.
    `scale_metres` are as long as `scale`, a share of the width. `unplaced` stops have no
    coordinates. `caption` has to stand with it.
    """

    width = fields.Integer(required=True)
    height = fields.Integer(required=True)
    pins = fields.List(fields.Nested(SketchPinSchema), required=True)
    path = fields.List(fields.Nested(PlaceSchema), required=True)
    scale_metres = fields.Integer(required=True)
    scale = fields.Float(required=True)
    unplaced = fields.List(fields.Integer(), required=True)
    alt = fields.String(required=True)
    caption = fields.String(required=True)


class ItineraryContactSchema(Schema):
    """The guide. What is not known is null."""

    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)


class TransportSchema(Schema):
    """The vehicle."""

    name = fields.String(required=True)
    plate = fields.String(required=True, allow_none=True)


class ItinerarySchema(Schema):
    """A 行程单 in one language; times are UTC, `day` is that of the start in Shanghai.

    `version` counts what was proposed for a bespoke visit, else changes of the departure. `spoken`
    is the language of the guide. `contact` and `transport` are told to who comes, and to staff.
    `desk_phone` is whom to call where no guide can be called, null where the desk has no number.
    `sketch` is there where there is no `map` and at least two stops have coordinates.
    `gate_needs` is what gates on the way must know of a group before it comes. `cancel_by` and
    `answer_by` are until when one can.
    """

    departure = fields.String(required=True)
    language = Choice(Language, required=True)
    title = fields.String(required=True)
    day = fields.Date(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    version = fields.Integer(required=True)
    state = Choice(DepartureState, required=True)
    spoken = Choice(Language, required=True)
    bespoke = fields.Boolean(required=True)
    party = fields.Integer(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    gate_needs = fields.List(Choice(GateNeed), required=True)
    meeting = fields.Nested(ItineraryMeetingSchema, required=True, allow_none=True)
    stops = fields.List(fields.Nested(ItineraryStopSchema), required=True)
    map = fields.Nested(ItineraryMapSchema, required=True, allow_none=True)
    sketch = fields.Nested(ItinerarySketchSchema, required=True, allow_none=True)
    contact = fields.Nested(ItineraryContactSchema, required=True, allow_none=True)
    desk_phone = fields.String(required=True, allow_none=True)
    transport = fields.Nested(TransportSchema, required=True, allow_none=True)
    advice = fields.List(fields.String(), required=True)
    cancel_by = fields.DateTime(required=True, allow_none=True)
    answer_by = fields.DateTime(required=True, allow_none=True)
    demo = fields.Boolean(required=True)
    provisional = fields.Boolean(required=True)


class DepartureItinerarySchema(ItinerarySchema):
    """A 行程单 as staff read it; `people` hold seats."""

    people = fields.Integer(required=True)


class PapersSchema(Schema):
    """Where the same is a page and a PDF, for a browser: addresses that hold for a while."""

    page = fields.String(required=True)
    pdf = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class OwnItinerarySchema(Schema):
    """A visitor's 行程单."""

    itinerary = fields.Nested(ItinerarySchema, required=True)
    papers = fields.Nested(PapersSchema, required=True)
