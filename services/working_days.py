"""Working days: the public calendar with 调休, and what staff know better.

Beyond the years of the public calendar (`chinesecalendar`) Monday to Friday count as worked, and
the day is provisional. Days are those of Shanghai.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import chinese_calendar
from pymongo.errors import DuplicateKeyError

from core.clock import SHANGHAI
from core.errors import Conflict
from models.calendar import DayOverride
from services import kept
from services.actors import Actor
from services.occupancy import DAY

WEEKEND = frozenset({6, 7})
# How many days are looked at together while counting on.
MIDNIGHT = dt.time()

Overrides = Mapping[str, DayOverride]


@dataclass(frozen=True)
class WorkingDay:
    """A day, whether it is worked, and why that is known.

    `holiday` is the public holiday in Chinese and English, also on days that are worked for it;
    `override` is what staff say.
    """

    day: dt.date
    working: bool
    provisional: bool
    holiday: tuple[str, str] | None
    override: DayOverride | None


def of(first: dt.date, last: dt.date) -> list[WorkingDay]:
    """Return the days from the first to the last one, both included."""
    known = _overrides(first, last)
    return [_told(first + DAY * number, known) for number in range((last - first).days + 1)]


def is_working(day: dt.date) -> bool:
    """Tell whether a day is worked."""
    return of(day, day)[0].working


def is_provisional(day: dt.date) -> bool:
    """Tell whether the public calendar does not know a day, and staff said nothing either."""
    return of(day, day)[0].provisional


def add_working_hours(
    start: dt.datetime,
    hours: float,
    *,
    begins: dt.time = MIDNIGHT,
    ends: dt.time = MIDNIGHT,
) -> dt.datetime:
    """Return the moment (UTC) that many hours after one, not counting days that are not worked.

    On working days the clock runs from `begins` to `ends` (Shanghai), by default round the clock.
    """
    left = dt.timedelta(hours=hours)
    moment = start.astimezone(SHANGHAI)
    while True:
        day = moment.date()
        opens = dt.datetime.combine(day, begins, SHANGHAI)
        closes = dt.datetime.combine(day + DAY if ends == MIDNIGHT else day, ends, SHANGHAI)
        moment = max(moment, opens)
        if moment < closes and is_working(day):
            if moment + left <= closes:
                return (moment + left).astimezone(dt.UTC)
            left -= closes - moment
        moment = opens + DAY


def override(actor: Actor, day: dt.date, *, working: bool, note: str | None) -> WorkingDay:
    """Say that a day is worked or not, against the public calendar.

    What follows for departures is the matter of `services.days_off`.

    Raises `Conflict` when a colleague says so at the same moment.
    """
    identity = day.isoformat()
    kept.require(actor, DayOverride, identity)
    known = DayOverride.objects(id=identity).first()
    try:
        if known is None:
            kept.insert(actor, DayOverride(id=identity, working=working, note=note))
        else:
            fields = {"working": working, "note": note}
            kept.replace(actor, DayOverride, identity, fields, revision=known.revision)
    except DuplicateKeyError:
        raise Conflict from None
    return of(day, day)[0]


def follow_calendar(actor: Actor, day: dt.date) -> None:
    """Take back what staff said of a day; raise `NotFound` when they said nothing."""
    identity = day.isoformat()
    kept.require(actor, DayOverride, identity)
    kept.delete(actor, DayOverride, identity)


def _overrides(first: dt.date, last: dt.date) -> Overrides:
    span = {"$gte": first.isoformat(), "$lte": last.isoformat()}
    rows = DayOverride._get_collection().find({"_id": span})
    return {row["_id"]: DayOverride._from_son(row) for row in rows}


def _told(day: dt.date, overrides: Overrides) -> WorkingDay:
    override = overrides.get(day.isoformat())
    try:
        working = chinese_calendar.is_workday(day)
        holiday, known = _holiday(day), True
    except NotImplementedError:
        working, holiday, known = day.isoweekday() not in WEEKEND, None, False
    if override is not None:
        working = bool(override.working)
    return WorkingDay(day, working, not known and override is None, holiday, override)


def _holiday(day: dt.date) -> tuple[str, str] | None:
    _, name = chinese_calendar.get_holiday_detail(day)
    return None if name is None else (chinese_calendar.Holiday(name).chinese, name)
