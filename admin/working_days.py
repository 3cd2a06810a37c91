"""Working days: the public calendar, and what staff know better."""

import datetime as dt
from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from core.errors import Invalid, NotFound
from rest.access import current_actor, staff
from schemas.calendar import (
    DAYS_MAX,
    FIRST_DAY,
    LAST_DAY,
    OverrideSchema,
    WorkingDayDetailSchema,
    WorkingDaysQuerySchema,
    WorkingDaysSchema,
)
from services import days_off, working_days
from services.days_off import Said
from services.working_days import WorkingDay

namespace = Namespace("working-days", description="工作日 working days")


@namespace.route("")
class WorkingDayList(Resource):
    """Days in order."""

    @staff("calendar", "read")
    @contract.asks(WorkingDaysQuerySchema)
    @contract.gives(WorkingDaysSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List days and whether they are worked."""
        first, last = (dt.date.fromisoformat(query[name]) for name in ("first", "last"))
        if not 0 <= (last - first).days < DAYS_MAX:
            raise Invalid(fields={"last": "out_of_range"})
        return {"items": [_shown(one) for one in working_days.of(first, last)]}


@namespace.route("/<day>")
class WorkingDayDetail(Resource):
    """One day."""

    @staff("calendar", "read")
    @contract.gives(WorkingDayDetailSchema)
    def get(self, day: str) -> dict[str, Any]:
        """Read a day; on a day off with the departures to come that stand there all the same."""
        wanted = _day(day)
        found = working_days.of(wanted, wanted)[0]
        return _result(Said(found, 0, days_off.affected(found)))

    @staff("calendar", "write")
    @contract.takes(OverrideSchema)
    @contract.gives(WorkingDayDetailSchema)
    def put(self, day: str, data: dict[str, Any]) -> dict[str, Any]:
        """Say that a day is worked or not; booked departures stay and are named, empty ones go."""
        return _result(days_off.override(current_actor(), _day(day), **data))

    @staff("calendar", "write")
    @contract.empties
    def delete(self, day: str) -> None:
        """Follow the public calendar again; departures as when staff say so."""
        days_off.follow_calendar(current_actor(), _day(day))


def _day(text: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if found.isoformat() != text or not FIRST_DAY <= text <= LAST_DAY:
        raise NotFound
    return found


def _result(said: Said) -> dict[str, Any]:
    return {**_shown(said.day), "affected": said.affected, "removed": said.removed}


def _shown(one: WorkingDay) -> dict[str, Any]:
    return {
        "day": one.day,
        "working": one.working,
        "provisional": one.provisional,
        "holiday": one.holiday and dict(zip(("zh", "en"), one.holiday, strict=True)),
        "override": one.override is not None,
        "note": one.override and one.override.note,
    }
