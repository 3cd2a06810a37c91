"""A calendar with open departures, visitors, a desk, and what must be true of them at any moment.

Rules of what can happen are in `books`, `desks` and `delegations`.
"""

import contextlib
import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

import core.clock
from core.clock import day_start, now, today
from core.errors import AppError, NotFound
from core.settings import Settings
from jobs import schedule
from jobs.worker import Worker
from models.bookings import Booking, BookingState, By
from models.departures import Departure, DepartureState, Minimum, Words
from models.registry import DOCUMENTS
from models.routes import Confirmation
from models.visitors import Visitor
from models.visits import Visit
from services import departures, plans, reasons
from services.bookings import cutoffs, settling
from services.plans import Stay
from services.visits import asking, ending, proposing
from services.visits.asking import Ask
from services.visits.composing import Composition
from tests.arranging import check_taken, create_guide, create_site, create_vehicle
from tests.clocks import Clock
from tests.visiting import DESK, check_books, create_visitor, terms, wait
from tests.visiting import request as ask
from tests.visits.asking import check_visits, day, wish

S = BookingState
VISITORS = 6
VEHICLE_SEATS = 8
# One group at a time with a margin, and two groups of eight people together.
SITES: tuple[dict[str, int], ...] = (
    {"groups": 1, "margin_minutes": 15},
    {"groups": 2, "people": 8, "margin_minutes": 0},
)
# When it starts, how many seats there are, the numbers of its sites, guide and vehicle, its terms.
DEPARTURES: tuple[tuple[int, int, tuple[int, ...], int, int | None, dict[str, Any]], ...] = (
    (40, 4, (0,), 0, None, {"confirmation": Confirmation.STAFF}),
    (41, 3, (1,), 1, None, {}),
    (60, 6, (0, 1), 0, 0, {"minimum_to_run": 5}),
    (100, 2, (1,), 1, 1, {"cancel_hours": 48}),
)
numbers = st.integers(0, 99)
sizes = st.integers(1, 4)


class Ledger(RuleBasedStateMachine):
    """Four departures and six visitors; the clock stands but for what rules let pass."""

    app_settings: Settings

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.reads = Clock(), core.clock.system_time
        # Tomorrow at nine in Shanghai: the database, which reads its own clock, is never ahead.
        self.clock.set(day_start(today() + dt.timedelta(days=1)) + dt.timedelta(hours=9))
        core.clock.system_time = self.clock.read
        self.worker = Worker(self.app_settings)
        self.sites = [create_site(capacity=limits) for limits in SITES]
        self.guides = [create_guide() for _ in range(2)]
        self.vehicles = [create_vehicle(seats=VEHICLE_SEATS) for _ in range(2)]
        self.departures = [self.create(number) for number in range(len(DEPARTURES))]
        # Staff may put a visit on another one of the same people: those they moved.
        self.moved: set[str] = set()
        self.visitors = [create_visitor() for _ in range(VISITORS)]
        self.refused: set[str] = set()
        self.attempt(lambda: ask(self.visitors[0], self.departure(0), 3))
        self.attempt(lambda: ask(self.visitors[1], self.departure(3), 2))
        self.attempt(lambda: wait(self.visitors[2], self.departure(3), 2))
        self.attempt(self.propose_first)

    def teardown(self) -> None:
        core.clock.system_time = self.reads
        for document in DOCUMENTS:
            document._get_collection().delete_many({})

    def create(self, number: int) -> str:
        """Put a departure into the calendar, with all that it takes; return its id."""
        hours, capacity, sites, guide, vehicle, rules = DEPARTURES[number]
        plan = plans.from_sites(
            self.stays(sites),
            title=Words(zh="演示线路"),
            starts_at=now() + dt.timedelta(hours=hours),
            terms=terms(**rules),
        )
        made = departures.build(
            plan,
            capacity=capacity,
            guide=self.guides[guide],
            vehicle=None if vehicle is None else self.vehicles[vehicle],
        )
        return str(departures.create(DESK, made).id)

    def propose_first(self) -> None:
        """Let a visitor ask for a visit of their own, and propose one over both sites."""
        asked = asking.ask(self.visitors[5], Ask(**wish(dates=[day(9)], party=3)))
        self.propose_to(asked, hours=80, sites=(0, 1), guide=self.guides[0])

    def propose_to(
        self,
        visit: Visit,
        *,
        hours: int,
        sites: Sequence[int],
        guide: str | None = None,
        vehicle: str | None = None,
    ) -> None:
        composition = Composition(
            now() + dt.timedelta(hours=hours),
            stays=tuple(self.stays(sites)),
            title=Words(zh="测试行程"),
            guide=guide,
            vehicle=vehicle,
        )
        proposing.propose(DESK, visit.id, composition, revision=visit.revision)

    def stays(self, sites: Sequence[int]) -> list[Stay]:
        """Return two hours, shared by some of the sites."""
        minutes = 120 // len(sites)
        return [Stay(self.sites[number], minutes - 10, 10) for number in sites]

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

    def own(self, one: Booking | Visit) -> Visitor:
        found = Visitor.objects(id=one.visitor).first()
        if found is None:
            raise NotFound
        visitor: Visitor = found
        return visitor

    def attempt(self, act: Callable[[], Any]) -> None:
        """Do what may be refused, a moment later than what was before."""
        self.clock.advance(seconds=1)
        with contextlib.suppress(AppError):
            act()

    def outcome(self, act: Callable[[], Any]) -> str:
        """Do what may be refused; return the code of the refusal, or nothing."""
        self.clock.advance(seconds=1)
        try:
            act()
        except AppError as error:
            self.refused.add(error.code)
            return error.code
        return ""

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
        assert not ending.is_pending()
        check_visits(until=now())
        for departure in Departure.objects(state=DepartureState.OPEN, cancel_by__lte=now()):
            assert departure.queue == []
            assert departure.held == 0 or departure.minimum is not Minimum.AHEAD
            assert departure.minimum is not Minimum.DUE or cutoffs.decide_by(departure) > now()

    @rule(where=numbers, minutes=st.sampled_from((-1_000, -90, 20, 200)))
    def come_to_the_visit(self, where: int, minutes: int) -> None:
        """Let the time pass until the cut-off is over, shortly before, in, or after a visit."""
        self.wait_until(self.departure(where).starts_at + dt.timedelta(minutes=minutes))

    def wait_until(self, moment: dt.datetime) -> None:
        if moment > now():
            self.wait_a_while((moment - now()) / dt.timedelta(minutes=1))

    @rule(where=numbers)
    def open_anew(self, where: int) -> None:
        """Put another departure in the place of one that has begun."""

        def act() -> None:
            self.departures[number] = self.create(number)

        number = where % len(DEPARTURES)
        if self.departure(number).starts_at < now():
            self.attempt(act)  # what was moved or is a bespoke visit may be in the way

    @invariant()
    def the_books_agree(self) -> None:
        check_books(moved=self.moved)

    @invariant()
    def nothing_is_in_two_places(self) -> None:
        check_taken()
        check_visits()

    @invariant()
    def only_too_few_people_are_sent_home_by_the_clock(self) -> None:
        for departure in Departure.objects(
            state=DepartureState.CANCELLED, reason=reasons.TOO_FEW, minimum=Minimum.DUE
        ):
            ended = Booking.objects(departure=departure.id, state=S.CANCELLED)
            steps = [(one.party, *one.steps[-2:]) for one in ended]
            people = sum(
                party
                for party, before, last in steps
                if last.by is By.SYSTEM and before.state.value in cutoffs.COUNTED
            )
            assert people < departure.terms.minimum_to_run
        assert not Departure.objects(reason=reasons.TOO_FEW, minimum__ne=Minimum.DUE)
