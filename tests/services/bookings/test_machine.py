"""Whatever visitors, staff, the clock and dying processes do, in whatever order: the books agree.

Held people never exceed the capacity, the holds of a departure are those of its bookings, nobody
that fits is left waiting, the queue keeps its order, no two visits of one visitor overlap.
"""

import os
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from core.settings import Settings
from models.bookings import Booking, BookingState
from tests.services.bookings.books import Books

LONG = bool(os.environ.get("TEST_LONG"))
EXAMPLES, STEPS = (300, 80) if LONG else (12, 40)
WALK: tuple[Callable[[Books], None], ...] = (
    lambda books: books.leave_undecided(which=0),
    lambda books: books.request(who=3, where=0, party=2),
    lambda books: books.decide(which=1, yes=False),
    lambda books: books.cancel(which=0),
    lambda books: books.wait_a_while(minutes=1_000),
    lambda books: books.request(who=4, where=1, party=1),
    lambda books: books.reschedule(which=0, where=2, by_staff=False),
    lambda books: books.request(who=0, where=1, party=2),
    lambda books: books.request(who=5, where=1, party=1),
    lambda books: books.die_while_placing(who=3, where=2, party=1, steps=3),
    lambda books: books.come_to_the_visit(where=1, minutes=-90),
    lambda books: books.check_in(which=1, early=False),
    lambda books: books.check_in(which=1, early=False),
    lambda books: books.take_back(which=0),
    lambda books: books.come_to_the_visit(where=1, minutes=20),
    lambda books: books.stay_away(which=1),
    lambda books: books.come_to_the_visit(where=1, minutes=200),
    lambda books: books.open_anew(where=1),
    lambda books: books.request(who=5, where=1, party=1),
)


@pytest.mark.no_cover
def test_the_books_agree_after_any_sequence(app_settings: Settings) -> None:
    Books.app_settings = app_settings
    run_state_machine_as_test(
        Books,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_every_state_can_be_reached_by_the_rules(app_settings: Settings) -> None:
    """Chance need not come by all of them; this walk does, so that the rules are not too tame."""
    Books.app_settings = app_settings
    books = Books()
    reached: set[BookingState] = set()

    def look() -> None:
        books.the_books_agree()
        reached.update(BookingState(state) for state in Booking.objects.distinct("state"))

    try:
        for step in WALK:
            step(books)
            look()
    finally:
        books.teardown()
    assert reached == set(BookingState)
