"""Routes that can be booked, guides, vehicles, departures: what tests of the calendar arrange.

Days lie far enough ahead of today that nothing is over, and are the same in each run of a day.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from core.clock import today
from core.ids import new_id
from models.calendar import ResourceDay
from models.content import Content
from models.departures import Departure, DepartureState
from models.enums import Kind
from models.guides import Guide
from models.schedules import Schedule
from models.sites import Site
from models.vehicles import Vehicle
from services import departures, plans
from services.occupancy import Window, at, peak
from tests.factories import create_live

TERMS = {
    "lead_days": 1,
    "cancel_hours": 24,
    "reschedule_hours": 48,
    "group_min": 1,
    "group_max": 20,
    "minimum_to_run": 1,
    "confirmation": "automatic",
}
SPAN = ("departure", "starts_at", "ends_at", "people")
DEPARTURE_SPAN = ("_id", "starts_at", "ends_at", "capacity")
ALL_DAY = [{"weekday": day, "opens": "00:00", "closes": "00:00"} for day in range(1, 8)]


def monday(weeks: int = 2) -> dt.date:
    """Return a Monday so many weeks ahead."""
    day = today() + dt.timedelta(weeks=weeks)
    return day - dt.timedelta(days=day.weekday())


def create_site(**changes: Any) -> str:
    """Publish a site that can be visited; return its id."""
    return str(create_live(Kind.SITES, **changes).id)


def create_route(
    sites: Iterable[str] = (), *, dwell: int = 30, travel: int = 10, **changes: Any
) -> Content:
    """Publish a route with terms of booking, along these sites or two fresh ones."""
    chosen = list(sites) or [create_site(), create_site()]
    stops = [
        {
            "key": f"stop-{number}",
            "site": site,
            "title": f"测试点位 {number}",
            "dwell_minutes": dwell,
            "travel_minutes": 0 if number == len(chosen) else travel,
            "x": 0.5,
            "y": 0.5,
        }
        for number, site in enumerate(chosen, 1)
    ]
    known = {"stops": stops, "booking": TERMS, "meeting_point": {"title": "测试集合点"}}
    return create_live(Kind.ROUTES, **{**known, **changes})


def create_guide(**changes: Any) -> str:
    """Write a guide; return the id."""
    return str(Guide(**{"name": f"测试讲解员 {new_id()}", **changes}).save().id)


def create_vehicle(**changes: Any) -> str:
    """Write a vehicle; return the id."""
    fields = {"name": f"测试车辆 {new_id()}", "seats": 1000, **changes}
    return str(Vehicle(**fields).save().id)


def create_schedule(**changes: Any) -> Schedule:
    """Write a schedule for every day of a fresh route; nothing is made of it yet."""
    if "route" not in changes:
        changes["route"] = create_route().id
    known = {
        "weekdays": list(range(1, 8)),
        "starts": "09:00",
        "capacity": 20,
        "from_day": today().isoformat(),
        "holidays": "run",
        "weeks_ahead": 1,
    }
    schedule: Schedule = Schedule(**{**known, **changes}).save()
    return schedule


def planned(
    route: Content, day: dt.date, hour: str, *, capacity: int = 10, **more: Any
) -> Departure:
    """Return a departure of a route that is not saved."""
    plan = plans.from_route(route.id, starts_at=at(day, hour))
    return departures.build(plan, capacity=capacity, **more)


def collisions() -> list[tuple[str, str, str]]:
    """Return (what, departure, other) for all that collides among departures that hold something.

    Every pair is compared by its times alone: nothing here knows how the product keeps them apart.
    """
    holding = [DepartureState.PROPOSED, DepartureState.OPEN]
    found = list(Departure.objects(state__in=holding))
    return [
        *(row for name in ("guide", "vehicle") for row in _twice(found, name)),
        *_crowded(found),
    ]


def check_taken() -> None:
    """Check that departures hold what they need, no more and no less, and nothing is held twice.

    What is over may still stand in days that have passed.
    """
    # As rows: this is asked after each step of many.
    taken = {
        (row["_id"].rpartition(":")[0], *(one[name] for name in SPAN))
        for row in ResourceDay._get_collection().find()
        for one in row["spans"]
    }
    needed, over = set(), set()
    for row in Departure._get_collection().find():
        if row["state"] in (DepartureState.PROPOSED, DepartureState.OPEN):
            needed |= set(_needs(row))
        elif row["state"] == DepartureState.COMPLETED:
            over |= set(_needs(row))
    assert needed <= taken <= needed | over
    assert collisions() == []


def _needs(row: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    for name in ("guide", "vehicle"):
        if (resource := row.get(name)) is not None:
            yield f"{name}s:{resource}", *(row[one] for one in DEPARTURE_SPAN)
    for stop in row["stops"]:
        times = stop["arrives_at"], stop["leaves_at"]
        yield f"sites:{stop['site']}", row["_id"], *times, row["capacity"]


def _twice(found: list[Departure], name: str) -> Iterable[tuple[str, str, str]]:
    for one in found:
        for other in found:
            same = getattr(one, name) is not None and getattr(one, name) == getattr(other, name)
            meet = one.starts_at < other.ends_at and other.starts_at < one.ends_at
            if one.id < other.id and same and meet:
                yield name, one.id, other.id


def _crowded(found: list[Departure]) -> Iterable[tuple[str, str, str]]:
    from_site: dict[str, list[tuple[Window, str]]] = {}
    for one in found:
        for stop in one.stops:
            window = Window(stop.arrives_at, stop.leaves_at, one.capacity)
            from_site.setdefault(stop.site, []).append((window, one.id))
    for site, windows in from_site.items():
        limits = _limits(site)
        margin = dt.timedelta(minutes=limits.get("margin_minutes") or 0)
        longer = [window.lengthened(margin) for window, _ in windows]
        for window, (_, departure) in zip(longer, windows, strict=True):
            groups, people = peak(window, longer)
            if groups > (limits.get("groups") or groups):
                yield "groups", departure, site
            if people > (limits.get("people") or people):
                yield "people", departure, site
        if limits.get("groups") == 1:
            ordered = sorted((window.starts_at, window.ends_at) for window, _ in windows)
            for (_, left), (arrives, _) in pairwise(ordered):
                if arrives - left < margin:
                    yield "margin", site, site


def _limits(site: str) -> dict[str, Any]:
    row = Site._get_collection().find_one({"_id": site}, {"capacity": 1})
    return dict((row or {}).get("capacity") or {})
