"""What visitors and the desk do about bookings, as rules that may be followed in any order."""

import hypothesis.strategies as st
from hypothesis.stateful import rule

from core.clock import now
from models.bookings import BookingState
from models.departures import Departure
from services import seats
from services.bookings import (
    attendance,
    cancelling,
    deciding,
    drafting,
    moving,
    offers,
    parties,
    settling,
)
from services.bookings.drafting import Maker
from services.visitors import deletion, engagements
from tests.factories import ACTOR
from tests.services.bookings.ledger import VISITORS, Ledger, numbers, sizes
from tests.visiting import create_visitor, details, wait
from tests.visiting import request as ask

S = BookingState


class Bookings(Ledger):
    """Requests, waiting, decisions, changes, check-ins; processes that die over a request."""

    @rule(who=numbers, where=numbers, party=sizes)
    def request(self, who: int, where: int, party: int) -> None:
        self.attempt(lambda: ask(self.visitor(who), self.departure(where), party))

    @rule(who=numbers, where=numbers, party=sizes)
    def join(self, who: int, where: int, party: int) -> None:
        self.attempt(lambda: wait(self.visitor(who), self.departure(where), party))

    @rule(which=numbers)
    def cancel(self, which: int) -> None:
        def act() -> None:
            booking = self.booking(which, S.CONFIRMED, S.REQUESTED, S.WAITLISTED, S.OFFERED)
            cancelling.cancel(self.own(booking), booking.id)

        self.attempt(act)

    @rule(which=numbers)
    def cancel_as_staff(self, which: int) -> None:
        self.attempt(
            lambda: cancelling.cancel_for(ACTOR, self.booking(which).id, reason="场地维护")
        )

    @rule(which=numbers, yes=st.booleans())
    def decide(self, which: int, yes: bool) -> None:
        def act() -> None:
            booking = self.booking(which, S.REQUESTED, S.CONFIRMED)
            if yes:
                deciding.confirm(ACTOR, booking.id)
            else:
                deciding.reject(ACTOR, booking.id, reason="名额已满")

        self.attempt(act)

    @rule(which=numbers)
    def leave_undecided(self, which: int) -> None:
        def act() -> None:
            booking = self.booking(which, S.REQUESTED)
            deciding.expire(booking.id, booking.decide_by)

        self.attempt(act)

    @rule(which=numbers, yes=st.booleans())
    def answer_an_offer(self, which: int, yes: bool) -> None:
        def act() -> None:
            booking = self.booking(which, S.OFFERED)
            (offers.accept if yes else offers.decline)(self.own(booking), booking.id)

        self.attempt(act)

    @rule(which=numbers, party=sizes, by_staff=st.booleans())
    def change_party(self, which: int, party: int, by_staff: bool) -> None:
        def act() -> None:
            booking, change = self.booking(which, S.CONFIRMED, S.REQUESTED), {"party": party}
            if by_staff:
                parties.change_for(ACTOR, booking.id, change)
            else:
                parties.change(self.own(booking), booking.id, change)

        self.attempt(act)

    @rule(which=numbers, where=numbers, by_staff=st.booleans())
    def reschedule(self, which: int, where: int, by_staff: bool) -> None:
        def act() -> None:
            booking, to = self.booking(which, S.CONFIRMED, S.REQUESTED), self.departure(where).id
            if by_staff:
                moving.reschedule_for(ACTOR, booking.id, to, reason="客人要求")
            else:
                moving.reschedule(self.own(booking), booking.id, to)

        self.attempt(act)

    @rule(who=numbers, where=numbers, party=sizes, steps=st.integers(1, 3))
    def die_while_placing(self, who: int, where: int, party: int, steps: int) -> None:
        def act() -> None:
            visitor, departure = self.visitor(who), self.departure(where)
            drafting.check_open(departure)
            until = now() + settling.PLACING
            booking = drafting.draft(departure, party, details(), Maker(visitor), settle_by=until)
            drafting.insert(booking)
            if steps > 1:
                engagements.engage(visitor.id, booking.id, booking.starts_at, booking.ends_at)
            if steps > 2:
                seats.hold(departure.id, booking.id, party, visitor=visitor.id, before=until)

        self.attempt(act)

    @rule(who=numbers, really=st.integers(0, 3))
    def delete_an_account(self, who: int, really: int) -> None:
        if really:
            return
        gone = self.visitor(who)
        deletion.delete(gone.id)
        self.visitors[who % VISITORS] = create_visitor()
        assert Departure.objects(holds__visitor=gone.id, queue__visitor=gone.id).count() == 0

    @rule(which=numbers, early=st.booleans())
    def check_in(self, which: int, early: bool) -> None:
        def act() -> None:
            booking = self.booking(which, S.CONFIRMED, S.NO_SHOW)
            attendance.check_in(ACTOR, booking.id, override="提前到达" if early else None)

        self.attempt(act)

    @rule(which=numbers)
    def stay_away(self, which: int) -> None:
        self.attempt(lambda: attendance.no_show(ACTOR, self.booking(which, S.CONFIRMED).id))

    @rule(which=numbers)
    def take_back(self, which: int) -> None:
        def act() -> None:
            booking = self.booking(which, S.CHECKED_IN, S.NO_SHOW)
            came = booking.state is S.CHECKED_IN
            undo = attendance.undo_check_in if came else attendance.undo_no_show
            undo(ACTOR, booking.id, reason="记错了")

        self.attempt(act)
