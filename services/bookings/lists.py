"""Bookings as staff look for them: masked in lists, whole in a detail, which is on record.

Organisations are encrypted without an index: nobody can look for them. A phone is found by the
whole number.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import day_start
from core.errors import NotFound
from models.bookings import Booking, BookingSource, BookingState, DeskView
from models.departures import Departure, DepartureState, Minimum
from models.sites import GateNeed
from services import audit, gate_needs, keyset, permissions, personal_data, reasons, seats
from services.actors import Actor
from services.bookings import company, drafting, finding, strikes
from services.bookings.attendance import RESOURCE, target
from services.bookings.strikes import Standing
from services.keyset import Position
from services.visitors import masking, profiles

SEALED_TEXTS = ("name", "phone", "organisation", "purpose", "needs", "feedback_text")
BY_PHONE_MAX = 50
# Everything but what is still being made.
SEEN = frozenset(state.value for state in BookingState if state is not BookingState.PLACING)


@dataclass(frozen=True)
class Filters:
    """Which bookings; days (both included) are those of the start in Shanghai."""

    departure: str | None = None
    route: str | None = None
    visitor: str | None = None
    state: BookingState | None = None
    source: BookingSource | None = None
    view: DeskView | None = None
    from_day: dt.date | None = None
    until_day: dt.date | None = None


@dataclass(frozen=True)
class Seen:
    """A booking with its departure (None when that is gone) and what is shown of the contact.

    `missing` is what gates need and have not been told.
    """

    booking: Booking
    departure: Departure | None
    name: str | None
    phone: str | None
    organisation: str | None
    missing: list[GateNeed]

    @property
    def reason_en(self) -> str | None:
        """Return the reason in English, where the product itself gave it."""
        return reasons.english(self.booking.reason)

    @property
    def place(self) -> int | None:
        """Return the place in the queue, from 1, of who waits."""
        return seats.place_in_queue(self.departure, self.booking.id) if self.departure else None


@dataclass(frozen=True)
class Whole(Seen):
    """A booking with all that was told, and how its visitor stands (None without an account)."""

    purpose: str | None
    needs: str | None
    feedback_text: str | None
    companions: list[str]
    plates: list[str]
    standing: Standing | None


def listing(
    actor: Actor, filters: Filters, *, limit: int = 50, after: Position | None = None
) -> list[Booking]:
    """Return bookings after a position (start and id), those that start first first."""
    permissions.require(actor, RESOURCE, "read")
    query = _query(filters)
    further = keyset.after(after, "starts_at", ascending=True)
    rows = Booking._get_collection().find({"$and": [query, further]} if further else query)
    ordered = rows.sort([("starts_at", 1), ("_id", 1)]).limit(limit)
    return [Booking._from_son(row) for row in ordered]


def by_phone(actor: Actor, phone: str) -> list[Seen]:
    """Return the newest bookings of a number, as it is typed; raise `Invalid`."""
    permissions.require(actor, RESOURCE, "reveal")
    number = profiles.international(phone)
    query = {"phone_index": personal_data.indexed("phone", number), "state": {"$in": sorted(SEEN)}}
    rows = Booking._get_collection().find(query).sort([("starts_at", -1), ("_id", -1)])
    return masked([Booking._from_son(row) for row in rows.limit(BY_PHONE_MAX)])


def masked(bookings: Sequence[Booking]) -> list[Seen]:
    """Return bookings as lists show them."""
    departures = _departures(bookings)
    asked = gate_needs.of_departures(departures.values())
    return [
        Seen(
            one,
            departures.get(one.departure),
            masking.name(personal_data.opened(one, "name")),
            masking.phone(personal_data.opened(one, "phone")),
            masking.name(personal_data.opened(one, "organisation")),
            company.missing(one, asked.get(one.departure, ())),
        )
        for one in bookings
    ]


def reveal(actor: Actor, booking_id: str) -> Whole:
    """Return a booking with all that was told; that somebody read it is on record.

    Raises `NotFound`.
    """
    permissions.require(actor, RESOURCE, "reveal", target(booking_id))
    found = finding.booking(booking_id)
    about = {"visitor": found.visitor} if found.visitor else None
    audit.record(actor, f"{RESOURCE}.reveal", target(booking_id), after=about)
    return _whole(found)


def _whole(found: Booking) -> Whole:
    plain = {name: personal_data.opened(found, name) for name in SEALED_TEXTS}
    departure = _departures([found]).get(found.departure)
    return Whole(
        booking=found,
        departure=departure,
        missing=company.missing(found, gate_needs.of(departure) if departure else ()),
        standing=_standing(found.visitor),
        companions=drafting.unlisted(found, "companions"),
        plates=drafting.unlisted(found, "plates"),
        **plain,
    )


def _standing(visitor: str | None) -> Standing | None:
    if visitor is None:
        return None
    try:
        return strikes.standing(visitor)
    except NotFound:
        return None


def _query(filters: Filters) -> dict[str, Any]:
    """Return the query; every value is a scalar of ours, no structure comes from outside."""
    query: dict[str, Any] = {
        name: str(value)
        for name in ("departure", "route", "visitor", "source")
        if (value := getattr(filters, name)) is not None
    }
    states = SEEN if filters.state is None else SEEN & {filters.state.value}
    if filters.view is DeskView.TO_DECIDE:
        states &= {BookingState.REQUESTED.value}
    query["state"] = {"$in": sorted(states)}
    span: dict[str, dt.datetime] = {}
    if filters.from_day is not None:
        span["$gte"] = day_start(filters.from_day)
    if filters.until_day is not None:
        span["$lt"] = day_start(filters.until_day + dt.timedelta(days=1))
    if span:
        query["starts_at"] = span
    if filters.view is DeskView.BELOW_MINIMUM:
        return {"$and": [query, {"departure": {"$in": _below_minimum()}}]}
    return query


def _below_minimum() -> list[str]:
    due = {"minimum": Minimum.DUE.value, "state": DepartureState.OPEN.value}
    rows = Departure._get_collection().find(due, {"_id": 1})
    return [row["_id"] for row in rows.sort("cancel_by", 1)]


def _departures(bookings: Sequence[Booking]) -> Mapping[str, Departure]:
    ids = sorted({one.departure for one in bookings})
    rows = Departure._get_collection().find({"_id": {"$in": ids}}) if ids else ()
    return {row["_id"]: Departure._from_son(row) for row in rows}
