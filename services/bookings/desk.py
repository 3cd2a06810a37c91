"""What the desk does for others: deciding about many, adding a caller, letting a walk-in in."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import AppError
from models.bookings import Booking, BookingSource
from services import permissions, reasons
from services.actors import Actor
from services.bookings import deciding, requesting
from services.bookings.attendance import RESOURCE
from services.bookings.drafting import Details


@dataclass(frozen=True)
class Outcome:
    """What became of one booking: the booking as it is then, or why it stayed as it was."""

    id: str
    booking: Booking | None
    error: AppError | None

    @property
    def done(self) -> bool:
        """Tell whether it was decided."""
        return self.error is None


def decide(
    actor: Actor, bookings: Sequence[str], *, approved: bool, reason: str | None = None
) -> list[Outcome]:
    """Confirm or reject requests, each on its own: one that cannot be decided stops no other.

    Raises `Forbidden`, and `Invalid("reason_needed")` when they are rejected without one.
    """
    permissions.require(actor, RESOURCE, "decide")
    if not approved:
        reasons.require(reason or "")
    return [
        _decide(actor, one, approved=approved, reason=reason or "")
        for one in dict.fromkeys(bookings)
    ]


def decide_one(
    actor: Actor, booking_id: str, *, approved: bool, reason: str | None = None
) -> Booking:
    """Confirm or reject a request; raises what `services.bookings.deciding` raises."""
    if approved:
        return deciding.confirm(actor, booking_id)
    return deciding.reject(actor, booking_id, reason=reason or "")


def add(
    actor: Actor,
    departure: str,
    party: int,
    details: Details,
    *,
    override: str | None = None,
    key: str | None = None,
) -> Booking:
    """Book for somebody who called; raises what `requesting.place_for` raises.

    With `override`, the reason, neither the time to book nor the size of a group counts.
    """
    source = BookingSource.PHONE
    return requesting.place_for(
        actor, departure, party, details, source=source, override=override, key=key
    )


def walk_in(
    actor: Actor, departure: str, party: int, details: Details, *, key: str | None = None
) -> Booking:
    """Let a group in that stands at the door: it holds seats like others and is checked in.

    Raises what `requesting.place_for` raises, before anything is held.
    """
    permissions.require(actor, RESOURCE, "check_in", f"departures:{departure}")
    source = BookingSource.WALK_IN
    return requesting.place_for(actor, departure, party, details, source=source, key=key)


def _decide(actor: Actor, booking_id: str, *, approved: bool, reason: str) -> Outcome:
    try:
        decided = decide_one(actor, booking_id, approved=approved, reason=reason)
    except AppError as error:
        return Outcome(booking_id, None, error)
    return Outcome(booking_id, decided, None)
