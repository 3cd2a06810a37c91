"""What is held about a visitor's visits, on the wire; see `schemas.exports`."""

from marshmallow import Schema, fields

from models.bookings import BookingSource, BookingState, By
from models.enums import Language
from schemas.fields import Choice


class ExportedEngagementSchema(Schema):
    """A time at which the visitor is on a visit."""

    booking = fields.String(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)


class ExportedStepSchema(Schema):
    """A state that a booking reached."""

    state = Choice(BookingState, required=True)
    at = fields.DateTime(required=True)
    by = Choice(By, required=True)
    actor = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


class ExportedStopRatingSchema(Schema):
    """What the visitor thought of one stop."""

    stop = fields.String(required=True)
    rating = fields.Integer(required=True)


class ExportedFeedbackSchema(Schema):
    """What the visitor said after a visit."""

    rating = fields.Integer(required=True)
    stops = fields.List(fields.Nested(ExportedStopRatingSchema), required=True)
    tracks = fields.List(fields.String(), required=True)
    at = fields.DateTime(required=True)


class ExportedBookingSchema(Schema):
    """A booking of a site visit; what was never told is absent."""

    id = fields.String(required=True)
    departure = fields.String(required=True)
    route = fields.String()
    visit = fields.String()
    state = Choice(BookingState, required=True)
    source = Choice(BookingSource, required=True)
    party = fields.Integer(required=True)
    starts_at = fields.DateTime(required=True)
    ends_at = fields.DateTime(required=True)
    name = fields.String()
    phone = fields.String()
    organisation = fields.String()
    companions = fields.List(fields.String())
    plates = fields.List(fields.String())
    no_car = fields.Boolean(required=True)
    purpose = fields.String()
    needs = fields.String()
    tracks = fields.List(fields.String(), required=True)
    language = Choice(Language, required=True)
    channel = fields.String()
    code = fields.String()
    decide_by = fields.DateTime()
    offer_until = fields.DateTime()
    reason = fields.String()
    moved_to = fields.String()
    moved_from = fields.String()
    steps = fields.List(fields.Nested(ExportedStepSchema), required=True)
    checked_in_at = fields.DateTime()
    feedback = fields.Nested(ExportedFeedbackSchema)
    feedback_text = fields.String()
    demo = fields.Boolean(required=True)
    revision = fields.Integer(required=True)
    created_at = fields.DateTime(required=True)
    updated_at = fields.DateTime(required=True)
