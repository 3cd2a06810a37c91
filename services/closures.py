"""When nobody visits: a site, a route, or anything at all.

A closure keeps new departures away; those that are there already are for staff to change or cancel
(`affected`).
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import day_start, now
from core.errors import Invalid
from models.calendar import Closure
from models.departures import Departure, DepartureState
from services import kept
from services.actors import Actor
from services.occupancy import DAY, Window, at, days

HOLDING = (DepartureState.PROPOSED.value, DepartureState.OPEN.value)
# So many departures are named at most.
AFFECTED_MAX = 200

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Closed:
    """A closure that applies to a time, and the part of it (UTC) that is closed."""

    closure: Closure
    window: Window


def add(actor: Actor, fields: Fields) -> Closure:
    """Close a site, a route, or everything when neither is named. Raises `Invalid`."""
    kept.require(actor, Closure)
    _check(fields)
    closure = Closure(**fields)
    kept.insert(actor, closure)
    return closure


def change(actor: Actor, identity: str, fields: Fields, *, revision: int) -> Closure:
    """Change a closure that was seen at `revision`. Raises `NotFound`, `Invalid`, `Conflict`."""
    kept.require(actor, Closure, identity)
    _check(fields)
    return kept.replace(actor, Closure, identity, fields, revision=revision)


def remove(actor: Actor, identity: str) -> None:
    """Open again; raise `NotFound`."""
    kept.require(actor, Closure, identity)
    kept.delete(actor, Closure, identity)


def affected(closure: Closure) -> list[Departure]:
    """Return the departures to come that a closure would have kept away, the first ones first."""
    first, last = (dt.date.fromisoformat(day) for day in (closure.from_day, closure.until_day))
    query: dict[str, Any] = {
        "state": {"$in": list(HOLDING)},
        "starts_at": {"$gt": now(), "$lt": day_start(last + DAY)},
        "ends_at": {"$gt": day_start(first)},
    }
    if closure.site is not None:
        query["stops.site"] = closure.site
    if closure.route is not None:
        query["route"] = closure.route
    rows = Departure._get_collection().find(query).sort([("starts_at", 1), ("_id", 1)])
    found = (Departure._from_son(row) for row in rows.limit(AFFECTED_MAX))
    return [departure for departure in found if _meets(closure, departure)]


def during(
    starts_at: dt.datetime, ends_at: dt.datetime, session: ClientSession | None = None
) -> list[Closure]:
    """Return the closures of the days in Shanghai that a time (UTC) touches."""
    touched = [day.isoformat() for day in days(starts_at, ends_at)]
    query = {"until_day": {"$gte": touched[0]}, "from_day": {"$lte": touched[-1]}}
    rows = Closure._get_collection().find(query, session=session).sort("_id", 1)
    return [Closure._from_son(row) for row in rows]


def within(
    window: Window, closures: Iterable[Closure], *, site: str | None = None, route: str | None
) -> list[Closed]:
    """Return which of the closures keep a visit of a site or along a route from a time."""
    return [
        Closed(one, part)
        for one in closures
        if _is_about(one, site=site, route=route)
        for part in _closed(one, days(window.starts_at, window.ends_at))
        if part.overlaps(window)
    ]


def _is_about(closure: Closure, *, site: str | None, route: str | None) -> bool:
    """Tell whether a closure is about a stop (with `site`), or about a visit as a whole."""
    if site is not None:
        return bool(closure.site == site)
    return closure.site is None and closure.route in (None, route)


def _closed(closure: Closure, touched: Sequence[dt.date]) -> list[Window]:
    return [
        Window(
            at(day, closure.opens) if closure.opens else day_start(day),
            at(day, closure.closes) if closure.closes else day_start(day + DAY),
        )
        for day in touched
        if closure.from_day <= day.isoformat() <= closure.until_day
    ]


def _meets(closure: Closure, departure: Departure) -> bool:
    whole = Window(departure.starts_at, departure.ends_at)
    if closure.site is None:
        return bool(within(whole, [closure], route=departure.route))
    return any(
        within(Window(stop.arrives_at, stop.leaves_at), [closure], site=stop.site, route=None)
        for stop in departure.stops
    )


def _check(fields: Fields) -> None:
    """Raise `Invalid` for a time that ends before it begins, or two things closed at once."""
    if fields["until_day"] < fields["from_day"]:
        raise Invalid(fields={"until_day": "out_of_range"})
    opens, closes = fields.get("opens"), fields.get("closes")
    if opens and closes and closes <= opens:
        raise Invalid(fields={"closes": "out_of_range"})
    if fields.get("site") and fields.get("route"):
        raise Invalid(fields={"route": "out_of_range"})
