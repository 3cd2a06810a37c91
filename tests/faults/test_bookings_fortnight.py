"""A fortnight passes in a minute while the worker is killed again and again.

All reminders, expiries and offers come, each once for each booking and event, and nobody is
disturbed at night by what can wait; staff decide, check in and let a visit run meanwhile.
"""

import datetime as dt
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import application
import core.clock
from core.clock import SHANGHAI, now
from core.settings import load
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState, Minimum
from models.notifications import Event, InboxEntry
from models.outbox import Job, JobState
from models.routes import Confirmation
from services import booking_policy, quiet_hours
from services.bookings import attendance, cancelling, cutoffs, deciding, reminders
from services.quiet_hours import Urgency
from tests.faults import timeworker
from tests.faults.harness import Product, by_form
from tests.visiting import (
    DESK,
    check_books,
    check_record,
    create_departure,
    create_visitor,
    terms,
    wait,
)
from tests.visiting import request as ask
from tests.waiting import eventually

DAYS = 14
# How far the clock goes at a time, unless something is due before; how many departures there are.
STEP = dt.timedelta(hours=by_form(short=6, long=1))
DEPARTURES = by_form(short=4, long=20)
KILL_EVERY = by_form(short=12, long=3)
DONE_WITHIN_S = by_form(short=120.0, long=600.0)
S = BookingState
# How many visits there are at which staff do something.
STAFFED = by_form(short=1, long=4)
REMINDERS = (Event.REMINDER_DAY, Event.REMINDER_HOURS)


def arrange(hours: float) -> tuple[Departure, Departure]:
    """Make one departure with a queue behind a full house, and one on which nobody decides."""
    busy = create_departure(in_hours=hours, capacity=4)
    stays, leaves = create_visitor(), create_visitor()
    ask(stays, busy, 2)
    going = ask(leaves, busy, 2)
    for _ in range(3):
        wait(create_visitor(), busy, 2)
    cancelling.cancel(leaves, going.id)
    slow = create_departure(in_hours=hours + 5, terms=terms(confirmation=Confirmation.STAFF))
    ask(create_visitor(), slow, 2)
    return busy, slow


@dataclass(frozen=True)
class Staffed:
    """Visits at which staff do something, by their bookings."""

    came: Booking
    missed: Booking
    few: Booking
    runs: Booking
    decided: Booking

    def agenda(self) -> list[tuple[dt.datetime, Callable[[], object]]]:
        """Return what happens when; the clock stands still until the product has done its part."""
        hour, few, runs = dt.timedelta(hours=1), self.few.departure, self.runs.departure
        return [
            (now() + 24 * hour, lambda: deciding.confirm(DESK, self.decided.id)),
            (self.few.starts_at - 23 * hour, lambda: expect(few, minimum=Minimum.DUE)),
            (self.few.starts_at - 11 * hour, lambda: expect(few, state=DepartureState.CANCELLED)),
            (self.runs.starts_at - 23 * hour, lambda: expect(runs, minimum=Minimum.DUE)),
            (self.runs.starts_at - 22 * hour, lambda: cutoffs.run(DESK, runs)),
            (self.came.starts_at + hour, lambda: attendance.check_in(DESK, self.came.id)),
        ]

    def check(self, told: dict[str, Counter[Event]]) -> None:
        """Check what became of each, and what each was told."""
        for booking, state, events in (
            (self.came, S.COMPLETED, (*REMINDERS, Event.VISIT_OVER)),
            (self.missed, S.NO_SHOW, (*REMINDERS, Event.NO_SHOW)),
            (self.few, S.CANCELLED, (Event.BOOKING_CANCELLED,)),
            (self.runs, S.CONFIRMED, (*REMINDERS, Event.DEPARTURE_RUNS)),
            (self.decided, S.CONFIRMED, (*REMINDERS, Event.BOOKING_REQUESTED)),
        ):
            assert Booking.objects.get(id=booking.id).state is state
            wanted = {*events, Event.BOOKING_CONFIRMED}
            assert set(told[booking.id]) - wanted <= set(REMINDERS), (state, told[booking.id])
            assert wanted <= set(told[booking.id]), (state, told[booking.id])


def expect(departure: str, **fields: object) -> None:
    """Wait until a departure is as it should be by now."""
    found = Departure.objects(id=departure, **fields)
    assert eventually(lambda: found.clone().count() == 1, DONE_WITHIN_S), fields


def staff(hours: float) -> Staffed:
    """Make the departures of four visits, in turn, with who comes."""
    small = terms(minimum_to_run=5)
    attended = create_departure(in_hours=hours, capacity=4)
    return Staffed(
        came=ask(create_visitor(), attended),
        missed=ask(create_visitor(), attended),
        few=ask(create_visitor(), create_departure(in_hours=hours + 1, terms=small)),
        runs=ask(create_visitor(), create_departure(in_hours=hours + 2, terms=small)),
        decided=ask(
            create_visitor(),
            create_departure(in_hours=hours + 3, terms=terms(confirmation=Confirmation.STAFF)),
        ),
    )


def is_idle() -> bool:
    """Tell whether nothing is due: neither work that is written, nor what recurs."""
    under_way = Job.objects(state=JobState.RUNNING).count()
    return not under_way and not Job.objects(state=JobState.PENDING, run_at__lte=now()).count()


def next_step(planned: list[dt.datetime]) -> dt.timedelta:
    """Return how far the clock goes: no further than to what is due or planned next."""
    pending = Job.objects(state=JobState.PENDING).order_by("run_at").first()
    ahead = [*planned, *([] if pending is None else [pending.run_at])]
    steps = [max(one - now(), dt.timedelta()) + dt.timedelta(seconds=1) for one in ahead]
    return min(STEP, *steps) if steps else STEP


def test_all_that_is_due_in_a_fortnight_comes_once(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = tmp_path / "clock"
    timeworker.put(clock, dt.timedelta())
    product.environ[timeworker.CLOCK] = str(clock)
    product.environ |= {"QUIET_FROM": "22", "QUIET_UNTIL": "8"}
    application.wire(load({**product.environ, "LOG_LEVEL": "ERROR"}))
    monkeypatch.setattr(
        core.clock,
        "system_time",
        lambda: dt.datetime.now(dt.UTC) + timeworker.ahead(clock),
    )
    hours = [72 + number * (DAYS * 24 - 100) / DEPARTURES for number in range(DEPARTURES)]
    pairs = [arrange(each) for each in hours]
    visits = [staff(100 + number * 48.5) for number in range(STAFFED)]
    agenda = sorted((each for one in visits for each in one.agenda()), key=lambda one: one[0])
    chance = random.Random(6)  # noqa: S311 - a sequence, no secrets
    worker = product.start_worker("tests.faults.timeworker", "run")
    passed, turn = dt.timedelta(), 0
    while passed < dt.timedelta(days=DAYS + 1):
        passed, turn = passed + next_step([when for when, _ in agenda[:1]]), turn + 1
        timeworker.put(clock, passed)
        if turn % KILL_EVERY == 0:
            time.sleep(chance.uniform(0, 0.3))
            worker.kill()
            worker = product.start_worker("tests.faults.timeworker", "run")
        assert eventually(is_idle, DONE_WITHIN_S), list(Job.objects(state=JobState.PENDING))
        while agenda and agenda[0][0] <= now():
            agenda.pop(0)[1]()
    assert eventually(all_over, DONE_WITHIN_S)
    assert Job.objects(state=JobState.FAILED).count() == 0
    check_books()
    check_told(pairs, visits)
    check_record()


def all_over() -> bool:
    return Departure.objects(state=DepartureState.OPEN).count() == 0


def check_told(pairs: list[tuple[Departure, Departure]], visits: list[Staffed]) -> None:
    """Check that everybody was told each thing once, and at a time fit for it."""
    told: dict[str, Counter[Event]] = {}
    policy = booking_policy.current()
    for entry in InboxEntry.objects:
        told.setdefault(entry.data["booking"], Counter())[entry.event] += 1
        if entry.event in REMINDERS:
            hour = entry.at.astimezone(SHANGHAI).hour
            assert policy.quiet_until <= hour < policy.quiet_from or is_latest(entry)
        went = quiet_hours.held_until(
            entry.event, entry.delivered_at, Urgency(entry.acted_at, entry.deadlines)
        )
        assert went is None, (entry.event, entry.delivered_at)
    for booking in Booking.objects:
        events = told[booking.id]
        assert set(events.values()) == {1}, (booking.state, events)
        if booking.state is S.CONFIRMED:
            assert [events[each] for each in REMINDERS] == [1, 1], events
    busy = [pair[0].id for pair in pairs]
    waited = Booking.objects(departure__in=busy, state=S.LAPSED)
    offered = [one for one in waited if told[one.id][Event.BOOKING_OFFERED]]
    assert waited.count() == 3 * DEPARTURES
    assert all(told[one.id][Event.BOOKING_LAPSED] == 1 for one in waited)
    assert all(told[one.id][Event.BOOKING_OFFER_ENDING] == 1 for one in offered), "a warning"
    slow = Booking.objects(departure__in=[pair[1].id for pair in pairs])
    assert {one.state for one in slow} == {S.EXPIRED}
    assert len(offered) == 3 * DEPARTURES, "each had their turn"
    for visit in visits:
        visit.check(told)


def is_latest(entry: InboxEntry) -> bool:
    """Tell whether a reminder came when it had to, because the end of the quiet is too late."""
    starts_at = Booking.objects.get(id=entry.data["booking"]).starts_at
    return bool(entry.at >= starts_at - reminders.LATEST)
