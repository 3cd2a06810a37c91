"""What two people do at one moment: one of them wins, and nothing is taken twice or lost."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core.clock import now
from core.errors import AppError
from models.bookings import Booking, BookingState
from models.content import Content
from models.departures import Departure, DepartureState
from models.notifications import InboxEntry
from models.staff import Role
from models.visitors import Visitor
from models.visits import Visit, VisitState
from services.outbox import Later
from services.visits import answering, proposing
from tests.arranging import check_taken
from tests.clocks import Clock
from tests.factories import staff_client
from tests.visitors.callers import Caller, code
from tests.visits.asking import Desk, ask, at, check_visits, wish

ROUNDS = 4


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run works at one moment; return what each returned, or the code of its refusal."""
    start = threading.Barrier(len(works))
    answers: list[Any] = [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        start.wait(30)
        try:
            answers[number] = work()
        except AppError as error:
            answers[number] = error.code

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return answers


def check_books() -> None:
    """Check that what is taken, proposed and booked agrees."""
    check_taken()
    check_visits()


def test_at_the_moment_of_its_expiry_a_proposal_is_over(
    delegation: Caller, desk: Desk, route: Content, clock: Clock
) -> None:
    visit = ask(delegation)
    (proposal,) = desk.propose(visit["id"], route)["proposals"]
    until = Visit.objects.get(id=visit["id"]).proposals[0].expires_at
    clock.set(until - dt.timedelta(milliseconds=1))
    with pytest.raises(Later):
        proposing.expire(visit["id"], proposal["departure"])
    clock.set(until)
    answer = delegation.post(f"/visits/{visit['id']}/accept", {"version": 1})
    assert code(answer) == (409, "proposal_ended")
    assert proposing.expire(visit["id"], proposal["departure"])
    assert not proposing.expire(visit["id"], proposal["departure"])
    check_books()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_accepting_while_it_expires(
    number: int, delegation: Caller, desk: Desk, route: Content, clock: Clock
) -> None:
    visit = ask(delegation)
    (proposal,) = desk.propose(visit["id"], route)["proposals"]
    visitor = Visitor.objects.get(id=delegation.id)
    until = Visit.objects.get(id=visit["id"]).proposals[0].expires_at
    clock.advance(seconds=(until - now()).total_seconds() - 0.1)

    def accept() -> VisitState:
        time.sleep(0.03 * number)
        state: VisitState = answering.accept(visitor, visit["id"], version=1).state
        return state

    def expire() -> bool:
        while True:
            try:
                return proposing.expire(visit["id"], proposal["departure"])
            except Later:
                time.sleep(0.001)

    accepted, expired = at_once(accept, expire)
    state = Visit.objects.get(id=visit["id"]).state
    assert state is (VisitState.LAPSED if expired is True else VisitState.ACCEPTED)
    assert accepted in (
        (VisitState.ACCEPTED,) if not expired else ("proposal_ended", "wrong_state")
    )
    assert Booking.objects.count() == (not expired)
    check_books()


@pytest.mark.parametrize("number", range(ROUNDS))
def test_accepting_while_staff_replace_withdraw_or_decline(
    number: int, delegation: Caller, desk: Desk, route: Content
) -> None:
    del number
    visit = ask(delegation)
    shown = desk.propose(visit["id"], route)
    visitor = Visitor.objects.get(id=delegation.id)
    body = {"route": route.id, "starts_at": at(14), "revision": shown["revision"]}

    def replace() -> str:
        return desk.post(f"/visits/{visit['id']}/proposals", body).status

    def decline() -> str:
        return desk.post(f"/visits/{visit['id']}/decline", {"reason": "测试"}).status

    at_once(
        lambda: answering.accept(visitor, visit["id"], version=1).state,
        replace,
        lambda: answering.withdraw(visitor, visit["id"]).state,
    )
    found = Visit.objects.get(id=visit["id"])
    assert found.state is not VisitState.ASKED
    assert Booking.objects.count() == (found.state is VisitState.ACCEPTED)
    check_books()
    decline()
    check_books()


def test_accepting_twice_at_once_is_one_visit(
    delegation: Caller, desk: Desk, route: Content
) -> None:
    visit = ask(delegation)
    desk.propose(visit["id"], route)
    visitor = Visitor.objects.get(id=delegation.id)
    answers = at_once(
        *(lambda: answering.accept(visitor, visit["id"], version=1).booking for _ in range(4))
    )
    (booking,) = Booking.objects
    assert answers == [booking.id] * 4
    assert (booking.state, Departure.objects.get(id=booking.departure).held) == (
        BookingState.CONFIRMED,
        6,
    )
    told = InboxEntry.objects(visitor=delegation.id, event="visit_accepted")
    assert told.count() == 1
    check_books()


def test_of_two_staff_who_propose_at_once_one_is_told_that_it_changed(
    app: Flask, delegation: Caller, desk: Desk, route: Content
) -> None:
    visit = ask(delegation)
    others = [Desk(staff_client(app, Role.INVESTMENT_OFFICER)) for _ in range(2)]
    body = {"route": route.id, "revision": 1}

    def propose(one: Desk, hour: int) -> int:
        path = f"/visits/{visit['id']}/proposals"
        return one.post(path, {**body, "starts_at": at(hour)}).status_code

    statuses = at_once(
        *(
            lambda one=one, hour=hour: propose(one, hour)
            for one, hour in zip(others, (9, 14), strict=True)
        )
    )
    assert sorted(statuses) == [201, 409]
    (departure,) = Departure.objects
    assert departure.state is DepartureState.PROPOSED
    assert len(Visit.objects.get(id=visit["id"]).proposals) == 1
    del desk
    check_books()


def test_two_delegations_do_not_get_the_same_hour(
    app: Flask, enter: Callable[..., Caller], desk: Desk, route: Content
) -> None:
    visits = [ask(enter(name))["id"] for name in ("A", "B", "C")]
    desks = [Desk(staff_client(app, Role.BOOKING_DESK)) for _ in visits]
    body = {"route": route.id, "starts_at": at(9), "revision": 1}

    def propose(one: Desk, visit: str) -> int:
        return one.post(f"/visits/{visit}/proposals", body).status_code

    pairs = zip(desks, visits, strict=True)
    statuses = at_once(*(lambda one=one, visit=visit: propose(one, visit) for one, visit in pairs))
    assert sorted(statuses) == [201, 409, 409]
    check_books()
    del desk


def test_no_more_than_three_are_open_however_many_are_asked_at_once(delegation: Caller) -> None:
    def one() -> int:
        client = Caller(delegation.client.application, delegation.token, delegation.id)
        return client.post("/visits", wish()).status_code

    assert sorted(at_once(*([one] * 6))) == [201, 201, 201, 409, 409, 409]
    assert Visit.objects.count() == 3
