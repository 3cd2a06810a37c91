"""The quiet hours: what waits for their end, what does not, and time that they stop."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest
from flask import Flask

from core.clock import SHANGHAI
from core.settings import Settings
from models.notifications import Event
from services import booking_policy, quiet_hours
from services.quiet_hours import AWAKE, Urgency

HOUR = dt.timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 12, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def hours(app: Flask, settings: Settings, request: pytest.FixtureRequest) -> Iterator[None]:
    """Keep the quiet hours that a test is given."""
    del app
    begins, ends = request.param
    booking_policy.configure(dataclasses.replace(settings, quiet_from=begins, quiet_until=ends))
    yield
    booking_policy.configure(settings)


@pytest.mark.parametrize(
    ("hours", "moment", "ends"),
    [
        ((22, 8), at(1, 21, 59), at(1, 21, 59)),
        ((22, 8), at(1, 22), at(2, 8)),
        ((22, 8), at(2, 0), at(2, 8)),
        ((22, 8), at(2, 7, 59), at(2, 8)),
        ((22, 8), at(2, 8), at(2, 8)),
        ((1, 6), at(1, 0, 59), at(1, 0, 59)),
        ((1, 6), at(1, 1), at(1, 6)),
        ((1, 6), at(1, 23), at(1, 23)),
        ((22, 0), at(1, 23), at(2, 0)),
        ((0, 6), at(1, 3), at(1, 6)),
        ((8, 8), at(1, 3), at(1, 3)),
        ((8, 8), at(1, 8), at(1, 8)),
        ((0, 0), at(1, 0), at(1, 0)),
    ],
    indirect=["hours"],
)
@pytest.mark.usefixtures("hours")
def test_the_end_of_the_quiet_hours(moment: dt.datetime, ends: dt.datetime) -> None:
    assert quiet_hours.after(moment) == ends


@pytest.mark.parametrize(
    ("moment", "lasts", "over"),
    [
        (at(1, 10), 2 * HOUR, at(1, 12)),
        (at(1, 20), 2 * HOUR, at(1, 22)),
        (at(1, 21), 2 * HOUR, at(2, 9)),
        (at(1, 23), 2 * HOUR, at(2, 10)),
        (at(2, 7, 59), 2 * HOUR, at(2, 10)),
        (at(1, 21), 20 * HOUR, at(3, 13)),
        (at(1, 21), dt.timedelta(), at(1, 21)),
    ],
)
@pytest.mark.usefixtures("night")
def test_time_stands_still_at_night(
    moment: dt.datetime, lasts: dt.timedelta, over: dt.datetime
) -> None:
    assert quiet_hours.after_waking(moment, lasts) == over


@pytest.mark.parametrize(
    ("moment", "until", "near"),
    [
        (at(1, 10), at(1, 12), at(1, 11, 30)),
        (at(1, 21), at(2, 9), at(2, 8, 30)),
        (at(1, 23), at(2, 10), at(2, 9, 30)),
        (at(1, 20, 30), at(2, 8, 30), at(2, 8)),
        (at(1, 23), at(2, 3), at(2, 2)),
        (at(1, 9), at(3, 9), at(2, 16)),
    ],
)
@pytest.mark.usefixtures("night")
def test_the_last_quarter_of_a_time(
    moment: dt.datetime, until: dt.datetime, near: dt.datetime
) -> None:
    assert quiet_hours.near_end(moment, until, 4) == near


@pytest.mark.parametrize("hours", [(0, 0), (22, 22)], indirect=True)
@pytest.mark.usefixtures("hours")
def test_without_quiet_hours_the_clock_is_as_any_other() -> None:
    assert not quiet_hours.are_kept()
    assert quiet_hours.after_waking(at(1, 23), 30 * HOUR) == at(3, 5)
    assert quiet_hours.near_end(at(1, 20), at(2, 4), 4) == at(2, 2)
    assert quiet_hours.held_until(Event.MESSAGE, at(1, 23), quiet_hours.NONE) is None


@pytest.mark.parametrize(
    ("event", "moment", "urgency", "until"),
    [
        (Event.BOOKING_CANCELLED, at(1, 23), Urgency(), at(2, 8)),
        (Event.BOOKING_CANCELLED, at(1, 21), Urgency(), None),
        # A visit in the morning, or soon after.
        (Event.BOOKING_CANCELLED, at(1, 23), Urgency(None, [at(2, 8, 30)]), None),
        (Event.BOOKING_CANCELLED, at(1, 23), Urgency(None, [at(2, 9, 59)]), None),
        (Event.BOOKING_CANCELLED, at(1, 23), Urgency(None, [at(2, 10)]), at(2, 8)),
        # Of several moments the next one counts, and none that is over.
        (Event.BOOKING_RESCHEDULED, at(1, 23), Urgency(None, [at(9, 9), at(2, 9)]), None),
        (Event.DEPARTURE_CHANGED, at(1, 23), Urgency(None, [at(1, 22), at(9, 9)]), at(2, 8)),
        # Nobody sets out because of it.
        (Event.BOOKING_LAPSED, at(1, 23), Urgency(None, [at(2, 9)]), at(2, 8)),
        (Event.VISIT_OVER, at(1, 23), Urgency(None, [at(1, 20)]), at(2, 8)),
        # Who acts is awake, for a while.
        (Event.BOOKING_CONFIRMED, at(2, 3), Urgency(at(2, 3)), None),
        (Event.BOOKING_CONFIRMED, at(2, 3), Urgency(at(2, 3) - AWAKE), None),
        (Event.BOOKING_CONFIRMED, at(2, 3), Urgency(at(2, 2)), at(2, 8)),
    ],
)
@pytest.mark.usefixtures("night")
def test_what_waits_for_the_morning(
    event: Event, moment: dt.datetime, urgency: Urgency, until: dt.datetime | None
) -> None:
    assert quiet_hours.held_until(event, moment, urgency) == until
