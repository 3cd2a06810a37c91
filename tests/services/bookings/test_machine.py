"""Whatever visitors, staff, the clock and dying processes do, in whatever order: the books agree.

Held people never exceed the capacity, the holds of a departure are those of its bookings, nobody
that fits is left waiting, the queue keeps its order, no two visits of one visitor overlap but where
staff moved one. No guide, vehicle or site is taken twice, and nothing is taken in vain.
"""

import os
from enum import StrEnum

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from mongoengine import Document

from core.settings import Settings
from models.audit import AuditEntry
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState, Minimum
from models.visits import ProposalState, Visit, VisitState
from services import reasons
from tests.services.bookings.walk import WALK, Books

LONG = bool(os.environ.get("TEST_LONG"))
EXAMPLES, STEPS = (300, 80) if LONG else (6, 40)
# Where states stand.
STATES: dict[tuple[type[Document], str], type[StrEnum]] = {
    (Booking, "state"): BookingState,
    (Departure, "state"): DepartureState,
    (Departure, "minimum"): Minimum,
    (Visit, "state"): VisitState,
    (Visit, "proposals.state"): ProposalState,
}
# What staff did on the walk, and the clock, as it stands in the log.
DONE = {
    *("departures.create", "departures.update", "departures.run", "departures.cancel"),
    *("visits.ask", "visits.propose", "visits.accept", "visits.withdraw", "visits.decline"),
    *("visits.lapse", "bookings.add", "bookings.accept", "bookings.confirm", "bookings.reject"),
    *("bookings.offer", "bookings.lapse", "bookings.expire", "bookings.wait"),
}
# For what reasons something was refused.
REFUSED = {
    *("in_the_past", "bookings_affected", "capacity_below_held", "resource_conflict"),
    *("slot_full", "booking_closed", "wrong_state", "proposal_ended", "not_found"),
    *("check_in_early",),
}


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
    reached: set[tuple[str, str]] = set()

    def look() -> None:
        books.the_books_agree()
        books.nothing_is_in_two_places()
        books.only_too_few_people_are_sent_home_by_the_clock()
        for (document, field), states in STATES.items():
            for value in document._get_collection().distinct(field):
                reached.add((states.__name__, value))

    try:
        for step in WALK:
            step(books)
            look()
        done, refused = set(AuditEntry.objects.distinct("action")), books.refused
        too_few = Departure.objects(reason=reasons.TOO_FEW).count()
    finally:
        books.teardown()
    assert reached == {(one.__name__, state) for one in STATES.values() for state in one}
    assert done >= DONE
    assert refused >= REFUSED
    assert too_few == 1
