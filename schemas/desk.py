"""Bookings as the desk works with them, on the wire: masked in lists, whole in a detail."""

import datetime as dt
from typing import Any

from marshmallow import Schema, fields, validate

from models.bookings import BookingSource, BookingState, By, DeskView
from models.departures import DepartureState
from models.enums import Language
from models.parts import SUMMARY_MAX
from models.sites import GateNeed
from schemas.fields import MESSAGES, Choice, Text
from schemas.queries import PageQuerySchema

ID_MAX = 40
# Further away nobody plans, and calendars end.
DAYS = validate.Range(min=dt.date(2000, 1, 1), max=dt.date(2100, 12, 31), error="out_of_range")


class PlannedDay(fields.Date):
    """A day in Shanghai, `2026-01-31`, near enough to be planned."""

    def __init__(self, **options: Any) -> None:
        messages = {**MESSAGES, "invalid": "format"}
        super().__init__(error_messages=messages, validate=DAYS, **options)


class DeskListQuerySchema(PageQuerySchema):
    """Which bookings; days, both included, are those of the start in Shanghai.

    `view=to_decide`: requests that wait for a decision; `below_minimum`: bookings of departures
    about which staff must decide. Organisations are encrypted: nobody can look for them.
    """

    departure = Text(maximum=ID_MAX)
    route = Text(maximum=ID_MAX)
    visitor = Text(maximum=ID_MAX)
    state = Choice(BookingState)
    source = Choice(BookingSource)
    view = Choice(DeskView)
    from_day = PlannedDay(data_key="from")
    until_day = PlannedDay(data_key="until")


class PhoneLookupSchema(Schema):
    """A whole number: with `+` and country, or a mainland mobile number."""

    phone = Text(maximum=25, minimum=5, required=True)


class BookingReasonSchema(Schema):
    """Why; staff and auditors read it, and the visitor where they are told."""

    reason = Text(maximum=SUMMARY_MAX, minimum=1, required=True)


class NoShowSchema(Schema):
    """What is known of why a group did not come; null for nothing."""

    reason = Text(maximum=SUMMARY_MAX, minimum=1, required=True, allow_none=True)


class DeskBookingCardSchema(Schema):
    """A booking; who asked is masked. `place` is that in the queue, from 1, of who waits.

    `reason_en` is there where the product itself gave the reason. `missing` is what gates on the
    way need and the group has not told.
    """

    id = fields.String(attribute="booking.id", required=True)
    departure = fields.String(attribute="booking.departure", required=True)
    title = fields.String(attribute="departure.title.zh")
    title_en = fields.String(attribute="departure.title.en", allow_none=True)
    departure_state = Choice(DepartureState, attribute="departure.state")
    route = fields.String(attribute="booking.route", required=True, allow_none=True)
    visit = fields.String(attribute="booking.visit", required=True, allow_none=True)
    visitor = fields.String(attribute="booking.visitor", required=True, allow_none=True)
    state = Choice(BookingState, attribute="booking.state", required=True)
    source = Choice(BookingSource, attribute="booking.source", required=True)
    party = fields.Integer(attribute="booking.party", required=True)
    starts_at = fields.DateTime(attribute="booking.starts_at", required=True)
    ends_at = fields.DateTime(attribute="booking.ends_at", required=True)
    name = fields.String(required=True, allow_none=True)
    phone = fields.String(required=True, allow_none=True)
    organisation = fields.String(required=True, allow_none=True)
    language = Choice(Language, attribute="booking.language", required=True)
    channel = fields.String(attribute="booking.channel", required=True, allow_none=True)
    place = fields.Integer(required=True, allow_none=True)
    missing = fields.List(Choice(GateNeed), required=True)
    decide_by = fields.DateTime(attribute="booking.decide_by", required=True, allow_none=True)
    offer_until = fields.DateTime(attribute="booking.offer_until", required=True, allow_none=True)
    reason = fields.String(attribute="booking.reason", required=True, allow_none=True)
    reason_en = fields.String(required=True, allow_none=True)
    moved_to = fields.String(attribute="booking.moved_to", required=True, allow_none=True)
    moved_from = fields.String(attribute="booking.moved_from", required=True, allow_none=True)
    checked_in_at = fields.DateTime(
        attribute="booking.checked_in_at", required=True, allow_none=True
    )
    demo = fields.Boolean(attribute="booking.demo", required=True)
    revision = fields.Integer(attribute="booking.revision", required=True)
    created_at = fields.DateTime(attribute="booking.created_at", required=True)
    updated_at = fields.DateTime(attribute="booking.updated_at", required=True)


class DeskBookingsSchema(Schema):
    """Bookings, the newest first."""

    items = fields.List(fields.Nested(DeskBookingCardSchema), attribute="items", required=True)


class DeskStepSchema(Schema):
    """A state that a booking reached; `actor` is the member of staff, where one acted."""

    state = Choice(BookingState, required=True)
    at = fields.DateTime(required=True)
    by = Choice(By, required=True)
    actor = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class DeskStopRatingSchema(Schema):
    """What the visitor thought of one stop, 1 to 5."""

    stop = fields.String(required=True)
    rating = fields.Integer(required=True)


class DeskFeedbackSchema(Schema):
    """What the visitor said after the visit; tracks are what interested them."""

    rating = fields.Integer(required=True)
    stops = fields.List(fields.Nested(DeskStopRatingSchema), required=True)
    tracks = fields.List(fields.String(), required=True)
    at = fields.DateTime(required=True)


class StandingSchema(Schema):
    """No-shows of a visitor that count now; until when they cannot book by themselves."""

    visitor = fields.String(required=True)
    no_shows = fields.Integer(required=True)
    suspended_until = fields.DateTime(required=True, allow_none=True)


class DeskBookingSchema(DeskBookingCardSchema):
    """A booking with all that was told, and how its visitor stands."""

    purpose = fields.String(required=True, allow_none=True)
    needs = fields.String(required=True, allow_none=True)
    companions = fields.List(fields.String(), required=True)
    plates = fields.List(fields.String(), required=True)
    no_car = fields.Boolean(attribute="booking.no_car", required=True)
    tracks = fields.List(fields.String(), attribute="booking.tracks", required=True)
    steps = fields.List(fields.Nested(DeskStepSchema), attribute="booking.steps", required=True)
    feedback = fields.Nested(
        DeskFeedbackSchema, attribute="booking.feedback", required=True, allow_none=True
    )
    feedback_text = fields.String(required=True, allow_none=True)
    standing = fields.Nested(StandingSchema, required=True, allow_none=True)
