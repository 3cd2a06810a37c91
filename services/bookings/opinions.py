"""What visitors say after a visit: how it was, stop by stop, and which industries interest them."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from models.bookings import Booking, BookingState
from models.enums import Kind
from services import links, personal_data, text_checks
from services.bookings import finding, telling
from services.text_checks import Written

# From when it was first said; afterwards it stays as it is.
CHANGEABLE_FOR = dt.timedelta(days=30)
AFTER_VISIT = frozenset({BookingState.CHECKED_IN, BookingState.COMPLETED})

Row = dict[str, Any]


@dataclass(frozen=True)
class Opinion:
    """A rating from 1 to 5 of the whole and of stops (by key), ids of tracks, a text."""

    rating: int
    stops: Mapping[str, int]
    tracks: Sequence[str] = ()
    text: str | None = None


def say(visitor_id: str, booking_id: str, opinion: Opinion) -> Booking:
    """Keep what a visitor says about a visit they were on, in the place of what they said before.

    Raises `NotFound`; `Conflict` with `wrong_state` or `cutoff_passed`; `Invalid` for stops that
    the visit did not have and tracks that are not live.
    """
    booking = finding.own(visitor_id, booking_id)
    if booking.state not in AFTER_VISIT:
        raise Conflict("wrong_state", state=booking.state.value)
    _check(booking, opinion)
    moment = now()
    guard = {
        "_id": booking_id,
        "visitor": visitor_id,
        "state": {"$in": sorted(state.value for state in AFTER_VISIT)},
        "feedback.at": {"$not": {"$lte": moment - CHANGEABLE_FOR}},
    }

    def work(session: ClientSession) -> Booking:
        row = Booking._get_collection().find_one_and_update(
            guard,
            _update(booking_id, opinion, moment),
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        if row is None:
            _explain(visitor_id, booking_id)
        found: Booking = Booking._from_son(row)
        text_checks.later(Written.FEEDBACK, found, session)
        return found

    return transaction(work)


def of(visitor_id: str, booking_id: str) -> Booking:
    """Return a booking with what was said about it; raise `NotFound`, also when nothing was."""
    booking = finding.own(visitor_id, booking_id)
    if booking.feedback is None:
        raise NotFound
    return booking


def _check(booking: Booking, opinion: Opinion) -> None:
    departure = finding.departure(booking.departure)
    wrong: dict[str, object] = {}
    if not opinion.stops.keys() <= {stop.key for stop in departure.stops}:
        wrong["stops"] = "choice"
    if not all(links.is_live(Kind.TRACKS, track) for track in opinion.tracks):
        wrong["tracks"] = "choice"
    if wrong:
        raise Invalid(fields=wrong)


def _update(booking_id: str, opinion: Opinion, moment: dt.datetime) -> list[Row]:
    """Return the update; the date is that of the first time, however often it is changed."""
    stops = [{"stop": stop, "rating": rating} for stop, rating in opinion.stops.items()]
    said = {
        "rating": opinion.rating,
        "stops": {"$literal": stops},
        "tracks": {"$literal": list(opinion.tracks)},
        "at": {"$ifNull": ["$feedback.at", moment]},
    }
    sealed = personal_data.sealed(Booking, booking_id, {"feedback_text": opinion.text})
    text = sealed["feedback_text"]
    changed: Row = {
        "feedback": said,
        "updated_at": moment,
        "revision": {"$add": ["$revision", 1]},
        "feedback_text": "$$REMOVE" if text is None else {"$literal": text},
    }
    return [{"$set": changed}]


def _explain(visitor_id: str, booking_id: str) -> None:
    """Raise why nothing was kept."""
    booking = finding.own(visitor_id, booking_id)
    if booking.feedback is not None and booking.state in AFTER_VISIT:
        ended = telling.shown(booking.feedback.at + CHANGEABLE_FOR)
        raise Conflict("cutoff_passed", until=ended)
    raise Conflict("wrong_state", state=booking.state.value)
