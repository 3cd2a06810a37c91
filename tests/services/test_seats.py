"""Seats: sums that hold whatever is tried, queues in their order, verbs that can be repeated."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import now
from core.errors import Conflict, NotFound
from core.ids import new_id
from models.departures import Departure, DepartureState
from services import seats
from tests.visiting import create_departure


def held(departure: Departure) -> int:
    found: Departure = Departure.objects.get(id=departure.id)
    assert found.held == sum(one.party for one in found.holds)
    return int(found.held)


def test_seats_are_held_once_for_a_booking_and_given_back_once() -> None:
    departure = create_departure(capacity=5)
    for _ in range(2):
        assert seats.hold(departure.id, "b1", 3, visitor="v1").held == 3
    found, freed = seats.release(departure.id, "b1")
    assert (found.held, freed) == (0, True)
    assert seats.release(departure.id, "b1")[1] is False
    assert held(departure) == 0


def test_a_party_that_does_not_fit_is_told_how_many_seats_are_left() -> None:
    departure = create_departure(capacity=5)
    seats.hold(departure.id, "b1", 3, visitor=None)
    with pytest.raises(Conflict) as caught:
        seats.hold(departure.id, "b2", 3, visitor=None)
    assert (caught.value.code, caught.value.params) == ("slot_full", {"left": 2})
    assert held(departure) == 3


def test_nothing_is_held_on_what_is_closed_unknown_or_too_late() -> None:
    closed = create_departure(state=DepartureState.CANCELLED)
    with pytest.raises(Conflict, match="departure_closed"):
        seats.hold(closed.id, "b1", 1, visitor=None)
    with pytest.raises(NotFound):
        seats.hold(new_id(), "b1", 1, visitor=None)
    departure = create_departure()
    with pytest.raises(Conflict, match="too_late"):
        seats.hold(departure.id, "b1", 1, visitor=None, before=now() - dt.timedelta(seconds=1))
    assert held(departure) == 0


def test_nothing_is_held_for_times_that_are_those_of_before() -> None:
    departure = create_departure()
    during = (departure.starts_at, departure.ends_at)
    later = departure.ends_at + dt.timedelta(hours=1)
    Departure.objects(id=departure.id).update(ends_at=later)
    with pytest.raises(Conflict, match="conflict"):
        seats.hold(departure.id, "b1", 1, visitor=None, during=during)
    assert held(departure) == 0
    assert seats.hold(departure.id, "b1", 1, visitor=None, during=(during[0], later)).held == 1


def test_a_party_grows_while_there_is_room_and_shrinks() -> None:
    departure = create_departure(capacity=5)
    seats.hold(departure.id, "b1", 2, visitor=None)
    seats.hold(departure.id, "b2", 2, visitor=None)
    assert seats.resize(departure.id, "b1", 3, was=2).held == 5
    with pytest.raises(Conflict, match="slot_full"):
        seats.resize(departure.id, "b2", 3, was=2)
    assert seats.resize(departure.id, "b1", 1, was=3).held == 3
    assert seats.resize(departure.id, "b1", 1, was=3).held == 3
    assert held(departure) == 3


def test_nobody_waits_while_there_are_seats_for_them() -> None:
    departure = create_departure(capacity=3)
    with pytest.raises(Conflict, match="seats_free"):
        seats.wait(departure.id, "b1", 3, visitor="v1")
    seats.hold(departure.id, "b0", 1, visitor=None)
    found = seats.wait(departure.id, "b1", 3, visitor="v1")
    assert seats.place_in_queue(found, "b1") == 1
    assert len(seats.wait(departure.id, "b1", 3, visitor="v1").queue) == 1


def test_free_seats_go_to_the_first_that_fits() -> None:
    departure = create_departure(capacity=4)
    seats.hold(departure.id, "b0", 4, visitor=None)
    for name, party in (("b1", 3), ("b2", 1), ("b3", 1), ("b4", 1)):
        found = seats.wait(departure.id, name, party, visitor=None)
    assert seats.seat_first_waiting(found) is None
    found = seats.resize(departure.id, "b0", 2, was=4)
    seated = []
    while (next_one := seats.seat_first_waiting(found)) is not None:
        found, booking = next_one
        seated.append(booking)
    assert seated == ["b2", "b3"]
    assert [one.booking for one in found.queue] == ["b1", "b4"]
    assert held(departure) == 4


def test_sixteen_threads_never_oversell() -> None:
    departure = create_departure(capacity=20)

    refused: set[str] = set()

    def attempt(number: int) -> int:
        party = number % 4 + 1
        try:
            seats.hold(departure.id, f"b{number}", party, visitor=None)
        except Conflict as error:
            refused.add(error.code)
            return 0
        if number % 3 == 0:
            seats.release(departure.id, f"b{number}")
            return 0
        return party

    with ThreadPoolExecutor(16) as threads:
        kept = sum(threads.map(attempt, range(200)))
    assert held(departure) == kept
    assert 15 < kept <= 20
    assert refused == {"slot_full"}
