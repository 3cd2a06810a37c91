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
    WorkingDaySchema,
    WorkingDaysQuerySchema,
    WorkingDaysSchema,
)
from services import working_days
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
    @contract.gives(WorkingDaySchema)
    def get(self, day: str) -> dict[str, Any]:
        """Read a day."""
        wanted = _day(day)
        return _shown(working_days.of(wanted, wanted)[0])

    @staff("calendar", "write")
    @contract.takes(OverrideSchema)
    @contract.gives(WorkingDaySchema)
    def put(self, day: str, data: dict[str, Any]) -> dict[str, Any]:
        """Say that a day is worked or not; departures that are there already stay."""
        return _shown(working_days.override(current_actor(), _day(day), **data))

    @staff("calendar", "write")
    @contract.empties
    def delete(self, day: str) -> None:
        """Follow the public calendar again."""
        working_days.follow_calendar(current_actor(), _day(day))


def _day(text: str) -> dt.date:
    try:
        found = dt.date.fromisoformat(text)
    except ValueError:
        raise NotFound from None
    if found.isoformat() != text or not FIRST_DAY <= text <= LAST_DAY:
        raise NotFound
    return found


def _shown(one: WorkingDay) -> dict[str, Any]:
    return {
        "day": one.day,
        "working": one.working,
        "provisional": one.provisional,
        "holiday": one.holiday and dict(zip(("zh", "en"), one.holiday, strict=True)),
        "override": one.override is not None,
        "note": one.override and one.override.note,
    }
