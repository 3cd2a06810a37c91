"""Schedules of tests, and what they have made."""

import datetime as dt
from collections import Counter
from typing import Any

from core.clock import today
from models.bookings import Booking, BookingSource, BookingState
from models.departures import Departure
from services import schedules, seats
from services.generation import Generated
from tests.arranging import create_route
from tests.factories import ACTOR

# A Monday well within the public calendar: no holiday for weeks before and after.
START = dt.datetime(2026, 11, 2, 1, tzinfo=dt.UTC)


def fields(**changes: Any) -> dict[str, Any]:
    """Return a schedule for Tuesdays and Thursdays."""
    known = {
        "route": None,
        "weekdays": [4, 2, 2],
        "starts": "09:00",
        "capacity": 20,
        "from_day": today().isoformat(),
        "weeks_ahead": 3,
    }
    if "route" not in changes:
        changes["route"] = create_route().id
    return {**known, **changes}


def add(**changes: Any) -> Generated:
    """Add a schedule."""
    return schedules.add(ACTOR, fields(**changes))


def outcomes(done: Generated) -> dict[str, int]:
    """Return how many days came out how."""
    return dict(Counter(one.outcome.value for one in done.days))


def days(**match: Any) -> list[str]:
    """Return the days of departures, in order."""
    return [one.day for one in Departure.objects(**match).order_by("starts_at")]


def book(departure: Departure, state: BookingState = BookingState.CONFIRMED) -> Booking:
    """Write a booking of two people; the clock of the database is another than that of the test."""
    booking = Booking(
        departure=departure.id,
        state=state,
        source=BookingSource.PHONE,
        party=2,
        starts_at=departure.starts_at,
        ends_at=departure.ends_at,
    ).save()
    if state is BookingState.CONFIRMED:
        seats.hold(departure.id, booking.id, 2, visitor=None)
    if state is BookingState.WAITLISTED:
        seats.wait(departure.id, booking.id, 2, visitor=None)
    return booking
