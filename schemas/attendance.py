"""Who comes and who came, on the wire: check-ins, group lists, day sheets, figures."""

from enum import StrEnum

from marshmallow import Schema, ValidationError, fields, validates_schema

from models.bookings import BookingState
from models.enums import Language
from models.parts import SUMMARY_MAX
from models.sites import GateNeed
from schemas.desk import ID_MAX, PlannedDay
from schemas.fields import Choice, Text
from schemas.queries import LanguageQuerySchema, PageQuerySchema

PAYLOAD_MAX = 100


class ListFormat(StrEnum):
    """What kind of file a list is."""

    XLSX = "xlsx"
    PDF = "pdf"


class LateQuerySchema(PageQuerySchema):
    """Of one departure, or of all."""

    departure = Text(maximum=ID_MAX)


class CodeCheckInSchema(Schema):
    """What was scanned (`payload`), or the short code as it was typed."""

    payload = Text(maximum=PAYLOAD_MAX, minimum=1)
    code = Text(maximum=PAYLOAD_MAX, minimum=1)

    @validates_schema
    def one_of_them(self, data: dict[str, object], **_: object) -> None:
        """Refuse both, and neither."""
        if len(data) != 1:
            raise ValidationError("required", field_name="payload")


class CheckInSchema(Schema):
    """Why a group is checked in outside of the time for it; null within it."""

    override = Text(maximum=SUMMARY_MAX, minimum=1, required=True, allow_none=True)


class ListFileQuerySchema(LanguageQuerySchema):
    """Which file, in which language."""

    file_format = Choice(ListFormat, data_key="format", load_default=ListFormat.XLSX)


class DaySheetQuerySchema(LanguageQuerySchema):
    """A day in Shanghai; today unless told."""

    day = PlannedDay()


class DaySheetFileQuerySchema(ListFileQuerySchema):
    """A day in Shanghai, today unless told, and which file."""

    day = PlannedDay()


class DoorGroupSchema(Schema):
    """A group at the door; for who may not read it whole the contact is masked.

    `missing` is what the gate of the site needs and the group has not told.
    """

    id = fields.String(attribute="booking.id", required=True)
    state = Choice(BookingState, attribute="booking.state", required=True)
    party = fields.Integer(attribute="booking.party", required=True)
    language = Choice(Language, attribute="booking.language", required=True)
    checked_in_at = fields.DateTime(
        attribute="booking.checked_in_at", required=True, allow_none=True
    )
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)
    needs = fields.String(required=True, allow_none=True)
    companions = fields.List(fields.String(), required=True)
    plates = fields.List(fields.String(), required=True)
    missing = fields.List(Choice(GateNeed), required=True)


class DaySheetArrivalSchema(Schema):
    """A departure at the site: `people` are confirmed, `pending` may still be.

    `gate_needs` is what the gate of the site asks of its groups.
    """

    arrives_at = fields.DateTime(required=True)
    leaves_at = fields.DateTime(required=True)
    departure = fields.String(attribute="group_list.departure.id", required=True)
    title = fields.String(attribute="group_list.departure.title.zh", required=True)
    title_en = fields.String(attribute="group_list.departure.title.en", allow_none=True)
    capacity = fields.Integer(attribute="group_list.departure.capacity", required=True)
    guide = fields.String(attribute="group_list.guide", required=True, allow_none=True)
    vehicle = fields.String(attribute="group_list.vehicle", required=True, allow_none=True)
    plate = fields.String(attribute="group_list.plate", required=True, allow_none=True)
    people = fields.Integer(attribute="group_list.people", required=True)
    pending = fields.Integer(attribute="group_list.pending", required=True)
    gate_needs = fields.List(Choice(GateNeed), attribute="group_list.gate_needs", required=True)
    groups = fields.List(
        fields.Nested(DoorGroupSchema), attribute="group_list.groups", required=True
    )


class DaySheetSchema(Schema):
    """Who comes to a site when; `whole` tells that nothing is masked."""

    site = fields.String(required=True)
    title = fields.String(required=True)
    day = fields.Date(required=True)
    whole = fields.Boolean(required=True)
    people = fields.Integer(required=True)
    arrivals = fields.List(fields.Nested(DaySheetArrivalSchema), required=True)


class BookingFiguresQuerySchema(LanguageQuerySchema):
    """Days in Shanghai, both included, at most a year; this month unless told."""

    from_day = PlannedDay(data_key="from")
    until_day = PlannedDay(data_key="until")


class BookingCountsSchema(Schema):
    """Bookings, and people in them; the rate is that of no-shows among who should have come."""

    requests = fields.Integer(required=True)
    confirmed = fields.Integer(required=True)
    came = fields.Integer(required=True)
    no_shows = fields.Integer(required=True)
    people_requested = fields.Integer(required=True)
    people_came = fields.Integer(required=True)
    no_show_rate = fields.Float(required=True, allow_none=True)


class BookingFiguresLineSchema(Schema):
    """The figures of one route, month and so on; `name` is what people call it."""

    key = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    counts = fields.Nested(BookingCountsSchema, required=True)


class BookingFiguresPartsSchema(Schema):
    """The figures broken down; what concerns several tracks counts in each."""

    month = fields.List(fields.Nested(BookingFiguresLineSchema), required=True)
    route = fields.List(fields.Nested(BookingFiguresLineSchema), required=True)
    track = fields.List(fields.Nested(BookingFiguresLineSchema), required=True)
    channel = fields.List(fields.Nested(BookingFiguresLineSchema), required=True)
    source = fields.List(fields.Nested(BookingFiguresLineSchema), required=True)


class BookingFiguresSchema(Schema):
    """Figures of the visits that begin on these days."""

    from_day = fields.Date(data_key="from", required=True)
    until_day = fields.Date(data_key="until", required=True)
    total = fields.Nested(BookingCountsSchema, required=True)
    by = fields.Nested(BookingFiguresPartsSchema, required=True)


class OrganisationFiguresSchema(Schema):
    """The organisations that ask most, as they were typed."""

    items = fields.List(fields.Nested(BookingFiguresLineSchema), required=True)


class GuideFeedSchema(Schema):
    """Where the feed of a guide is; told once, and nowhere kept."""

    path = fields.String(required=True)
