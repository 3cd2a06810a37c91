"""What becomes of a request: accepted, to be changed, withdrawn, declined.

Accepting opens the departure to this one group and books its seats, all in one transaction, which
writes the departure first. Staff answer for who called and has no account.
"""

import orjson
from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Forbidden, NotFound
from models.bookings import Booking, BookingSource, By
from models.departures import Departure, DepartureState
from models.enums import Kind
from models.notifications import Event
from models.visitors import Visitor
from models.visits import Proposal, ProposalState, Visit, VisitState
from services import (
    desk_mail,
    itinerary_links,
    links,
    permissions,
    personal_data,
    reasons,
    seats,
    text_checks,
)
from services.actors import Actor
from services.bookings import arriving, company, drafting
from services.bookings.drafting import Details, Maker
from services.bookings.telling import shown
from services.desk_mail import Notice
from services.text_checks import Written
from services.visitors import engagements
from services.visits import asking, finding, proposing, steps, telling

S = VisitState


def accept(visitor: Visitor, visit_id: str, *, version: int) -> Visit:
    """Accept a version; done again, it answers the same.

    Raises `NotFound`, `Conflict` with `proposal_ended`, `visit_overlap` or `too_many_visits`.
    """
    visit = finding.own(visitor.id, visit_id)
    return _accept(visit, version, Maker(visitor, source=BookingSource.VISIT))


def accept_for(actor: Actor, visit_id: str, *, version: int) -> Visit:
    """Accept for somebody who called; raise what `accept` does, and `Forbidden`."""
    return _accept(
        _of_caller(actor, visit_id), version, Maker(None, actor, source=BookingSource.VISIT)
    )


def ask_change(visitor: Visitor, visit_id: str, *, version: int, text: str) -> Visit:
    """Ask for another itinerary than the one proposed; what that one held comes free.

    Raises `NotFound`, `Conflict("proposal_ended")`.
    """
    visit = finding.own(visitor.id, visit_id)
    proposal = _open(visit, version)

    def work(session: ClientSession) -> Visit:
        proposing.end(proposal.departure, session)
        found = finding.get(visit_id, session)
        told = {**answers(found), str(version): text}
        changes = {
            **proposing.marked(found, version, ProposalState.CHANGE_ASKED),
            **personal_data.sealed(Visit, visit_id, {"answers": orjson.dumps(told).decode()}),
        }
        after = steps.move(found, S.ASKED, session=session, changes=changes)
        text_checks.later(Written.ANSWERS, after, session)
        about = f"{visit_id}/{version}"
        desk_mail.tell(Notice.VISIT_CHANGE_ASKED, about, session=session, version=version)
        return after

    return transaction(work)


def withdraw(visitor: Visitor, visit_id: str) -> Visit:
    """Withdraw a request of one's own; raise `NotFound`, `Conflict("wrong_state")`."""
    finding.own(visitor.id, visit_id)

    def work(session: ClientSession) -> Visit:
        after, _ = _close(visit_id, S.WITHDRAWN, session)
        desk_mail.tell(Notice.VISIT_WITHDRAWN, visit_id, session=session, people=after.party)
        return after

    return transaction(work)


def withdraw_for(actor: Actor, visit_id: str) -> Visit:
    """Withdraw the request of somebody who called; raise what `withdraw` does, and `Forbidden`."""
    _of_caller(actor, visit_id)

    def work(session: ClientSession) -> Visit:
        after, _ = _close(visit_id, S.WITHDRAWN, session, actor=actor)
        return after

    return transaction(work)


def decline(actor: Actor, visit_id: str, *, reason: str, alternative: str | None = None) -> Visit:
    """Decline a request with a reason, and what could be instead; its visitor is told.

    Raises `Forbidden`, `NotFound`, `Invalid("reason_needed")`, `Conflict("wrong_state")`.
    """
    target = f"visits:{visit_id}"
    permissions.require(actor, finding.RESOURCE, "write", target)
    reasons.require(reason)
    instead = alternative or ""

    def work(session: ClientSession) -> Visit:
        changes = {"reason": reason, **({"alternative": instead} if instead else {})}
        after, departure = _close(visit_id, S.DECLINED, session, actor=actor, changes=changes)
        telling.tell(
            Event.VISIT_DECLINED,
            after,
            session=session,
            departure=departure,
            reason=reason,
            alternative=instead,
        )
        return after

    return transaction(work)


def answers(visit: Visit) -> dict[str, str]:
    """Return what the delegation asked to be changed, by version."""
    text = personal_data.opened(visit, "answers")
    found: dict[str, str] = {} if text is None else orjson.loads(text)
    return found


def _accept(visit: Visit, version: int, maker: Maker) -> Visit:
    proposal = itinerary_links.version_of(visit, version)
    if proposal is None:
        raise NotFound

    def work(session: ClientSession) -> Visit:
        departure = proposing.settle(proposal.departure, DepartureState.OPEN, session)
        found = finding.get(visit.id, session)
        if _open(found, version).expires_at <= now():
            raise Conflict("proposal_ended")
        booking = _book(found, departure, maker, session)
        changes = {
            **proposing.marked(found, version, ProposalState.ACCEPTED),
            "departure": departure.id,
            "booking": booking.id,
        }
        after = steps.move(
            found,
            S.ACCEPTED,
            session=session,
            actor=maker.actor,
            changes=changes,
            told={"version": version, "booking": booking.id},
        )
        if maker.actor is None:
            desk_mail.tell(
                Notice.VISIT_ACCEPTED,
                visit.id,
                session=session,
                version=version,
                at=shown(departure.starts_at),
                route=departure.title.zh,
            )
        left = company.remark(booking, departure, session)
        telling.tell(
            Event.VISIT_ACCEPTED,
            after,
            session=session,
            departure=departure,
            acted_at=now(),
            missing=left["missing"],
            missing_en=left["missing_en"],
        )
        return after

    try:
        return transaction(work)
    except Conflict as error:
        again = finding.get(visit.id)
        if error.code == "proposal_ended" and again.departure == proposal.departure:
            return again
        raise


def _book(visit: Visit, departure: Departure, maker: Maker, session: ClientSession) -> Booking:
    """Book the seats of a departure that this transaction has opened."""
    told = asking.plain(visit)
    details = Details(
        name=told["name"],
        phone=told["phone"],
        organisation=told["organisation"],
        purpose=told["purpose"],
        needs=told["needs"],
        # What went offline since the request interests nobody any more.
        tracks=tuple(one for one in visit.tracks if links.is_live(Kind.TRACKS, one)),
        language=visit.language,
        channel=visit.channel,
    )
    booking = drafting.draft(departure, int(visit.party), details, maker)
    seats.hold(departure.id, booking.id, booking.party, visitor=maker.visitor_id, session=session)
    if maker.visitor_id is not None:
        engagements.engage(
            *(maker.visitor_id, booking.id, booking.starts_at, booking.ends_at),
            by_themselves=False,
            session=session,
        )
    drafting.insert(booking, session)
    by = By.VISITOR if maker.actor is None else By.STAFF
    return arriving.arrive(
        booking, departure, by=by, session=session, actor=maker.actor, tells=False
    )


def _close(
    visit_id: str,
    to: VisitState,
    session: ClientSession,
    *,
    actor: Actor | None = None,
    changes: dict[str, str] | None = None,
) -> tuple[Visit, Departure | None]:
    """End a request, and its open proposal; return it, and the departure that was proposed."""
    visit = finding.get(visit_id, session)
    held = finding.open_proposal(visit)
    departure, all_changes = None, changes or {}
    if held is not None:
        departure = proposing.end(held.departure, session)
        marked = proposing.marked(visit, held.version, ProposalState.WITHDRAWN)
        all_changes = {**marked, **all_changes}
    after = steps.move(visit, to, session=session, actor=actor, changes=all_changes, told=changes)
    return after, departure


def _open(visit: Visit, version: int) -> Proposal:
    """Return an open version; raise `NotFound`, `Conflict("proposal_ended")`."""
    proposal = itinerary_links.version_of(visit, version)
    if proposal is None:
        raise NotFound
    if proposal.state is not ProposalState.OPEN:
        raise Conflict("proposal_ended")
    return proposal


def _of_caller(actor: Actor, visit_id: str) -> Visit:
    """Return the request of who has no account; visitors answer for themselves."""
    permissions.require(actor, finding.RESOURCE, "write", f"visits:{visit_id}")
    visit = finding.get(visit_id)
    if visit.visitor is not None:
        raise Forbidden
    return visit
