"""Bookings of visits, for the desk."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from core import messages
from models.bookings import Booking
from rest import language, paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent, sent_key
from schemas.deciding import (
    BookingCompanySchema,
    BookingDecisionSchema,
    BookingDecisionsSchema,
    BookingMoveSchema,
    BookingOutcomesSchema,
    CallerSchema,
    GuestSchema,
    WaitingCallerSchema,
)
from schemas.desk import (
    BookingReasonSchema,
    DeskBookingCardSchema,
    DeskBookingSchema,
    DeskBookingsSchema,
    DeskListQuerySchema,
    PhoneLookupSchema,
)
from schemas.pages import page_of
from services.bookings import cancelling, desk, lists, moving, offers, parties, waiting
from services.bookings.desk import Outcome
from services.bookings.drafting import Details
from services.bookings.lists import Filters, Seen, Whole

namespace = Namespace("bookings", description="考察预约 bookings of visits")

FILTERS = (
    *("departure", "route", "visitor", "state", "source", "view"),
    *("from_day", "until_day"),
)
GUEST = ("name", "phone", "organisation", "purpose", "needs", "language", "channel", "no_car")
GUEST_LISTS = ("companions", "plates", "tracks")


@namespace.route("")
class BookingList(Resource):
    """All bookings."""

    @staff("bookings", "read")
    @contract.asks(DeskListQuerySchema)
    @contract.gives(page_of(DeskBookingCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List bookings, those that start first first; who asked is masked."""
        actor = current_actor()
        wanted = Filters(**{name: query[name] for name in FILTERS if name in query})
        return masked_page(
            paging.by_time(
                query,
                lambda limit, after: lists.listing(actor, wanted, limit=limit, after=after),
                "starts_at",
            )
        )

    @staff("bookings", "write")
    @idempotent(staff_caller)
    @contract.takes(CallerSchema)
    @contract.gives(DeskBookingCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> Seen:
        """Book for somebody who called; the booking is confirmed at once."""
        guest = _guest(data)
        return shown(desk.add(current_actor(), **guest, override=data.get("override")))


@namespace.route("/walk-ins")
class WalkInList(Resource):
    """Groups at the door."""

    @staff("bookings", "check_in")
    @idempotent(staff_caller)
    @contract.takes(GuestSchema)
    @contract.gives(DeskBookingCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> Seen:
        """Let a group in that did not book, while there are seats; it is checked in."""
        return shown(desk.walk_in(current_actor(), **_guest(data)))


@namespace.route("/waiting")
class CallersWaiting(Resource):
    """Callers on the waiting list."""

    @staff("bookings", "write")
    @contract.takes(WaitingCallerSchema)
    @contract.gives(DeskBookingCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> Seen:
        """Wait for somebody who called; an offer becomes a call."""
        return shown(waiting.join_for(current_actor(), **_guest(data)))


@namespace.route("/decide")
class BookingDecisions(Resource):
    """Deciding about many."""

    @staff("bookings", "decide")
    @contract.takes(BookingDecisionsSchema)
    @contract.gives(BookingOutcomesSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Confirm or reject requests, each on its own; the answer tells what became of each."""
        return {"items": [_outcome(one) for one in desk.decide(current_actor(), **data)]}


@namespace.route("/lookup")
class BookingLookup(Resource):
    """Looking for somebody by phone."""

    @staff("bookings", "reveal")
    @contract.takes(PhoneLookupSchema)
    @contract.gives(DeskBookingsSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """List the newest bookings of a phone number; it stands in the body, not in logs."""
        return {"items": lists.by_phone(current_actor(), data["phone"])}


@namespace.route("/<booking_id>")
class BookingDetail(Resource):
    """One booking."""

    @staff("bookings", "reveal")
    @contract.gives(DeskBookingSchema)
    def get(self, booking_id: str) -> Whole:
        """Read a booking with all that was told; that is on record."""
        return lists.reveal(current_actor(), booking_id)


@namespace.route("/<booking_id>/decide")
class BookingDecision(Resource):
    """Deciding about one."""

    @staff("bookings", "decide")
    @contract.takes(BookingDecisionSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Confirm or reject a request; its visitor is told."""
        return shown(desk.decide_one(current_actor(), booking_id, **data))


@namespace.route("/<booking_id>/accept")
class CallerAcceptance(Resource):
    """Taking offered seats for a caller."""

    @staff("bookings", "write")
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str) -> Seen:
        """Take the seats that were offered to a caller; visitors answer for themselves."""
        return shown(offers.accept_for(current_actor(), booking_id))


@namespace.route("/<booking_id>/decline")
class CallerRefusal(Resource):
    """Leaving them to the next."""

    @staff("bookings", "write")
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str) -> Seen:
        """Decline for a caller; the seats are offered on."""
        return shown(offers.decline_for(current_actor(), booking_id))


@namespace.route("/<booking_id>/cancel")
class BookingCancel(Resource):
    """Cancelling."""

    @staff("bookings", "write")
    @contract.takes(BookingReasonSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Cancel a booking, also after its cut-off; its visitor is told the reason."""
        return shown(cancelling.cancel_for(current_actor(), booking_id, **data))


@namespace.route("/<booking_id>/party")
class BookingParty(Resource):
    """Who comes along."""

    @staff("bookings", "write")
    @contract.takes(BookingCompanySchema)
    @contract.gives(DeskBookingCardSchema)
    def patch(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Change how many people come, with whom, in which cars; the rest stays."""
        override = data.pop("override", None)
        changed = parties.change_for(current_actor(), booking_id, data, override=override)
        return shown(changed)


@namespace.route("/<booking_id>/reschedule")
class BookingReschedule(Resource):
    """Another departure."""

    @staff("bookings", "write")
    @contract.takes(BookingMoveSchema)
    @contract.gives(DeskBookingCardSchema)
    def post(self, booking_id: str, data: dict[str, Any]) -> Seen:
        """Move a booking, also beyond the cut-offs; the answer is the one that follows it."""
        return shown(moving.reschedule_for(current_actor(), booking_id, **data))


def masked_page(page: dict[str, Any]) -> dict[str, Any]:
    """Return a page of bookings as lists show them."""
    return {**page, "items": lists.masked(page["items"])}


def shown(booking: Booking) -> Seen:
    """Return a booking as lists show it."""
    return lists.masked([booking])[0]


def _guest(data: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {name: data[name] for name in GUEST if data.get(name) is not None}
    told |= {name: tuple(data.get(name, ())) for name in GUEST_LISTS}
    details = Details(**told)
    return {
        "departure": data["departure"],
        "party": data["party"],
        "details": details,
        "key": sent_key(),
    }


def _outcome(found: Outcome) -> dict[str, Any]:
    error = found.error
    said = None if error is None else messages.text(error.code, language.current(), error.params)
    return {
        "id": found.id,
        "done": found.done,
        "booking": None if found.booking is None else shown(found.booking),
        "code": None if error is None else error.code,
        "message": said,
    }
