"""What staff do, as rules with what must come of it: at the desk, and about departures."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import rule

from core.clock import now
from core.errors import NotFound
from models.bookings import LIVE, Booking, BookingSource, BookingState
from models.departures import Departure, DepartureState, Minimum
from services import departure_changes, departures
from services.bookings import attendance, cutoffs, desk, drafting, offers, waiting
from tests.services.bookings.ledger import Ledger, numbers, sizes
from tests.visiting import DESK, details

S = BookingState
# By how many hours staff move a departure: into the past, onto another one, to another day.
SHIFTS = (-80, -20, -2, 1, 20, 60)
capacities = st.integers(1, 10)


class Desks(Ledger):
    """Callers, groups at the door, decisions about many; departures that change."""

    def of_caller(self, number: int, *states: BookingState) -> Booking:
        found = list(Booking.objects(visitor=None, state__in=states).order_by("created_at", "id"))
        if not found:
            raise NotFound
        chosen: Booking = found[number % len(found)]
        return chosen

    def any_departure(self, number: int) -> Departure:
        """Return one of the four, or what is open beside them: an accepted bespoke visit."""
        others = Departure.objects(state=DepartureState.OPEN, id__nin=self.departures)
        ids = [*self.departures, *(one.id for one in others.order_by("created_at", "id"))]
        found: Departure = Departure.objects.get(id=ids[number % len(ids)])
        return found

    @rule(where=numbers, party=st.integers(1, 9), override=st.sampled_from((None, "领导同意")))
    def book_for_a_caller(self, where: int, party: int, override: str | None) -> None:
        before = self.any_departure(where)
        code = self.outcome(lambda: desk.add(DESK, before.id, party, details(), override=override))
        if override is None:
            fits = drafting.allows(before, party) and before.closes_at > now()
        else:
            fits = before.ends_at > now()
        allowed = fits and before.state is DepartureState.OPEN
        assert (code == "") == (allowed and party <= before.seats_left), code

    @rule(where=numbers, party=sizes)
    def let_in_at_the_door(self, where: int, party: int) -> None:
        before, known = self.any_departure(where), set(Booking.objects.scalar("id"))
        code = self.outcome(lambda: desk.walk_in(DESK, before.id, party, details()))
        opens = before.starts_at - attendance.OPENS_BEFORE
        allowed = before.state is DepartureState.OPEN and opens <= now() <= before.ends_at
        assert (code == "") == (allowed and party <= before.seats_left), code
        new = Booking.objects(id__nin=known)
        assert [(one.state, one.source) for one in new] == (
            [] if code else [(S.CHECKED_IN, BookingSource.WALK_IN)]
        )

    @rule(where=numbers, party=sizes)
    def wait_for_a_caller(self, where: int, party: int) -> None:
        departure = self.departure(where).id
        self.attempt(lambda: waiting.join_for(DESK, departure, party, details()))

    @rule(which=numbers, yes=st.booleans())
    def answer_for_a_caller(self, which: int, yes: bool) -> None:
        def act() -> None:
            booking = self.of_caller(which, S.OFFERED)
            (offers.accept_for if yes else offers.decline_for)(DESK, booking.id)

        self.attempt(act)

    @rule(yes=st.booleans(), more=numbers)
    def decide_about_many(self, yes: bool, more: int) -> None:
        """Decide about all that wait for it, and about something else that may not be decided."""
        before = {one.id: one.state for one in Booking.objects(state__ne=S.PLACING)}
        named = [name for name, state in before.items() if state is S.REQUESTED]
        named += [sorted(before)[more % len(before)], "nobody"]
        made = desk.decide(DESK, named, approved=yes, reason="名额已满")
        assert [one.id for one in made] == list(dict.fromkeys(named))
        for one in made:
            assert one.done == (before.get(one.id) is S.REQUESTED)
            if one.done:
                wanted = S.CONFIRMED if yes else S.REJECTED
                assert Booking.objects.get(id=one.id).state is wanted

    @rule(where=numbers, capacity=capacities)
    def change_seats(self, where: int, capacity: int) -> None:
        before = self.any_departure(where)
        code = self.change(before, {"capacity": capacity})
        if before.state is DepartureState.OPEN and before.starts_at > now():
            assert (code == "capacity_below_held") == (capacity < before.held)

    @rule(where=numbers, hours=st.sampled_from(SHIFTS))
    def change_time(self, where: int, hours: int) -> None:
        before = self.any_departure(where)
        starts_at = before.starts_at + dt.timedelta(hours=hours)
        self.change(before, {"starts_at": starts_at})

    @rule(where=numbers, guide=st.integers(0, 2), vehicle=st.integers(0, 2))
    def change_resources(self, where: int, guide: int, vehicle: int) -> None:
        named = {
            "guide": [None, *self.guides][guide],
            "vehicle": [None, *self.vehicles][vehicle],
        }
        self.change(self.any_departure(where), named)

    @rule(where=numbers)
    def change_without_a_word(self, where: int) -> None:
        before = self.any_departure(where)
        starts_at = before.starts_at + dt.timedelta(hours=2)
        code = self.change(before, {"starts_at": starts_at}, reason=None)
        assert code or not (before.holds or before.queue)

    def change(
        self, before: Departure, fields: Mapping[str, Any], reason: str | None = "天气"
    ) -> str:
        """Change a departure; refused it stays as it was, and nobody ever loses a seat."""
        code = self.outcome(
            lambda: departure_changes.change(
                DESK, before.id, fields, revision=before.revision, reason=reason
            )
        )
        after = Departure.objects.get(id=before.id)
        if code:
            assert after.to_mongo() == before.to_mongo()
            return code
        assert {one.booking: one.party for one in after.holds}.items() >= {
            one.booking: one.party for one in before.holds
        }.items(), "a seat was lost"
        assert {name: getattr(after, name) for name in fields} == fields
        if "starts_at" in fields:
            self.moved.add(after.id)
        for one in Booking.objects(departure=after.id, state__in=[*LIVE, S.PLACING]):
            assert (one.starts_at, one.ends_at) == (after.starts_at, after.ends_at)
        return code

    @rule(where=numbers, really=st.integers(0, 5))
    def cancel_a_departure(self, where: int, really: int) -> None:
        if really:
            return  # seldom: nothing happens on it any more
        before = self.any_departure(where)
        code = self.outcome(lambda: departures.cancel(DESK, before.id, reason="天气"))
        assert (code == "") == (before.state is DepartureState.OPEN), code
        if not code:
            left = Booking.objects(departure=before.id, state__in=[*LIVE, S.PLACING])
            assert left.count() == 0

    @rule(which=numbers)
    def run_with_few(self, which: int) -> None:
        """Let a departure run that has too few people: it is then cancelled by nobody's clock."""
        due = Departure.objects(minimum=Minimum.DUE, state=DepartureState.OPEN)
        ids = [one.id for one in due] or self.departures
        before = Departure.objects.get(id=ids[which % len(ids)])
        code = self.outcome(lambda: cutoffs.run(DESK, before.id))
        is_due = (before.state, before.minimum) == (DepartureState.OPEN, Minimum.DUE)
        assert (code == "") == is_due, code
        if not code:
            assert Departure.objects.get(id=before.id).minimum is Minimum.WAIVED
