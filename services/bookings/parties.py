"""Changing who comes along: how many people, which companions, which cars."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.bookings import Booking, BookingState
from models.departures import Departure
from models.notifications import Event
from models.visitors import Visitor
from services import permissions, personal_data, reasons, seats, text_checks
from services.actors import Actor
from services.bookings import drafting, finding, telling, waiting
from services.bookings.recording import record
from services.text_checks import Written

CHANGEABLE = frozenset({BookingState.REQUESTED, BookingState.CONFIRMED})
# In which staff still note who came and with which cars: gates lie behind the meeting point.
NOTED = CHANGEABLE | {BookingState.CHECKED_IN}
# What a change may hold beside the size of the group.
LISTS, TEXTS = drafting.LISTS, ("name", "needs")
# What is checked anew when it changes.
CHECKED = frozenset({*LISTS, *TEXTS})

Changes = Mapping[str, Any]
# Raises unless a departure allows a party of the first size to become one of the second.
Check = Callable[[Departure, int, int], None]


def change(visitor: Visitor, booking_id: str, changes: Changes) -> Booking:
    """Change `party`, `name`, `companions`, `plates`, `no_car` or `needs` of a booking.

    The size until the booking can be cancelled, the rest until the start: a gate may ask for names
    that nobody knew before. A larger party needs seats and the time to book, a smaller one gives
    seats back. `no_car` takes plates away, plates take it back. Raises
    `NotFound`; `Conflict` with `wrong_state`, `cutoff_passed`, `booking_closed`, `slot_full`;
    `Unprocessable("party_size")`; `Invalid` for more companions than come along.
    """
    booking = finding.own(visitor.id, booking_id)

    def check(departure: Departure, was: int, party: int) -> None:
        _require_time(departure.starts_at if party == was else departure.cancel_by)
        if party != was:
            drafting.check_party(departure, party)
        if party > was:
            drafting.check_open(departure)

    return _change(booking, changes, check)


def change_for(
    actor: Actor, booking_id: str, changes: Changes, *, override: str | None = None
) -> Booking:
    """Change the same as staff; `override` is the reason for which limits do not count.

    Those are the size of groups and, for another size, the cut-off; who comes and with which cars
    staff note until the end. Raises what `change` raises, and `Forbidden`.
    """
    permissions.require(actor, "bookings", "write", f"bookings:{booking_id}")
    if override is not None:
        permissions.require(actor, "bookings", "override", f"bookings:{booking_id}")
        reasons.require(override)
    booking = finding.booking(booking_id)

    def check(departure: Departure, was: int, party: int) -> None:
        if override is None and party != was:
            _require_time(departure.cancel_by)
            drafting.check_party(departure, party)

    return _change(booking, changes, check, actor=actor, reason=override)


def _change(
    booking: Booking,
    changes: Changes,
    check: Check,
    *,
    actor: Actor | None = None,
    reason: str | None = None,
) -> Booking:
    def work(session: ClientSession) -> Booking:
        departure = seats.lock(booking.departure, session)
        before = finding.booking(booking.id, session=session)
        party = int(changes.get("party", before.party))
        _require_state(before, party, noted=actor is not None)
        check(departure, before.party, party)
        companions = changes.get("companions")
        if companions is None:
            companions = drafting.unlisted(before, "companions")
        drafting.check_company(party, tuple(companions))
        departure = seats.resize(departure.id, booking.id, party, was=before.party, session=session)
        after = _write(before, party, changes, session)
        if actor is not None:
            record(actor, "change_party", before, after, session, reason=reason)
        if party != before.party:
            acted_at = now() if actor is None else None
            telling.tell(
                Event.BOOKING_CHANGED, after, departure, session=session, acted_at=acted_at
            )
        if party < before.party:
            waiting.promote(departure, session)
        return after

    return transaction(work)


def _require_state(before: Booking, party: int, *, noted: bool) -> None:
    """Raise `Conflict` unless a booking can change; `noted`: staff write down who came."""
    allowed = NOTED if noted and party == before.party else CHANGEABLE
    if before.state not in allowed:
        raise Conflict("wrong_state", state=before.state.value)


def _require_time(until: dt.datetime) -> None:
    if until <= now():
        raise Conflict("cutoff_passed", until=telling.shown(until))


def _write(before: Booking, party: int, changes: Changes, session: ClientSession) -> Booking:
    plain = {name: drafting.listed(tuple(changes[name] or ())) for name in LISTS if name in changes}
    no_car = bool(changes.get("no_car", before.no_car)) and not changes.get("plates")
    if changes.get("no_car"):
        plain.setdefault("plates", None)
    plain |= {name: changes[name] or None for name in TEXTS if name in changes}
    fields = {
        **personal_data.sealed(Booking, before.id, plain),
        "party": party,
        "no_car": no_car,
        "updated_at": now(),
    }
    row = Booking._get_collection().find_one_and_update(
        {"_id": before.id},
        {**personal_data.update(fields), "$inc": {"revision": 1}},
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    if row is None:
        raise NotFound
    after: Booking = Booking._from_son(row)
    if CHECKED & changes.keys():
        text_checks.later(Written.BOOKING, after, session)
    return after
