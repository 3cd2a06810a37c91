"""A link by which companions see when and where a visit goes; it tells of no person.

The address holds a secret, of which only the SHA-256 is kept. It is told once, ends when another
one is made or it is revoked, and a day after the visit. It follows the visit to another departure.
"""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass
from typing import Any

from core.clock import now
from core.errors import Conflict, NotFound
from core.texts import has_bad_characters
from models.bookings import Booking, BookingState
from models.enums import Language
from services import availability
from services.bookings import finding

SECRET_BYTES = 32
SECRET_MAX = 100
HOLDS_AFTER = dt.timedelta(days=1)
# How often a visit is followed from one departure to the next.
MOVES_MAX = 20
SHARED = frozenset({BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.CHECKED_IN})


@dataclass(frozen=True)
class Share:
    """A fresh link: its secret, and until when (UTC) it holds."""

    secret: str
    expires_at: dt.datetime


def share(visitor_id: str, booking_id: str) -> Share:
    """Make the link of a booking; one that was there ends.

    Raises `NotFound`, and `Conflict("wrong_state")` unless the visit is to come.
    """
    booking = finding.own(visitor_id, booking_id)
    secret = secrets.token_urlsafe(SECRET_BYTES)
    states = sorted(state.value for state in SHARED)
    done = Booking._get_collection().update_one(
        {"_id": booking_id, "visitor": visitor_id, "state": {"$in": states}},
        {"$set": {"share_hash": _hash(secret), "updated_at": now()}},
    )
    if not done.matched_count:
        raise Conflict("wrong_state", state=booking.state.value)
    return Share(secret, booking.ends_at + HOLDS_AFTER)


def revoke(visitor_id: str, booking_id: str) -> None:
    """Let the link of a booking end, if there is one; raise `NotFound`."""
    booking = finding.own(visitor_id, booking_id)
    chain = [booking.id, *_earlier(booking)]
    Booking._get_collection().update_many(
        {"_id": {"$in": chain}, "visitor": visitor_id}, {"$unset": {"share_hash": ""}}
    )


def read(secret: str, language: Language) -> dict[str, Any]:
    """Return what companions see; raise `NotFound("link_ended")`."""
    if not secret or len(secret) > SECRET_MAX or has_bad_characters(secret):
        raise NotFound("link_ended")
    found = Booking.objects(share_hash=_hash(secret)).first()
    if found is None:
        raise NotFound("link_ended")
    booking = _latest(found)
    if now() >= booking.ends_at + HOLDS_AFTER:
        raise NotFound("link_ended")
    way = availability.way(booking.departure, language)
    return {**way, "state": booking.state.value, "party": booking.party, "demo": booking.demo}


def _latest(booking: Booking) -> Booking:
    """Return the booking that a visit was moved to at last."""
    for _ in range(MOVES_MAX):
        if not booking.moved_to:
            break
        following = Booking.objects(id=booking.moved_to).first()
        if following is None or following.state is BookingState.PLACING:
            break
        booking = following
    return booking


def _earlier(booking: Booking) -> list[str]:
    """Return the bookings that a visit was moved from: their links lead here."""
    found: list[str] = []
    while booking.moved_from and len(found) < MOVES_MAX:
        found.append(booking.moved_from)
        before = Booking.objects(id=booking.moved_from).first()
        if before is None:
            break
        booking = before
    return found


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
