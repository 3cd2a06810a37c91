"""What the desk decides and does for others, on the wire."""

from typing import Any

from marshmallow import Schema, fields, validate

from models.bookings import COMPANIONS_MAX, PLATES_MAX
from models.departures import CAPACITY_MAX
from models.enums import Language
from models.parts import SUMMARY_MAX, TITLE_MAX
from models.vehicles import PLATE_MAX
from schemas.desk import ID_MAX, DeskBookingCardSchema
from schemas.fields import MESSAGES, Choice, Flag, Number, Text

NAME_MAX = 60
DECIDED_MAX = 100


def texts(most: int, longest: int) -> fields.List[Any]:
    """Return a field for a list of texts."""
    return fields.List(
        Text(maximum=longest, minimum=1),
        validate=validate.Length(max=most, error="too_long"),
        error_messages=MESSAGES,
    )


class BookingDecisionSchema(Schema):
    """Yes or no; a no needs a reason, which the visitor is told."""

    approved = Flag(required=True)
    reason = Text(maximum=SUMMARY_MAX, allow_none=True)


class BookingDecisionsSchema(BookingDecisionSchema):
    """The same for many bookings."""

    bookings = fields.List(
        Text(maximum=ID_MAX, minimum=1),
        required=True,
        validate=[
            validate.Length(min=1, error="required"),
            validate.Length(max=DECIDED_MAX, error="too_long"),
        ],
        error_messages=MESSAGES,
    )


class BookingOutcomeSchema(Schema):
    """What became of one booking; `code` and `message` tell why it stayed as it was."""

    id = fields.String(required=True)
    done = fields.Boolean(required=True)
    booking = fields.Nested(DeskBookingCardSchema, required=True, allow_none=True)
    code = fields.String(required=True, allow_none=True)
    message = fields.String(required=True, allow_none=True)


class BookingOutcomesSchema(Schema):
    """What became of each booking, in the order in which they were named."""

    items = fields.List(fields.Nested(BookingOutcomeSchema), required=True)


class GuestSchema(Schema):
    """Who comes, as they say on the phone or at the door; `party` counts the contact too.

    `no_car`: the group brings none.
    """

    departure = Text(maximum=ID_MAX, minimum=1, required=True)
    party = Number(low=1, high=CAPACITY_MAX, required=True)
    name = Text(maximum=NAME_MAX, minimum=1, required=True)
    phone = Text(maximum=25, minimum=5, allow_none=True)
    organisation = Text(maximum=TITLE_MAX, minimum=1, allow_none=True)
    companions = texts(COMPANIONS_MAX, NAME_MAX)
    plates = texts(PLATES_MAX, PLATE_MAX)
    no_car = Flag()
    purpose = Text(maximum=SUMMARY_MAX, minimum=1, allow_none=True)
    needs = Text(maximum=SUMMARY_MAX, minimum=1, allow_none=True)
    tracks = texts(30, ID_MAX)
    language = Choice(Language)
    channel = Text(maximum=40, minimum=1, allow_none=True)


class WaitingCallerSchema(GuestSchema):
    """A caller; the number is needed: it is the one way to reach them."""

    phone = Text(maximum=25, minimum=5, required=True)


class CallerSchema(WaitingCallerSchema):
    """A caller; `override` is why neither the time to book nor the size of the group counts."""

    override = Text(maximum=SUMMARY_MAX, minimum=1, allow_none=True)


class BookingCompanySchema(Schema):
    """How many people come; what else is absent stays. `override`: why limits do not count."""

    party = Number(low=1, high=CAPACITY_MAX, required=True)
    name = Text(maximum=NAME_MAX, minimum=1)
    companions = texts(COMPANIONS_MAX, NAME_MAX)
    plates = texts(PLATES_MAX, PLATE_MAX)
    no_car = Flag()
    needs = Text(maximum=SUMMARY_MAX, allow_none=True)
    override = Text(maximum=SUMMARY_MAX, minimum=1, allow_none=True)


class BookingMoveSchema(Schema):
    """To which departure, and why; the visitor is told."""

    departure = Text(maximum=ID_MAX, minimum=1, required=True)
    reason = Text(maximum=SUMMARY_MAX, minimum=1, required=True)
