"""What a visitor has of a booking: codes, a link for companions, feedback."""

from marshmallow import Schema, ValidationError, fields, validate, validates

from models.bookings import BookingState
from models.departures import STOPS_MAX
from models.enums import Language
from models.parts import KEY_MAX, SUMMARY_MAX
from schemas.bookings import ID_MAX, TRACKS_MAX, Texts
from schemas.departures import MeetingSchema, PlannedStopSchema
from schemas.fields import MESSAGES, Choice, Number, Text
from schemas.queries import LanguageQuerySchema

STARS = {"low": 1, "high": 5}


class PassQuerySchema(LanguageQuerySchema):
    """`svg=true` asks for drawn codes too."""

    svg = fields.Boolean(
        truthy={"true"}, falsy={"false"}, load_default=False, error_messages={"invalid": "type"}
    )


class TimedPayloadSchema(Schema):
    """What the QR holds from `valid_from` to `valid_until` (UTC); `svg` is null unless asked."""

    payload = fields.String(required=True)
    valid_from = fields.DateTime(required=True)
    valid_until = fields.DateTime(required=True)
    svg = fields.String(required=True, allow_none=True)


class PassSchema(Schema):
    """The codes of the check-in: QR payloads for the next minutes, and a short code to be told."""

    booking = fields.String(required=True)
    state = Choice(BookingState, required=True)
    party = fields.Integer(required=True)
    code = fields.String(required=True, allow_none=True)
    payloads = fields.List(fields.Nested(TimedPayloadSchema), required=True)


class ShareSchema(Schema):
    """A fresh link for companions, told once; any earlier one has ended."""

    secret = fields.String(required=True)
    path = fields.String(required=True)
    expires_at = fields.DateTime(required=True)


class SharedVisitSchema(Schema):
    """What companions see: when and where, and how many come; nothing of anybody."""

    title = fields.String(required=True)
    state = Choice(BookingState, required=True)
    party = fields.Integer(required=True)
    day = fields.Date(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    language = Choice(Language, required=True)
    stops = fields.List(fields.Nested(PlannedStopSchema), required=True)
    meeting = fields.Nested(MeetingSchema, required=True, allow_none=True)
    demo = fields.Boolean(required=True)


class StopRatingSchema(Schema):
    """How one stop was, from 1 to 5; `stop` is its key."""

    stop = Text(maximum=KEY_MAX, minimum=1, required=True)
    rating = Number(**STARS, required=True)


class FeedbackSchema(Schema):
    """How a visit was, from 1 to 5, and which tracks interest the visitor, by their ids.

    It can be changed for 30 days after `at`.
    """

    rating = Number(**STARS, required=True)
    stops = fields.List(
        fields.Nested(StopRatingSchema),
        load_default=list,
        validate=validate.Length(max=STOPS_MAX, error="too_long"),
        error_messages=MESSAGES,
    )
    tracks = Texts(maximum=TRACKS_MAX, each=ID_MAX, load_default=list)
    text = Text(maximum=SUMMARY_MAX, allow_none=True)
    at = fields.DateTime(dump_only=True)

    @validates("stops")
    def check_stops(self, stops: list[dict[str, object]], data_key: str) -> None:
        """Refuse two ratings of one stop."""
        del data_key
        named = [one["stop"] for one in stops if "stop" in one]  # another one is wrong already
        if len(set(named)) < len(named):
            raise ValidationError("not_unique")
