"""Making the departures of a schedule, some weeks ahead.

Safe to repeat, to interrupt and to run twice at once: the key `<schedule>:<day>` exists once. What
a former version of the schedule made and nobody booked or changed gives way to the present one.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import now, today
from core.db import transaction
from core.errors import AppError
from models.bookings import Booking
from models.departures import Departure, DepartureState
from models.schedules import DayProblem, Holidays, Schedule
from services import conflicts, departure_steps, departures, desk_mail, plans, working_days
from services.actors import Actor
from services.desk_mail import Notice
from services.occupancy import at

STAYS = "stays"
PROBLEMS_MAX = 200
CONFLICTS_MAX = 50
EMPTY: Mapping[str, Any] = {
    "held": 0,
    "holds.0": {"$exists": False},
    "queue.0": {"$exists": False},
}


class Outcome(StrEnum):
    """What became of a day.

    `present`: it has its departure already, or staff cancelled that; `off`: not worked; `late`:
    nobody could book any more; `refused`: see the code of the error.
    """

    CREATED = "created"
    PRESENT = "present"
    EXCEPTION = "exception"
    OFF = "off"
    LATE = "late"
    REFUSED = "refused"


@dataclass(frozen=True)
class Day:
    """A day of a schedule and what became of it."""

    day: str
    outcome: Outcome
    departure: str | None = None
    code: str | None = None
    conflicts: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Generated:
    """What a generation did.

    `stays` are departures of a former version that somebody booked or staff changed: they are as
    they were. `removed` counts those that gave way.
    """

    schedule: Schedule
    days: list[Day]
    stays: list[Departure]
    removed: int


def renew(actor: Actor, schedule: Schedule) -> Generated:
    """Bring the departures to come in line with a schedule; permission is the caller's matter."""
    wanted = {one.day: one for one in _days(schedule)}
    removed, stays = 0, []
    for departure in _former(schedule, wanted):
        if _is_as_planned(departure, schedule, wanted):
            _take_over(departure, schedule)
        elif retire(actor, departure):
            removed += 1
        else:
            stays.append(departure)
    days = [_generated(actor, schedule, one) for one in wanted.values()]
    _note(actor, schedule, days, stays)
    return Generated(schedule, days, stays, removed)


def retire(actor: Actor, departure: Departure) -> bool:
    """Take a departure out of the calendar if nobody has a place and staff did not change it.

    What a booking of the past refers to stays, as cancelled.
    """
    rows = Departure._get_collection()
    untouched = {"_id": departure.id, "state": DepartureState.OPEN.value, "revision": 1, **EMPTY}
    gone = {"state": DepartureState.CANCELLED.value, "updated_at": now()}

    def work(session: ClientSession) -> bool:
        update = {"$set": gone, "$unset": {"schedule_key": ""}, "$inc": {"revision": 1}}
        before = rows.find_one_and_update(untouched, update, session=session)
        if before is None:
            return False
        conflicts.free(departure.id, session=session)
        bookings = Booking._get_collection()
        if bookings.find_one({"departure": departure.id}, {"_id": 1}, session=session) is None:
            rows.delete_one({"_id": departure.id}, session=session)
        departure_steps.record(actor, "withdraw", departure.id, before, None, session)
        return True

    return transaction(work)


def _days(schedule: Schedule) -> list[Day]:
    """Return the days ahead on which a schedule runs, and those it leaves out, in order."""
    if not schedule.active:
        return []
    first = max(today(), dt.date.fromisoformat(schedule.from_day))
    last = today() + dt.timedelta(weeks=schedule.weeks_ahead)
    if schedule.until_day is not None:
        last = min(last, dt.date.fromisoformat(schedule.until_day))
    if last < first:
        return []
    return [
        Day(one.day.isoformat(), _outcome(schedule, one))
        for one in working_days.of(first, last)
        if one.day.isoweekday() in schedule.weekdays
    ]


def _outcome(schedule: Schedule, day: working_days.WorkingDay) -> Outcome:
    if day.day.isoformat() in schedule.exceptions:
        return Outcome.EXCEPTION
    if schedule.holidays is Holidays.SKIP and not day.working:
        return Outcome.OFF
    return Outcome.CREATED if at(day.day, schedule.starts) > now() else Outcome.LATE


def _generated(actor: Actor, schedule: Schedule, wanted: Day) -> Day:
    """Make the departure of a day, unless it is there."""
    key = f"{schedule.id}:{wanted.day}"
    if wanted.outcome is not Outcome.CREATED:
        return wanted
    known = _known(key)
    if known is not None:
        return Day(wanted.day, Outcome.PRESENT, departure=known)
    try:
        made = _made(actor, schedule, wanted.day, key)
    except DuplicateKeyError:
        return Day(wanted.day, Outcome.PRESENT, departure=_known(key))
    except AppError as refused:
        told: Any = refused.details.get("conflicts", [])
        return Day(wanted.day, Outcome.REFUSED, code=refused.code, conflicts=told)
    return made or Day(wanted.day, Outcome.LATE)


def _made(actor: Actor, schedule: Schedule, day: str, key: str) -> Day | None:
    """Make a departure; None when it could not be booked any more."""
    starts_at = at(dt.date.fromisoformat(day), schedule.starts)
    plan = plans.from_route(schedule.route, starts_at=starts_at, language=schedule.language)
    if plan.cut_offs.closes_at <= now():
        return None
    departure = departures.build(
        plan,
        capacity=schedule.capacity,
        guide=schedule.guide,
        vehicle=schedule.vehicle,
        note=schedule.note,
        demo=schedule.demo,
        schedule=schedule.id,
        schedule_key=key,
        schedule_revision=schedule.revision,
    )

    def work(session: ClientSession) -> Day:
        # Looked for here too: two that run at once must not collide with each other's.
        known = _known(key, session)
        if known is not None:
            return Day(day, Outcome.PRESENT, departure=known)
        departures.insert(actor, departure, session)
        return Day(day, Outcome.CREATED, departure=departure.id)

    return transaction(work)


def _known(key: str, session: ClientSession | None = None) -> str | None:
    row = Departure._get_collection().find_one({"schedule_key": key}, {"_id": 1}, session=session)
    return None if row is None else str(row["_id"])


def _former(schedule: Schedule, wanted: Mapping[str, Day]) -> list[Departure]:
    """Return the departures to come that another version of a schedule made.

    Also those of days that the public calendar did not know then, it may know better now; and of
    days that staff have said since are not worked.
    """
    query: dict[str, Any] = {
        "schedule": schedule.id,
        "starts_at": {"$gt": now()},
        "state": DepartureState.OPEN.value,
    }
    if schedule.active:
        other = {"schedule_revision": {"$ne": schedule.revision}}
        off = [one.day for one in wanted.values() if one.outcome is Outcome.OFF]
        query["$or"] = [other, {"provisional": True}, {"day": {"$in": off}}]
    rows = Departure._get_collection().find(query).sort([("starts_at", 1), ("_id", 1)])
    return [Departure._from_son(row) for row in rows]


def _is_as_planned(departure: Departure, schedule: Schedule, wanted: Mapping[str, Day]) -> bool:
    day = wanted.get(departure.day)
    same = ("route", "capacity", "guide", "vehicle", "language", "note")
    return (
        day is not None
        and day.outcome is Outcome.CREATED
        and departure.starts_at == at(dt.date.fromisoformat(day.day), schedule.starts)
        and all(getattr(departure, name) == getattr(schedule, name) for name in same)
    )


def _take_over(departure: Departure, schedule: Schedule) -> None:
    """Note that a departure is as the present version of its schedule wants it."""
    seen = {
        "schedule_revision": schedule.revision,
        "provisional": working_days.is_provisional(dt.date.fromisoformat(departure.day)),
    }
    Departure._get_collection().update_one({"_id": departure.id}, {"$set": seen})


def _note(actor: Actor, schedule: Schedule, days: list[Day], stays: list[Departure]) -> None:
    """Keep what staff must look at with the schedule; that is no change of it.

    What the product met with by itself is told the desk, each day once; staff see it at once.
    """
    problems: list[dict[str, Any]] = [
        {"day": one.day, "code": one.code, "conflicts": one.conflicts[:CONFLICTS_MAX]}
        for one in days
        if one.outcome is Outcome.REFUSED
    ]
    problems += [{"day": one.day, "code": STAYS, "departure": one.id} for one in stays]
    schedule.generated_at = now()
    schedule.problems = [DayProblem(**one) for one in problems[:PROBLEMS_MAX]]
    seen = {"problems": problems[:PROBLEMS_MAX], "generated_at": schedule.generated_at}

    def work(session: ClientSession) -> None:
        before = Schedule._get_collection().find_one_and_update(
            {"_id": schedule.id, "revision": schedule.revision}, {"$set": seen}, session=session
        )
        if before is not None and actor.is_system:
            _tell_desk(schedule, before.get("problems", []), session)

    transaction(work)


def _tell_desk(schedule: Schedule, before: list[dict[str, Any]], session: ClientSession) -> None:
    known = {one["day"] for one in before if one["code"] != STAYS}
    refused = [one.day for one in schedule.problems if one.code != STAYS]
    fresh = [day for day in refused if day not in known]
    if fresh:
        desk_mail.tell(
            Notice.DAYS_REFUSED,
            f"{schedule.id}/{fresh[0]}",
            session=session,
            starts=schedule.starts,
            days="、".join(fresh),
        )
