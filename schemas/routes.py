"""考察动线 on the wire."""

from marshmallow import Schema, fields

from models.enums import Kind, Language
from models.routes import Confirmation
from schemas.content import CardSchema
from schemas.fields import Choice, Label, Link
from schemas.media import Media
from schemas.parts import LocationSchema, MapApprovalSchema
from schemas.sites import SiteCardSchema
from schemas.tracks import TrackedDetailSchema


class RouteCardSchema(CardSchema):
    """A route in lists: minutes from first arrival to last departure, stops, languages."""

    duration_minutes = fields.Integer()
    stop_count = fields.Function(lambda route: len(route.stops), metadata={"type": "integer"})
    languages = fields.List(Choice(Language))


class StopSchema(Schema):
    """A stop: minutes there, minutes to the next, its pin on the map image (0 to 1).

    `site` is null while the site is not public.
    """

    key = fields.String()
    title = fields.String()
    note = fields.String(allow_none=True)
    site = Link(SiteCardSchema, Kind.SITES)
    dwell_minutes = fields.Integer()
    travel_minutes = fields.Integer()
    x = fields.Float()
    y = fields.Float()


class MeetingPointSchema(Schema):
    """Where a group meets."""

    title = fields.String()
    note = fields.String(allow_none=True)
    location = fields.Nested(LocationSchema, allow_none=True)


class BookingRulesSchema(Schema):
    """Terms of booking: lead time in days, cut-offs in hours before the start, group sizes."""

    lead_days = fields.Integer()
    cancel_hours = fields.Integer()
    reschedule_hours = fields.Integer()
    group_min = fields.Integer()
    group_max = fields.Integer()
    minimum_to_run = fields.Integer()
    confirmation = Choice(Confirmation)
    confirmation_label = Label("confirmation")


class RouteDetailSchema(RouteCardSchema, TrackedDetailSchema):
    """A route whole."""

    description = fields.String(allow_none=True)
    stops = fields.List(fields.Nested(StopSchema))
    map_image = Media()
    map_approval = fields.Nested(MapApprovalSchema, allow_none=True)
    meeting_point = fields.Nested(MeetingPointSchema, allow_none=True)
    booking = fields.Nested(BookingRulesSchema, allow_none=True)
