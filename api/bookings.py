"""考察预约: bookings of the visitor who calls."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.bookings import Booking
from rest import idempotency, language, paging
from rest.access import consenting, current_visitor, signed_in
from schemas.bookings import (
    BookingCancellationSchema,
    BookingChangeSchema,
    BookingMoveSchema,
    BookingPageSchema,
    BookingQuerySchema,
    BookingRequestSchema,
    BookingSchema,
)
from schemas.queries import LanguageQuerySchema
from services.bookings import cancelling, mine, moving, offers, parties, requesting, waiting
from services.bookings.drafting import Details

namespace = Namespace("bookings", description="考察预约 bookings of site visits", path="/bookings")


@namespace.route("")
class BookingList(Resource):
    """All of them."""

    @signed_in
    @contract.asks(BookingQuerySchema)
    @contract.gives(BookingPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List one's own bookings, the latest visit first."""
        visitor = current_visitor().id
        page = paging.by_time(
            query,
            lambda limit, after: mine.listing(
                visitor, live=query.get("live"), limit=limit, after=after
            ),
            "starts_at",
        )
        return {**page, "items": mine.shown(page["items"], language.current())}

    @consenting
    @contract.takes(BookingRequestSchema)
    @contract.gives(BookingSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Request seats on a departure; the same `Idempotency-Key` makes one booking."""
        return _shown(requesting.request_visit(visitor=current_visitor(), **_asked(data)))


@namespace.route("/waiting")
class WaitingList(Resource):
    """The waiting list of a departure."""

    @consenting
    @contract.takes(BookingRequestSchema)
    @contract.gives(BookingSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Wait for seats, where a departure has not enough; leave by cancelling."""
        return _shown(waiting.join(visitor=current_visitor(), **_asked(data)))


@namespace.route("/<booking_id>")
class BookingItem(Resource):
    """One of them."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(BookingSchema)
    def get(self, query: dict[str, Any], booking_id: str) -> dict[str, Any]:
        """Read a booking, with its place in the waiting list."""
        del query  # for the language
        return mine.one(current_visitor().id, booking_id, language.current())

    @consenting
    @contract.takes(BookingChangeSchema)
    @contract.gives(BookingSchema)
    def patch(self, data: dict[str, Any], booking_id: str) -> dict[str, Any]:
        """Change how many people come, who, with which cars."""
        return _shown(parties.change(current_visitor(), booking_id, data))


@namespace.route("/<booking_id>/cancel")
class BookingCancellation(Resource):
    """Cancelling it."""

    @signed_in
    @contract.takes(BookingCancellationSchema)
    @contract.gives(BookingSchema)
    def post(self, data: dict[str, Any], booking_id: str) -> dict[str, Any]:
        """Cancel a booking until its cut-off, or leave the waiting list at any time."""
        return _shown(cancelling.cancel(current_visitor(), booking_id, reason=data.get("reason")))


@namespace.route("/<booking_id>/reschedule")
class BookingMove(Resource):
    """Moving it."""

    @consenting
    @contract.takes(BookingMoveSchema)
    @contract.gives(BookingSchema, code=201)
    def post(self, data: dict[str, Any], booking_id: str) -> dict[str, Any]:
        """Move to another departure; the answer is the new booking. All or nothing."""
        key = idempotency.sent_key()
        return _shown(moving.reschedule(current_visitor(), booking_id, **data, key=key))


@namespace.route("/<booking_id>/accept")
class OfferAcceptance(Resource):
    """Taking offered seats."""

    @consenting
    @contract.gives(BookingSchema)
    def post(self, booking_id: str) -> dict[str, Any]:
        """Take the seats that were offered from the waiting list."""
        return _shown(offers.accept(current_visitor(), booking_id))


@namespace.route("/<booking_id>/decline")
class OfferRefusal(Resource):
    """Leaving offered seats to the next."""

    @signed_in
    @contract.gives(BookingSchema)
    def post(self, booking_id: str) -> dict[str, Any]:
        """Decline the seats that were offered."""
        return _shown(offers.decline(current_visitor(), booking_id))


def _asked(data: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a request."""
    departure, party = data.pop("departure"), data.pop("party")
    lists = {name: tuple(value) for name, value in data.items() if isinstance(value, list)}
    details = Details(**{**data, **lists})
    key = idempotency.sent_key()
    return {"departure": departure, "party": party, "details": details, "key": key}


def _shown(booking: Booking) -> dict[str, Any]:
    return mine.shown([booking], language.current())[0]
