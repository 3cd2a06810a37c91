"""Bookings of visits, for the desk."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.bookings import Booking
from rest import paging
from rest.access import current_actor, staff
from schemas.desk import (
    DeskBookingCardSchema,
    DeskBookingSchema,
    DeskBookingsSchema,
    DeskListQuerySchema,
    PhoneLookupSchema,
)
from schemas.pages import page_of
from services.bookings import lists
from services.bookings.lists import Filters, Seen, Whole

namespace = Namespace("bookings", description="考察预约 bookings of visits")

FILTERS = (
    *("departure", "route", "visitor", "state", "source", "view"),
    *("from_day", "until_day"),
)


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


@namespace.route("/lookup")
class BookingLookup(Resource):
    """Looking for somebody by phone."""

    @staff("bookings", "read")
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


def masked_page(page: dict[str, Any]) -> dict[str, Any]:
    """Return a page of bookings as lists show them."""
    return {**page, "items": lists.masked(page["items"])}


def shown(booking: Booking) -> Seen:
    """Return a booking as lists show it."""
    return lists.masked([booking])[0]
