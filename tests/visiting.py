"""Departures and bookings as tests need them, written as the services leave them."""

import datetime as dt
import itertools
from collections.abc import Collection
from typing import Any

from core.clock import SHANGHAI, now
from core.ids import new_id
from models.audit import AuditEntry
from models.bookings import HOLDING, Booking, BookingState, By
from models.departures import Departure, DepartureState, Meeting, PlannedStop, Words
from models.routes import BookingRules, Confirmation
from models.staff import Role
from models.visitors import Visitor
from services.actors import SYSTEM_ID, Actor
from services.bookings import requesting, waiting
from services.bookings.drafting import Details
from services.visitors import consents

DESK = Actor("desk-1", "测试前台", frozenset({Role.BOOKING_DESK}), None, "", "")
EDITOR = Actor("editor-1", "测试编辑", frozenset({Role.EDITOR}), None, "", "")


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


def create_visitor(**changes: Any) -> Visitor:
    """Write a fictitious visitor, who has agreed to the notice."""
    visitor = Visitor(keeps_history=False, **changes)
    visitor.save()
    consents.give(visitor, consents.current_version())
    return visitor


def details(**changes: Any) -> Details:
    """Return who comes: a fictitious person."""
    return Details(**{"name": "测试访客 A", "phone": "13800138000", **changes})


def check_books(moved: Collection[str] = ()) -> None:
    """Check that departures, bookings and the times of visitors agree, whatever happened.

    What is being placed may hold seats and time, or not yet. Departures that staff `moved` may
    overlap with other visits of who is on them.
    """
    bookings = {one.id: one for one in Booking.objects}
    for departure in Departure.objects:
        _check_departure(departure, bookings)
    for visitor in Visitor.objects:
        _check_visitor(visitor, bookings, moved)


def _check_departure(departure: Departure, bookings: dict[str, Booking]) -> None:
    own = {one.id: one for one in bookings.values() if one.departure == departure.id}
    held = {one.booking: one.party for one in departure.holds}
    begun = {one.id for one in own.values() if one.state is BookingState.PLACING}
    waits = [one.booking for one in departure.queue]
    assert departure.held == sum(held.values()) <= departure.capacity
    settled = {name: party for name, party in held.items() if name not in begun}
    assert settled == {one.id: one.party for one in own.values() if one.state in HOLDING}
    assert sorted(waits) == sorted(
        one.id for one in own.values() if one.state is BookingState.WAITLISTED
    )
    assert [one.since for one in departure.queue] == sorted(one.since for one in departure.queue)
    if departure.state is DepartureState.OPEN and departure.cancel_by > now():
        left = departure.seats_left
        assert [one for one in departure.queue if one.party <= left] == [], "somebody fits"


def _check_visitor(visitor: Visitor, bookings: dict[str, Booking], moved: Collection[str]) -> None:
    engaged = {
        one.id
        for one in bookings.values()
        if one.visitor == visitor.id
        and one.ends_at > now()
        and one.state in HOLDING - {BookingState.OFFERED}
    }
    spans = [one for one in visitor.engagements if one.ends_at > now()]
    begun = {one.id for one in bookings.values() if one.state is BookingState.PLACING}
    assert {one.booking for one in spans} - begun == engaged
    fixed = [one for one in spans if bookings[one.booking].departure not in moved]
    ordered = sorted(fixed, key=lambda one: one.starts_at)
    assert all(one.ends_at <= other.starts_at for one, other in itertools.pairwise(ordered)), (
        "two visits at one time"
    )


def check_record() -> None:
    """Check that each step which the product made by itself is in the audit log."""
    for booking in Booking.objects:
        made = [one.state.value for one in booking.steps if one.by is By.SYSTEM]
        entries = AuditEntry.objects(target=f"bookings:{booking.id}", actor=SYSTEM_ID)
        assert sorted(one.after["state"] for one in entries) == sorted(made), booking.id


def request(
    visitor: Visitor,
    departure: Departure,
    party: int = 2,
    about: Details | None = None,
    *,
    key: str | None = None,
) -> Booking:
    """Request seats."""
    return requesting.request_visit(
        visitor=visitor, departure=departure.id, party=party, details=about or details(), key=key
    )


def wait(
    visitor: Visitor, departure: Departure, party: int = 2, about: Details | None = None
) -> Booking:
    """Join the waiting list."""
    known = about or details()
    return waiting.join(visitor=visitor, departure=departure.id, party=party, details=known)
