"""班次: public routes. What they answer changes with every booking, not with the content."""

import datetime as dt
from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.departures import Availability
from models.routes import Confirmation
from models.versions import AVAILABILITY
from rest import language, paging
from rest.access import anyone
from schemas.departures import (
    CalendarQuerySchema,
    CalendarSchema,
    DepartureCardSchema,
    DepartureQuerySchema,
    DepartureSchema,
)
from schemas.labels import label
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema
from services import availability
from services.availability import Wanted

namespace = Namespace("departures", description="班次 departures of site-visit routes")


def listed(
    query: dict[str, Any],
    *,
    route: str | None = None,
    slug: str | None = None,
    track: str | None = None,
) -> dict[str, Any]:
    """Return a page of departures to come, the next one first."""
    first, last = (
        dt.date.fromisoformat(query[name]) if name in query else None for name in ("from_", "until")
    )
    wanted = Wanted(route, slug, first, last, query.get("people"), track)
    spoken = language.current()
    page = paging.by_time(
        query,
        lambda limit, after: availability.page(wanted, spoken, limit=limit, after=after),
        field="starts_at",
    )
    return {**page, "items": [_labelled(one.shown) for one in page["items"]]}


def _labelled(departure: dict[str, Any]) -> dict[str, Any]:
    said = label(Availability(departure["availability"]), language.current())
    return {**departure, "availability_label": said}


@namespace.route("")
class DepartureList(Resource):
    """Departures of all routes."""

    @anyone
    @contract.asks(DepartureQuerySchema)
    @contract.shows(page_of(DepartureCardSchema), scope=AVAILABILITY)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List departures to come, the next one first."""
        return listed(query, slug=query.get("route"), track=query.get("track"))


@namespace.route("/calendar")
class Calendar(Resource):
    """A month at a glance."""

    @anyone
    @contract.asks(CalendarQuerySchema)
    @contract.shows(CalendarSchema, scope=AVAILABILITY)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read the departures of a month with their seats left, day by day."""
        first = dt.date.fromisoformat(f"{query['month']}-01")
        return availability.month(first, language.current(), query.get("route"))


@namespace.route("/<departure_id>")
class DepartureDetail(Resource):
    """One of them."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(DepartureSchema, scope=AVAILABILITY)
    def get(self, departure_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read one: stops with their times, terms, seats left, the rule of the waiting list."""
        del query  # the language is the request's
        spoken = language.current()
        found = _labelled(availability.get(departure_id, spoken))
        confirmation = label(Confirmation(found["terms"]["confirmation"]), spoken)
        return {**found, "terms": {**found["terms"], "confirmation_label": confirmation}}
