"""Telling the visitor of a booking what happened to it, once for each event."""

import datetime as dt
from collections.abc import Collection

from pymongo.client_session import ClientSession

from core.clock import SHANGHAI
from models.bookings import Booking
from models.departures import Departure
from models.notifications import Event
from services import notification_texts, notifications, personal_data
from services.bookings import company
from services.notifications import Recipient, ToContact, ToVisitor
from services.quiet_hours import Urgency

MOMENT = "%Y-%m-%d %H:%M"
# What tells the visitor that the visit is to be tells what a gate has not been told, too.
GATES = frozenset({Event.BOOKING_CONFIRMED, Event.BOOKING_RESCHEDULED, Event.REMINDER_DAY})


def tell(
    event: Event,
    booking: Booking,
    departure: Departure,
    *,
    session: ClientSession | None = None,
    once: str | None = None,
    acted_at: dt.datetime | None = None,
    deadlines: Collection[dt.datetime] = (),
    **more: str | int,
) -> None:
    """Tell of an event; `more` fills further words of it (see `services.booking_texts`).

    Once for each booking, event and `once`, by default the revision of the booking. Staff call
    who has no account only about what is worth a call, and only where there is a number.
    `acted_at` is when the visitor did what this answers; `deadlines` are moments beside the start
    that it is about (see `services.quiet_hours`).
    """
    whom = recipient(booking)
    if isinstance(whom, ToContact) and not (
        whom.phone and notification_texts.calls_strangers(event)
    ):
        return
    data: dict[str, str | int] = {
        "booking": booking.id,
        "route": departure.title.zh,
        "route_en": departure.title.en or departure.title.zh,
        "at": shown(departure.starts_at),
        "people": booking.party,
        "reason": "",
    }
    if event in GATES:
        data |= company.remark(booking, departure, session)
    key = f"bookings:{booking.id}:{event.value}:{once or booking.revision}"
    urgency = Urgency(acted_at, (departure.starts_at, *deadlines))
    notifications.notify(event, whom, {**data, **more}, key, urgency=urgency, session=session)


def recipient(booking: Booking) -> Recipient:
    """Return whom to tell: the visitor, or the contact whom staff then call."""
    if booking.visitor is not None:
        return ToVisitor(booking.visitor)
    name, phone = (personal_data.opened(booking, name) for name in ("name", "phone"))
    return ToContact(name=name, phone=phone)


def shown(moment: dt.datetime) -> str:
    """Return a moment as people in Shanghai read it."""
    return moment.astimezone(SHANGHAI).strftime(MOMENT)
