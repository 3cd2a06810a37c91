"""A month of departures: what the calendar of seats is measured on."""

import datetime as dt

from cli.bench.load import Client
from core.clock import day_start, today
from models.departures import Departure, PlannedStop, Words
from models.routes import BookingRules, Confirmation

ROUTES = 20
HOUR = dt.timedelta(hours=1)
PATH = "/api/v1/departures/calendar"
TERMS = BookingRules(
    lead_days=1,
    cancel_hours=24,
    reschedule_hours=24,
    group_min=1,
    group_max=20,
    minimum_to_run=1,
    confirmation=Confirmation.AUTOMATIC,
)


def fill(client: Client, database: str) -> str:
    """Write next month's departures of twenty routes, one a day each, in the place of others.

    Returns the path of that month's calendar.
    """
    first = (today().replace(day=1) + dt.timedelta(days=31)).replace(day=1)
    following = (first + dt.timedelta(days=31)).replace(day=1)
    days = [first + dt.timedelta(days=number) for number in range((following - first).days)]
    rows = client[database].departures
    rows.delete_many({})
    rows.create_index([("audience", 1), ("state", 1), ("starts_at", 1), ("_id", 1)])
    rows.create_index([("updated_at", 1)])
    rows.insert_many([_departure(route, day).to_mongo() for day in days for route in range(ROUTES)])
    return f"{PATH}?month={first:%Y-%m}"


def _departure(route: int, day: dt.date) -> Departure:
    starts_at = day_start(day) + 9 * HOUR
    ends_at = starts_at + 3 * HOUR
    window = {"arrives_at": starts_at, "leaves_at": ends_at}
    title = Words(zh=f"演示线路 {route}", en=f"Demonstration route {route}")
    return Departure(
        route=f"route-{route}",
        slug=f"route-{route}",
        title=title,
        day=day.isoformat(),
        starts_at=starts_at,
        ends_at=ends_at,
        stops=[PlannedStop(key="one", site="site", title=title, **window)],
        terms=TERMS,
        closes_at=starts_at - 24 * HOUR,
        cancel_by=starts_at - 24 * HOUR,
        reschedule_by=starts_at - 24 * HOUR,
        capacity=40,
        held=route % 41,
        demo=True,
    )
