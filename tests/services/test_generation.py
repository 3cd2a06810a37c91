"""Schedules make departures some weeks ahead: once each, and nobody who booked is moved."""

import datetime as dt

import pytest

from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.calendar import Closure
from models.departures import Departure
from models.schedules import Schedule
from services import days_off, departures, schedules, working_days
from services.generation import Outcome
from tests.arranging import create_guide, create_route, planned
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.services.scheduling import add, book, days, outcomes
from tests.visiting import check_books

pytestmark = pytest.mark.usefixtures("database", "on_a_monday")


def test_departures_are_made_some_weeks_ahead() -> None:
    done = add()

    assert outcomes(done) == {"created": 6}
    assert days() == [
        *("2026-11-03", "2026-11-05", "2026-11-10", "2026-11-12", "2026-11-17", "2026-11-19"),
    ]
    first = Departure.objects.order_by("starts_at").first()
    # Nine o'clock in Shanghai, in winter as in summer.
    assert first.starts_at == dt.datetime(2026, 11, 3, 1, tzinfo=dt.UTC)
    assert (first.capacity, first.schedule) == (20, done.schedule.id)
    assert done.schedule.weekdays == [2, 4]
    assert not done.schedule.problems


def test_generation_is_idempotent_and_rolls_on(clock: Clock) -> None:
    done = add()
    before = {one.id: one.revision for one in Departure.objects}

    again = schedules.generate(ACTOR, done.schedule.id)
    assert outcomes(again) == {"present": 6}
    assert {one.id: one.revision for one in Departure.objects} == before

    clock.advance(days=7)
    week = schedules.generate(ACTOR, done.schedule.id)
    assert outcomes(week) == {"present": 4, "created": 2}
    assert len(days()) == 8


def test_holidays_exceptions_and_the_end_are_left_out(clock: Clock) -> None:
    clock.set(dt.datetime(2026, 9, 20, 1, tzinfo=dt.UTC))
    # National Day: 1 to 7 October are not worked; 25 September is the Mid-autumn Festival.
    done = add(weekdays=[4], exceptions=["2026-09-24"], until_day="2026-10-08", weeks_ahead=6)

    assert [(one.day, one.outcome.value) for one in done.days] == [
        ("2026-09-24", "exception"),
        ("2026-10-01", "off"),
        ("2026-10-08", "created"),
    ]
    runs = add(weekdays=[4], holidays="run", until_day="2026-10-08", weeks_ahead=6)
    assert outcomes(runs) == {"created": 3}


def test_staff_know_better_which_days_are_worked() -> None:
    working_days.override(ACTOR, dt.date(2026, 11, 10), working=False, note="测试")

    done = add()

    assert outcomes(done) == {"created": 5, "off": 1}
    assert "2026-11-10" not in days()


def test_a_day_off_that_staff_declare_later_loses_what_is_empty() -> None:
    empty = add()
    booked = add(starts="11:00")
    runs = add(starts="14:00", holidays="run")
    day = dt.date(2026, 11, 10)
    stays = Departure.objects.get(schedule=booked.schedule.id, day=day.isoformat())
    booking = book(stays)

    said = days_off.override(ACTOR, day, working=False, note="测试")

    assert (said.removed, [one.id for one in said.affected]) == (1, [stays.id])
    assert days(schedule=empty.schedule.id, day=day.isoformat()) == []
    assert days(schedule=runs.schedule.id, day=day.isoformat()) == [day.isoformat()]
    assert AuditEntry.objects(action="departures.withdraw").count() == 1
    again = schedules.generate(ACTOR, booked.schedule.id)
    assert [(one.day, one.code) for one in again.schedule.problems] == [(day.isoformat(), "stays")]
    assert Booking.objects.get(id=booking.id).state is BookingState.CONFIRMED
    assert days_off.follow_calendar(ACTOR, day).affected == []
    assert outcomes(schedules.generate(ACTOR, empty.schedule.id)) == {"present": 5, "created": 1}
    check_books()


def test_generation_finishes_a_day_off_that_was_declared_half() -> None:
    done = add()
    working_days.override(ACTOR, dt.date(2026, 11, 10), working=False, note=None)

    again = schedules.generate(ACTOR, done.schedule.id)

    assert (again.removed, outcomes(again)) == (1, {"present": 5, "off": 1})
    assert "2026-11-10" not in days()


def test_days_beyond_the_public_calendar_are_provisional(clock: Clock) -> None:
    clock.set(dt.datetime(2026, 12, 22, 1, tzinfo=dt.UTC))

    add(weekdays=[4], weeks_ahead=2)

    assert [(one.day, one.provisional) for one in Departure.objects.order_by("day")] == [
        ("2026-12-24", False),
        ("2026-12-31", False),
    ]
    clock.advance(days=7)
    schedules.generate(ACTOR, Schedule.objects.get().id)
    assert Departure.objects.get(day="2027-01-07").provisional
    # Staff say what the day is: it is certain, and runs.
    working_days.override(ACTOR, dt.date(2027, 1, 7), working=True, note=None)
    schedules.generate(ACTOR, Schedule.objects.get().id)
    assert not Departure.objects.get(day="2027-01-07").provisional
    # Or it does not run after all.
    Departure.objects(day="2027-01-07").update(provisional=True)
    working_days.override(ACTOR, dt.date(2027, 1, 7), working=False, note=None)
    assert schedules.generate(ACTOR, Schedule.objects.get().id).removed == 1
    assert not Departure.objects(day="2027-01-07")


def test_what_nobody_could_book_any_more_is_not_made() -> None:
    terms = {
        **{"lead_days": 3, "cancel_hours": 0, "reschedule_hours": 0, "group_min": 1},
        **{"group_max": 5, "minimum_to_run": 1, "confirmation": "staff"},
    }
    done = add(route=create_route(booking=terms).id)

    assert outcomes(done) == {"late": 1, "created": 5}
    assert days()[0] == "2026-11-05"


def test_a_closure_and_a_conflict_are_reported_for_their_day() -> None:
    guide, route = create_guide(), create_route()
    span = {"from_day": "2026-11-05", "until_day": "2026-11-05"}
    Closure(route=route.id, reason="测试", **span).save()
    taken = departures.create(
        ACTOR, planned(create_route(), dt.date(2026, 11, 10), "08:30", guide=guide)
    )

    done = add(route=route.id, guide=guide)

    assert outcomes(done) == {"created": 4, "refused": 2}
    codes = {one.day: one.code for one in done.days if one.outcome is Outcome.REFUSED}
    assert codes == {"2026-11-05": "day_closed", "2026-11-10": "resource_conflict"}
    kept = {one.day: one for one in Schedule.objects.get().problems}
    assert kept["2026-11-10"].conflicts[0]["departure"] == taken.id
    # Once the other is gone the day is made up for.
    departures.cancel(ACTOR, taken.id, reason="测试")
    assert outcomes(schedules.generate(ACTOR, done.schedule.id)) == {
        **{"present": 4, "created": 1, "refused": 1},
    }
    assert [one.day for one in Schedule.objects.get().problems] == ["2026-11-05"]
