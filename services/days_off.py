"""Saying whether a day is worked, with what follows for the departures that are there already.

Schedules that leave out days off lose their empty departures of such a day at once; what somebody
booked, or staff changed, stays and is named, for staff to change or cancel. Whatever dies between
is finished by the next generation.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from core.clock import now
from models.departures import Departure, DepartureState
from models.schedules import Holidays, Schedule
from services import generation, working_days
from services.actors import Actor
from services.working_days import WorkingDay


@dataclass(frozen=True)
class Said:
    """A day as it is now, how many departures gave way, and those to come that stay."""

    day: WorkingDay
    removed: int
    affected: list[Departure]


def override(actor: Actor, day: dt.date, *, working: bool, note: str | None) -> Said:
    """Say that a day is worked or not; raise what `working_days.override` does."""
    return _cleared(actor, working_days.override(actor, day, working=working, note=note))


def follow_calendar(actor: Actor, day: dt.date) -> Said:
    """Take back what staff said of a day; raise `NotFound` when they said nothing."""
    working_days.follow_calendar(actor, day)
    return _cleared(actor, working_days.of(day, day)[0])


def affected(day: WorkingDay) -> list[Departure]:
    """Return the departures to come of a day off that its schedules would leave out."""
    if day.working:
        return []
    query: dict[str, Any] = {
        "day": day.day.isoformat(),
        "starts_at": {"$gt": now()},
        "state": DepartureState.OPEN.value,
        "schedule": {"$ne": None},
    }
    rows = Departure._get_collection().find(query).sort([("starts_at", 1), ("_id", 1)])
    found = [Departure._from_son(row) for row in rows]
    ids = sorted({one.schedule for one in found})
    skipping = set(Schedule.objects(id__in=ids, holidays=Holidays.SKIP).scalar("id"))
    return [one for one in found if one.schedule in skipping]


def _cleared(actor: Actor, day: WorkingDay) -> Said:
    found = affected(day)
    stay = [one for one in found if not generation.retire(actor, one)]
    return Said(day, len(found) - len(stay), stay)
