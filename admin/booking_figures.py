"""Figures of bookings."""

import datetime as dt
from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from core.clock import today
from rest.access import current_actor, staff
from schemas.attendance import (
    BookingFiguresQuerySchema,
    BookingFiguresSchema,
    OrganisationFiguresSchema,
)
from services.bookings import figures
from services.bookings.figures import Figures

namespace = Namespace("booking-figures", description="预约统计 figures of bookings")


@namespace.route("")
class BookingFigures(Resource):
    """How many ask, are confirmed, come and do not come."""

    @staff("bookings", "read")
    @contract.asks(BookingFiguresQuerySchema)
    @contract.gives(BookingFiguresSchema)
    def get(self, query: dict[str, Any]) -> Figures:
        """Read figures by month, route, track, channel and source."""
        return figures.overview(current_actor(), *_days(query))


@namespace.route("/organisations")
class OrganisationFigures(Resource):
    """The same by organisation."""

    @staff("bookings", "export")
    @contract.asks(BookingFiguresQuerySchema)
    @contract.gives(OrganisationFiguresSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read the organisations that ask most, as they were typed; that is on record."""
        return {"items": figures.organisations(current_actor(), *_days(query))}


def _days(query: dict[str, Any]) -> tuple[dt.date, dt.date]:
    """Return the days of a query: from the first of its last day's month, until today."""
    until = query.get("until_day") or max(today(), query.get("from_day") or today())
    return query.get("from_day") or until.replace(day=1), until
