"""When nobody visits: a site, a route, or anything at all."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from core.clock import day_start
from models.calendar import Closure
from services.occupancy import DAY, Window, at, days


@dataclass(frozen=True)
class Closed:
    """A closure that applies to a time, and the part of it (UTC) that is closed."""

    closure: Closure
    window: Window


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
