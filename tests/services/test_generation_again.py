"""Schedules that are generated again: after cancelling, a change, an interruption, at once."""

import datetime as dt
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from models.bookings import Booking, BookingState
from models.calendar import ResourceDay
from models.departures import Departure, DepartureState
from models.schedules import Schedule
from services import departures, schedules
from services.generation import Generated, Outcome
from services.occupancy import at
from tests.arranging import create_guide, create_route, create_site
from tests.factories import ACTOR
from tests.services.scheduling import add, book, days, fields, outcomes
from tests.visiting import check_books

pytestmark = pytest.mark.usefixtures("database", "on_a_monday")


def test_what_staff_cancelled_is_not_made_again() -> None:
    done = add()
    first = Departure.objects.order_by("starts_at").first()
    departures.cancel(ACTOR, first.id, reason="测试")

    assert outcomes(schedules.generate(ACTOR, done.schedule.id)) == {"present": 6}
    assert Departure.objects.get(id=first.id).state is DepartureState.CANCELLED


def test_a_changed_schedule_replaces_what_nobody_booked() -> None:
    done = add()
    booked, waited, by_hand, cancelled, *free = Departure.objects.order_by("starts_at")
    booking = book(booked)
    Departure.objects(id=waited.id).update(capacity=1)
    book(waited, BookingState.WAITLISTED)
    Departure.objects(id=by_hand.id).update(revision=2)
    book(cancelled, BookingState.CANCELLED)

    new = fields(route=done.schedule.route, starts="14:00")
    changed = schedules.change(ACTOR, done.schedule.id, new, revision=1)

    assert {one.id for one in changed.stays} == {booked.id, waited.id, by_hand.id}
    assert changed.removed == 3
    assert outcomes(changed) == {"present": 3, "created": 3}
    assert Departure.objects.get(id=booked.id).starts_at == booked.starts_at
    assert Booking.objects.get(id=booking.id).state is BookingState.CONFIRMED
    # What a booking of the past refers to stays; the others are gone.
    assert Departure.objects.get(id=cancelled.id).state is DepartureState.CANCELLED
    assert not Departure.objects(id__in=[one.id for one in free])
    hours = Counter(one.starts_at.hour + 8 for one in Departure.objects(state=DepartureState.OPEN))
    assert hours == {9: 3, 14: 3}
    stays = {one.departure for one in Schedule.objects.get().problems if one.code == "stays"}
    assert stays == {booked.id, waited.id, by_hand.id}
    spans = {span.departure for day in ResourceDay.objects for span in day.spans}
    assert spans == {one.id for one in Departure.objects(state=DepartureState.OPEN)}


def test_a_change_that_departures_do_not_show_leaves_them_alone() -> None:
    done = add()
    before = {one.id for one in Departure.objects}

    longer = fields(route=done.schedule.route, weeks_ahead=4)
    changed = schedules.change(ACTOR, done.schedule.id, longer, revision=1)

    assert (changed.removed, changed.stays) == (0, [])
    assert before < {one.id for one in Departure.objects}
    assert outcomes(changed) == {"present": 6, "created": 2}


def test_a_removed_schedule_takes_along_what_nobody_booked() -> None:
    done = add()
    booked = Departure.objects.order_by("starts_at").first()
    book(booked)

    schedules.remove(ACTOR, done.schedule.id)

    assert [one.id for one in Departure.objects] == [booked.id]
    assert not Schedule.objects
    check_books()


def test_an_interrupted_change_is_finished_by_the_next_generation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = add()
    with monkeypatch.context() as broken:

        def die(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        broken.setattr("services.generation.renew", die)
        new = fields(route=done.schedule.route, starts="14:00")
        with pytest.raises(KeyboardInterrupt):
            schedules.change(ACTOR, done.schedule.id, new, revision=1)
    assert {one.starts_at.hour for one in Departure.objects} == {1}

    (again,) = schedules.generate_all(ACTOR)

    assert again.removed == 6
    assert {one.starts_at for one in Departure.objects} == {
        at(dt.date.fromisoformat(day), "14:00") for day in days()
    }


def test_many_generations_at_once_make_each_day_once() -> None:
    guide = create_guide()
    site = create_site(capacity={"groups": 1, "margin_minutes": 10})
    schedule = Schedule(
        **fields(route=create_route([site, create_site()]).id, guide=guide, weekdays=[2, 4])
    ).save()

    def run(_: int) -> Generated:
        return schedules.generate(ACTOR, schedule.id)

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(run, range(6)))

    found = Counter(one.outcome for each in done for one in each.days)
    assert found == {Outcome.CREATED: 6, Outcome.PRESENT: 30}
    assert len(days()) == len(set(days())) == 6
