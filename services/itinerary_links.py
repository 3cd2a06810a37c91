"""For whom a 行程单 is there: its visitor, staff, and who opens the address that a visitor got.

A browser carries no token of the mini-program: the address of the page and of the PDF is signed
and holds for a while. What it shows is looked up anew each time, so that it ends with the account.
"""

import datetime as dt
from dataclasses import dataclass

from core.clock import now
from core.errors import NotFound
from media.errors import BadSignature
from media.signing import Signer
from models.bookings import Booking, BookingState
from models.departures import Departure
from models.enums import Language
from models.visits import Proposal, Visit
from services import itineraries
from services.itinerary_parts import Itinerary
from services.staff import policy

HOLDS = dt.timedelta(hours=2)
PURPOSE = "itinerary"
BOOKING, VISIT = "booking", "visit"


@dataclass(frozen=True)
class Link:
    """What stands in the address of a page, and until when (UTC) it holds."""

    token: str
    expires_at: dt.datetime


def of_booking(visitor_id: str, booking_id: str, language: Language) -> Itinerary:
    """Return the 行程单 of a visitor's booking; raise `NotFound`."""
    row = Booking._get_collection().find_one(
        {"_id": booking_id, "visitor": visitor_id, "state": {"$ne": BookingState.PLACING.value}}
    )
    if row is None:
        raise NotFound
    booking: Booking = Booking._from_son(row)
    departure = _departure(booking.departure)
    visit = Visit.objects(id=departure.visit).first() if departure.visit else None
    proposal = None if visit is None else _proposed(visit, departure.id)
    return itineraries.of_departure(departure, language, booking=booking, proposal=proposal)


def of_proposal(
    visitor_id: str, visit_id: str, version: int | None, language: Language
) -> Itinerary:
    """Return a version of the 行程单 for a 定制考察 of a visitor, the newest by default.

    Raises `NotFound`, also when none was proposed yet.
    """
    visit: Visit | None = Visit.objects(id=visit_id, visitor=visitor_id).first()
    proposal = None if visit is None else version_of(visit, version)
    if visit is None or proposal is None:
        raise NotFound
    departure = _departure(proposal.departure)
    booking = Booking.objects(id=visit.booking).first() if visit.booking else None
    if booking is not None and booking.departure != departure.id:
        booking = None
    return itineraries.of_departure(
        departure, language, booking=booking, proposal=proposal, party=visit.party
    )


def for_staff(departure_id: str, language: Language) -> Itinerary:
    """Return the 行程单 of any departure; raise `NotFound`."""
    departure = _departure(departure_id)
    visit = Visit.objects(id=departure.visit).first() if departure.visit else None
    itinerary = itineraries.of_departure(departure, language)
    proposal = None if visit is None else _proposed(visit, departure.id)
    return itinerary if proposal is None else itineraries.with_proposal(itinerary, proposal)


def sign(kind: str, identity: str, visitor_id: str, version: int | None = None) -> Link:
    """Return the signed part of an address for what the visitor may see."""
    expires_at = now() + HOLDS
    values = [kind, identity, visitor_id, "" if version is None else str(version)]
    return Link(_signer().sign(PURPOSE, values, expires_at), expires_at)


def read(token: str, language: Language) -> Itinerary:
    """Return the 行程单 that an address leads to; raise `NotFound("link_ended")`."""
    try:
        kind, identity, visitor_id, version = _signer().read(PURPOSE, token)
        if kind == BOOKING:
            return of_booking(visitor_id, identity, language)
        return of_proposal(visitor_id, identity, int(version) if version else None, language)
    except (BadSignature, NotFound):
        raise NotFound("link_ended") from None


def version_of(visit: Visit, version: int | None) -> Proposal | None:
    """Return a version of what was proposed, the newest by default; None when there is none."""
    if version is None:
        return visit.proposals[-1] if visit.proposals else None
    return next((one for one in visit.proposals if one.version == version), None)


def _proposed(visit: Visit, departure_id: str) -> Proposal | None:
    return next((one for one in visit.proposals if one.departure == departure_id), None)


def _departure(departure_id: str) -> Departure:
    found: Departure | None = Departure.objects(id=departure_id).first()
    if found is None:
        raise NotFound
    return found


def _signer() -> Signer:
    return Signer(policy.current().settings.secret_key)
