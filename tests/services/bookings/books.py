"""What can happen to departures and bookings, as rules that may be followed in any order."""

import contextlib
import datetime as dt
from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from pymongo.client_session import ClientSession

import core.clock
from core import db
from core.clock import now
from core.errors import AppError, NotFound
from core.settings import Settings
from jobs import schedule
from jobs.worker import Worker
from models.bookings import Booking, BookingSource, BookingState
from models.departures import CAPACITY_MAX, Departure
from models.registry import DOCUMENTS
from models.routes import Confirmation
from models.visitors import Visitor
from services import seats
from services.bookings import (
    attendance,
    cancelling,
    cutoffs,
    deciding,
    drafting,
    moving,
    offers,
    parties,
    requesting,
    settling,
    waiting,
)
from services.bookings.drafting import Maker
from services.visitors import deletion, engagements
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.visiting import (
    check_books,
    create_departure,
    create_visitor,
    details,
    terms,
    wait,
)
from tests.visiting import request as ask

S = BookingState
VISITORS = 6
DEPARTURES: tuple[dict[str, Any], ...] = (
    {"in_hours": 40, "capacity": 4, "terms": terms(confirmation=Confirmation.STAFF)},
    {"in_hours": 41, "capacity": 3},
    {"in_hours": 60, "capacity": 6, "terms": terms(minimum_to_run=5)},
    {"in_hours": 100, "capacity": 2, "terms": terms(cancel_hours=48)},
)
numbers = st.integers(0, 99)
sizes = st.integers(1, 4)


class Books(RuleBasedStateMachine):
    """Everything that can happen to four departures and six visitors."""

    app_settings: Settings

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.reads = Clock(), core.clock.system_time
        core.clock.system_time = self.clock.read
        self.worker = Worker(self.app_settings)
        self.departures = [create_departure(**each).id for each in DEPARTURES]
        self.visitors = [create_visitor() for _ in range(VISITORS)]
        ask(self.visitors[0], self.departure(0), 3)
        ask(self.visitors[1], self.departure(3), 2)
        wait(self.visitors[2], self.departure(3), 2)

    def teardown(self) -> None:
        core.clock.system_time = self.reads
        for document in DOCUMENTS:
            document._get_collection().delete_many({})

    def departure(self, number: int) -> Departure:
        found: Departure = Departure.objects.get(id=self.departures[number % len(DEPARTURES)])
        return found

    def visitor(self, number: int) -> Visitor:
        return self.visitors[number % VISITORS]

    def booking(self, number: int, *states: BookingState) -> Booking:
        found = list(Booking.objects(state__in=states or list(S)).order_by("created_at", "id"))
        if not found:
            raise NotFound
        chosen: Booking = found[number % len(found)]
        return chosen

    def attempt(self, act: Callable[[], Any]) -> None:
        """Do what may be refused."""
        with contextlib.suppress(AppError):
            act()

    def own(self, booking: Booking) -> Visitor:
        found = Visitor.objects(id=booking.visitor).first()
        if found is None:
            raise NotFound
        visitor: Visitor = found
        return visitor

    @rule(who=numbers, where=numbers, party=sizes)
    def request(self, who: int, where: int, party: int) -> None:
        self.attempt(lambda: ask(self.visitor(who), self.departure(where), party))

    @rule(where=numbers, party=sizes, source=st.sampled_from(BookingSource))
    def book_for_a_caller(self, where: int, party: int, source: BookingSource) -> None:
        departure = self.departure(where).id
        self.attempt(
            lambda: requesting.place_for(ACTOR, departure, party, details(), source=source)
        )

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

    @rule(where=numbers, more=sizes)
    def add_seats(self, where: int, more: int) -> None:
        departure = self.departure(where)

        def work(session: ClientSession) -> None:
            seats.lock(departure.id, session)
            capacity = min(departure.capacity + more, CAPACITY_MAX)
            Departure._get_collection().update_one(
                {"_id": departure.id}, {"$set": {"capacity": capacity}}, session=session
            )
            waiting.promote(seats.lock(departure.id, session), session)

        db.transaction(work)

    @rule(where=numbers, really=st.integers(0, 5))
    def cancel_a_departure(self, where: int, really: int) -> None:
        if really:
            return  # seldom: nothing happens on it any more

        def work(session: ClientSession) -> None:
            departure = seats.lock(self.departure(where).id, session)
            cutoffs.close(departure, "天气", ACTOR, session)

        db.transaction(work)

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

    @rule(where=numbers, minutes=st.sampled_from((-90, 20, 200)))
    def come_to_the_visit(self, where: int, minutes: int) -> None:
        """Let the time pass until shortly before, in, or after a visit."""
        starts_at = self.departure(where).starts_at
        ahead = starts_at + dt.timedelta(minutes=minutes) - now()
        if ahead > dt.timedelta():
            self.wait_a_while(ahead / dt.timedelta(minutes=1))

    @rule(where=numbers)
    def open_anew(self, where: int) -> None:
        """Put another departure in the place of one that has begun."""
        number = where % len(DEPARTURES)
        if self.departure(number).starts_at < now():
            self.departures[number] = create_departure(**DEPARTURES[number]).id

    @rule(minutes=st.sampled_from((3, 40, 130, 1_000)))
    def wait_a_while(self, minutes: float) -> None:
        self.clock.advance(minutes=minutes)
        schedule.enqueue_due()
        while self.worker.step():
            pass
        late = now() - settling.patience()
        assert Booking.objects(state=S.PLACING, settle_by__lt=late).count() == 0
        assert Booking.objects(state=S.OFFERED, offer_until__lt=now()).count() == 0
        assert Booking.objects(state=S.REQUESTED, decide_by__lt=now()).count() == 0

    @invariant()
    def the_books_agree(self) -> None:
        check_books()
