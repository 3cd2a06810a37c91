"""The calendar rolls on by itself: each day what schedules want is made."""

from collections.abc import Callable

import pytest

from core.clock import day_start, today
from jobs import schedule
from models.departures import Departure
from services.occupancy import DAY
from tests.arranging import create_schedule
from tests.clocks import Clock


@pytest.mark.usefixtures("database")
def test_departures_are_made_each_day(clock: Clock, work_off: Callable[..., int]) -> None:
    clock.set(day_start(today() + DAY) + DAY / 2)
    made = create_schedule()

    schedule.enqueue_due()
    work_off()
    # The lead time of a day is over for what starts today.
    assert {one.day for one in Departure.objects(schedule=made.id)} == {
        (today() + DAY * number).isoformat() for number in range(1, 8)
    }

    clock.advance(days=1)
    schedule.enqueue_due()
    work_off()
    assert Departure.objects.count() == 8
