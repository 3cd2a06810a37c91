"""Bookings as their visitor sees them."""

from collections.abc import Iterable, Sequence
from typing import Any

from core.clock import now
from models.bookings import HOLDING, LIVE, Booking, BookingState
from models.departures import Departure, DepartureState, Words
from models.enums import Language
from models.sites import GateNeed
from services import gate_needs, keyset, personal_data, reasons, seats
from services.bookings import cancelling, company, drafting, finding, parties
from services.keyset import Position
from services.visitors import masking

S = BookingState
PLAIN = (
    *("id", "revision", "state", "source", "party", "starts_at", "ends_at", "tracks", "language"),
    *("no_car", "channel", "code", "decide_by", "offer_until", "moved_to", "moved_from"),
    *("checked_in_at", "demo", "created_at", "updated_at"),
)
OPENED = ("name", "organisation", "purpose", "needs")
Shown = dict[str, Any]


def listing(
    visitor_id: str, *, live: bool | None = None, limit: int, after: Position | None = None
) -> list[Booking]:
    """Return bookings after a position (start and id), the latest visit first.

    `live` asks for those that are still to come, or for the others.
    """
    states = set(BookingState) - {S.PLACING}
    if live is not None:
        states &= LIVE if live else set(BookingState) - LIVE
    query = {
        "visitor": visitor_id,
        "state": {"$in": sorted(one.value for one in states)},
        **keyset.after(after, "starts_at"),
    }
    rows = Booking._get_collection().find(query)
    ordered = rows.sort([("starts_at", -1), ("_id", -1)]).limit(limit)
    return [Booking._from_son(row) for row in ordered]


def shown(bookings: Sequence[Booking], language: Language) -> list[Shown]:
    """Return what a visitor is shown of bookings; the phone is masked."""
    departures = _departures({one.departure for one in bookings})
    asked = gate_needs.of_departures(departures.values())
    return [
        _shown(one, departures[one.departure], asked[one.departure], language) for one in bookings
    ]


def one(visitor_id: str, booking_id: str, language: Language) -> Shown:
    """Return what a visitor is shown of a booking of theirs; raise `NotFound`."""
    return shown([finding.own(visitor_id, booking_id)], language)[0]


def possible(booking: Booking, departure: Departure) -> list[str]:
    """Return what the visitor can do with a booking at this moment."""
    moment, state = now(), booking.state
    if departure.state is not DepartureState.OPEN:
        return []
    found = []
    if state in cancelling.CANCELLABLE and (
        state not in cancelling.BOUND or moment < departure.cancel_by
    ):
        found.append("cancel")
    if state in parties.CHANGEABLE:
        found += ["change"] * (moment < departure.cancel_by)
        found += ["company"] * (moment < departure.starts_at)
        found += ["reschedule"] * (moment < departure.reschedule_by)
    if state is S.OFFERED and moment < booking.offer_until:
        found += ["accept", "decline"]
    return found


def _shown(
    booking: Booking, departure: Departure, asked: list[GateNeed], language: Language
) -> Shown:
    return {
        **{name: getattr(booking, name) for name in PLAIN},
        **{name: personal_data.opened(booking, name) for name in OPENED},
        **{name: drafting.unlisted(booking, name) for name in drafting.LISTS},
        "phone": masking.phone(personal_data.opened(booking, "phone")),
        "code": booking.code if booking.state in HOLDING else None,
        "reason": reasons.said(booking.reason, language),
        "missing": company.missing(booking, asked),
        "place": seats.place_in_queue(departure, booking.id),
        "possible": possible(booking, departure),
        "steps": booking.steps,
        "departure": {**_departure(departure, language), "gate_needs": asked},
    }


def _departure(departure: Departure, language: Language) -> Shown:
    return {
        **{
            name: getattr(departure, name)
            for name in ("id", "route", "slug", "state", "language", "cancel_by", "reschedule_by")
        },
        "title": _said(departure.title, language),
        "meeting": _said(departure.meeting and departure.meeting.title, language),
        "minimum": departure.minimum,
    }


def _said(words: Words | None, language: Language) -> str | None:
    if words is None:
        return None
    english: str | None = words.en if language is Language.EN else None
    return english or str(words.zh)


def _departures(ids: Iterable[str]) -> dict[str, Departure]:
    rows = Departure._get_collection().find({"_id": {"$in": sorted(ids)}})
    return {row["_id"]: Departure._from_son(row) for row in rows}
