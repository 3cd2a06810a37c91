"""Bespoke visits, as rules with what must come of them; they share calendar and people with all."""

import datetime as dt
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import rule

from core.errors import NotFound
from models.bookings import Booking, BookingState
from models.departures import Audience, Departure, DepartureState
from models.visits import ProposalState, Visit, VisitState
from services.visits import answering, asking, finding
from services.visits.asking import Ask
from tests.services.bookings.ledger import Ledger, numbers, sizes
from tests.visiting import DESK, wait
from tests.visiting import request as book
from tests.visits.asking import day, wish

V = VisitState
# Which sites of the two a proposal leads to.
ROUNDS = ((0,), (1,), (0, 1))


class Delegations(Ledger):
    """Asked for, proposed in versions, answered, or left until it lapses."""

    def visit(self, number: int, *states: VisitState) -> Visit:
        found = list(Visit.objects(state__in=states or list(V)).order_by("created_at", "id"))
        if not found:
            raise NotFound
        chosen: Visit = found[number % len(found)]
        return chosen

    @rule(who=numbers, party=sizes, ahead=st.sampled_from((1, 3, 9)), calls=st.booleans())
    def ask_for_a_visit(self, who: int, party: int, ahead: int, calls: bool) -> None:
        wanted = Ask(**wish(dates=[day(ahead)], party=party))
        if calls:
            self.attempt(lambda: asking.ask_for(DESK, wanted))
            return
        visitor = self.visitor(who)
        waiting = Visit.objects(visitor=visitor.id, state__in=[V.ASKED, V.PROPOSED]).count()
        code = self.outcome(lambda: asking.ask(visitor, wanted))
        assert code == ("too_many_asks" if waiting >= asking.OPEN_MAX else "")

    @rule(
        which=numbers,
        hours=st.integers(2, 110),
        sites=st.sampled_from(ROUNDS),
        guide=st.integers(0, 2),
        vehicle=st.integers(0, 2),
    )
    def propose(
        self, which: int, hours: int, sites: tuple[int, ...], guide: int, vehicle: int
    ) -> None:
        """Propose something; refused, the version before stands and holds what it held."""

        def act() -> None:
            visit = self.visit(which, V.ASKED, V.PROPOSED)
            before = finding.open_proposal(visit)
            code = self.outcome(
                lambda: self.propose_to(
                    visit,
                    hours=hours,
                    sites=sites,
                    guide=[None, *self.guides][guide],
                    vehicle=[None, *self.vehicles][vehicle],
                )
            )
            self.check_proposed(visit, before and before.departure, code)

        self.attempt(act)

    def check_proposed(self, before: Visit, held: str | None, code: str) -> None:
        """Check what became of a request that was asked or proposed."""
        visit = Visit.objects.get(id=before.id)
        if code:
            assert code in ("resource_conflict", "list_full")
            assert visit.to_mongo() == before.to_mongo()
            return
        assert visit.state is V.PROPOSED
        assert [one.version for one in visit.proposals] == list(range(1, len(before.proposals) + 2))
        if held is not None:
            assert visit.proposals[-2].state is ProposalState.REPLACED
            assert Departure.objects.get(id=held).state is DepartureState.CANCELLED

    @rule(which=numbers, old=st.sampled_from((False, False, False, True)))
    def accept(self, which: int, old: bool) -> None:
        """Accept the newest version, or one before it; for who called the desk does."""

        def act() -> None:
            visit = self.visit(which, V.PROPOSED)
            version = len(visit.proposals) - (old and len(visit.proposals) > 1)
            code = self.outcome(lambda: self.answer(visit, version))
            after, newest = Visit.objects.get(id=visit.id), visit.proposals[-1]
            if version < newest.version:
                assert code == "proposal_ended"
            if code:
                assert after.to_mongo() == visit.to_mongo()
                return
            booking = Booking.objects.get(id=after.booking)
            assert (after.state, after.departure) == (V.ACCEPTED, newest.departure)
            assert (booking.state, booking.party) == (BookingState.CONFIRMED, visit.party)
            departure = Departure.objects.get(id=newest.departure)
            assert (departure.state, departure.held) == (DepartureState.OPEN, visit.party)

        self.attempt(act)

    def answer(self, visit: Visit, version: int) -> None:
        if visit.visitor is None:
            answering.accept_for(DESK, visit.id, version=version)
        else:
            answering.accept(self.own(visit), visit.id, version=version)

    @rule(which=numbers)
    def ask_for_a_change(self, which: int) -> None:
        def act() -> None:
            visit = self.visit(which, V.PROPOSED)
            number = len(visit.proposals)
            answering.ask_change(self.own(visit), visit.id, version=number, text="请改时间")
            self.check_freed(visit, V.ASKED, ProposalState.CHANGE_ASKED)

        self.attempt(act)

    @rule(which=numbers)
    def withdraw(self, which: int) -> None:
        def act() -> None:
            visit = self.visit(which, V.ASKED, V.PROPOSED)
            if visit.visitor is None:
                answering.withdraw_for(DESK, visit.id)
            else:
                answering.withdraw(self.own(visit), visit.id)
            self.check_freed(visit, V.WITHDRAWN, ProposalState.WITHDRAWN)

        self.attempt(act)

    @rule(which=numbers)
    def decline(self, which: int) -> None:
        """Decline a request; one that was answered is refused."""

        def act() -> None:
            visit = self.visit(which)
            code = self.outcome(lambda: answering.decline(DESK, visit.id, reason="无法接待"))
            assert (code == "") == (visit.state in (V.ASKED, V.PROPOSED))
            if not code:
                self.check_freed(visit, V.DECLINED, ProposalState.WITHDRAWN)

        self.attempt(act)

    @rule(which=numbers)
    def leave_unanswered(self, which: int) -> None:
        """Let the time of a proposal pass."""

        def act() -> None:
            visit = self.visit(which, V.PROPOSED)
            self.wait_until(visit.proposals[-1].expires_at + dt.timedelta(minutes=1))
            self.check_freed(visit, V.LAPSED, ProposalState.EXPIRED)

        self.attempt(act)

    def check_freed(self, before: Visit, state: VisitState, ended: ProposalState) -> None:
        """Check that a request is in a state, and what was open before holds nothing."""
        visit = Visit.objects.get(id=before.id)
        assert visit.state is state
        if (held := finding.open_proposal(before)) is not None:
            assert visit.proposals[held.version - 1].state is ended
            assert Departure.objects.get(id=held.departure).state is DepartureState.CANCELLED

    @rule(who=numbers, where=numbers, waits=st.booleans())
    def intrude(self, who: int, where: int, waits: bool) -> None:
        """Nobody else gets upon the visit of a delegation, or knows of it."""
        private = list(Departure.objects(audience=Audience.PRIVATE).order_by("created_at", "id"))
        if private:
            found: Any = private[where % len(private)]
            act = wait if waits else book
            assert self.outcome(lambda: act(self.visitor(who), found, 1)) == "not_found"
