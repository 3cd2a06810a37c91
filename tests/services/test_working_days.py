"""Working days with 调休, what staff know better, and deadlines that stand still on days off."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import SHANGHAI
from core.errors import NotFound
from services import working_days
from tests.factories import ACTOR

pytestmark = pytest.mark.usefixtures("database")

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2029, 12, 31))


def shanghai(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "working", "provisional"),
    [
        ("2026-11-02", True, False),
        ("2026-11-07", False, False),
        # National Day, and the Saturday that is worked for it.
        ("2026-10-07", False, False),
        ("2026-10-10", True, False),
        # Nobody knows the holidays of that year yet.
        ("2088-10-01", True, True),
        ("2088-10-02", False, True),
    ],
)
def test_days_are_worked_as_the_public_calendar_says(
    day: str, working: bool, provisional: bool
) -> None:
    found = dt.date.fromisoformat(day)
    assert working_days.is_working(found) is working
    assert working_days.is_provisional(found) is provisional


def test_what_staff_say_counts_and_is_certain() -> None:
    day = dt.date(2088, 10, 1)
    working_days.override(ACTOR, day, working=False, note=None)
    assert not working_days.is_working(day)
    assert not working_days.is_provisional(day)
    working_days.follow_calendar(ACTOR, day)
    assert working_days.is_provisional(day)
    with pytest.raises(NotFound):
        working_days.follow_calendar(ACTOR, day)


def test_hours_stand_still_on_days_off() -> None:
    friday = shanghai("2026-11-06T20:00")
    assert working_days.add_working_hours(friday, 4) == shanghai("2026-11-07T00:00")
    assert working_days.add_working_hours(friday, 5) == shanghai("2026-11-09T01:00")
    assert working_days.add_working_hours(friday, 24 + 4) == shanghai("2026-11-10T00:00")
    saturday = shanghai("2026-11-07T12:00")
    assert working_days.add_working_hours(saturday, 1) == shanghai("2026-11-09T01:00")


@given(start=DAYS, count=st.integers(1, 60))
def test_hours_of_so_many_working_days_lie_between(start: dt.date, count: int) -> None:
    begin = dt.datetime.combine(start, dt.time(), SHANGHAI)
    end = working_days.add_working_hours(begin, 24 * count).astimezone(SHANGHAI)
    between = working_days.of(start, end.date() - dt.timedelta(days=1))
    assert sum(one.working for one in between) == count
    assert between[-1].working
