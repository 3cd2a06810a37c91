"""Departures and bookings as tests need them, written as the services leave them."""

import datetime as dt
from typing import Any

from core.clock import SHANGHAI, now
from core.ids import new_id
from models.departures import Departure, Meeting, PlannedStop, Words
from models.routes import BookingRules, Confirmation


def terms(**changes: Any) -> BookingRules:
    """Return terms of booking: a day's lead, cut-offs of 24 hours, confirmed by themselves."""
    known: dict[str, Any] = {
        "lead_days": 1,
        "cancel_hours": 24,
        "reschedule_hours": 24,
        "group_min": 1,
        "group_max": 20,
        "minimum_to_run": 1,
        "confirmation": Confirmation.AUTOMATIC,
    }
    return BookingRules(**{**known, **changes})


def create_departure(
    *, in_hours: float = 7 * 24, minutes: int = 120, capacity: int = 10, **changes: Any
) -> Departure:
    """Write a departure with one stop that starts in so many hours; no resource is taken."""
    starts_at = now() + dt.timedelta(hours=in_hours)
    ends_at = starts_at + dt.timedelta(minutes=minutes)
    rules = changes.pop("terms", None) or terms()
    lead = dt.timedelta(days=rules.lead_days)
    fields: dict[str, Any] = {
        "route": "route-1",
        "slug": "route-1",
        "title": Words(zh="演示线路", en="Demonstration route"),
        "day": starts_at.astimezone(SHANGHAI).date().isoformat(),
        "starts_at": starts_at,
        "ends_at": ends_at,
        "stops": [
            PlannedStop(
                key="stop-1",
                site=f"site-{new_id()}",
                title=Words(zh="演示点位", en="Demonstration site"),
                arrives_at=starts_at,
                leaves_at=ends_at,
            )
        ],
        "meeting": Meeting(title=Words(zh="正门", en="Main gate")),
        "terms": rules,
        "closes_at": starts_at - lead,
        "cancel_by": starts_at - dt.timedelta(hours=rules.cancel_hours),
        "reschedule_by": starts_at - dt.timedelta(hours=rules.reschedule_hours),
        "capacity": capacity,
    }
    departure = Departure(**{**fields, **changes})
    departure.save()
    return departure
