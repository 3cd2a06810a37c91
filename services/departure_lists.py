"""Departures as staff look for them, and what an offered one would collide with."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.clock import day_start
from models.departures import Audience, Departure, DepartureState, Minimum
from models.guides import Guide
from models.kept import Kept
from models.sites import GateNeed
from models.vehicles import Vehicle
from services import gate_needs, keyset, reasons
from services.keyset import Position
from services.occupancy import DAY


@dataclass(frozen=True)
class Filters:
    """Which departures; days are those of Shanghai, both included; the others are ids.

    About a minimum that is due staff decide while the departure is open: without a state only
    such are meant.
    """

    first: dt.date | None = None
    last: dt.date | None = None
    state: DepartureState | None = None
    audience: Audience | None = None
    minimum: Minimum | None = None
    route: str | None = None
    site: str | None = None
    guide: str | None = None
    vehicle: str | None = None
    schedule: str | None = None


@dataclass(frozen=True)
class Named:
    """A departure with the names of its guide and its vehicle, and what gates ask of groups."""

    departure: Departure
    guide_name: str | None
    vehicle_name: str | None
    gate_needs: list[GateNeed]

    @property
    def reason_en(self) -> str | None:
        """Return the reason in English, where the product itself gave it."""
        return reasons.english(self.departure.reason)


def listing(filters: Filters, *, limit: int, after: Position | None = None) -> list[Departure]:
    """Return departures by their start, beginning after a position (start and id)."""
    rows = Departure._get_collection().find(_query(filters, after))
    ordered = rows.sort([("starts_at", 1), ("_id", 1)]).limit(limit)
    return [Departure._from_son(row) for row in ordered]


def named(found: Iterable[Departure]) -> list[Named]:
    """Return departures with what is read of others, at once."""
    departures = list(found)
    guides = _names(Guide, {one.guide for one in departures})
    vehicles = _names(Vehicle, {one.vehicle for one in departures})
    asked = gate_needs.of_departures(departures)
    return [
        Named(one, guides.get(one.guide), vehicles.get(one.vehicle), asked[one.id])
        for one in departures
    ]


def _names(model: type[Kept], ids: set[str | None]) -> dict[str | None, str]:
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    rows = model._get_collection().find({"_id": {"$in": wanted}}, {"name": 1})
    return {row["_id"]: row["name"] for row in rows}


def _query(filters: Filters, after: Position | None) -> dict[str, Any]:
    """Return the query; every value is a scalar of ours, no structure comes from outside."""
    query: dict[str, Any] = {
        name: str(value)
        for name in ("state", "audience", "minimum", "guide", "vehicle", "schedule")
        if (value := getattr(filters, name)) is not None
    }
    if filters.minimum is Minimum.DUE and filters.state is None:
        query["state"] = DepartureState.OPEN.value
    if filters.site is not None:
        query["stops.site"] = filters.site
    if filters.route is not None:
        query["route"] = filters.route
    span: dict[str, dt.datetime] = {}
    if filters.first is not None:
        span["$gte"] = day_start(filters.first)
    if filters.last is not None:
        span["$lt"] = day_start(filters.last + DAY)
    if span:
        query["starts_at"] = span
    further = keyset.after(after, "starts_at", ascending=True)
    return {"$and": [query, further]} if further else query
