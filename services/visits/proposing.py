"""Proposing an itinerary: its departure holds what it takes until the delegation has answered.

A new version takes the place of the open one in one transaction: what that held comes free first.
Whoever ends a proposal writes its departure first, so that of two at one moment one waits.
"""

import datetime as dt
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict
from models.departures import Departure, DepartureState
from models.notifications import Event
from models.visits import PROPOSALS_MAX, Proposal, ProposalState, Visit, VisitState
from services import booking_policy, conflicts, departures, outbox, permissions
from services.actors import Actor, system
from services.bookings.telling import shown
from services.visits import composing, finding, steps, telling
from services.visits.composing import Composition

EXPIRE_JOB = "visits.expire"
CLOCK = system(EXPIRE_JOB)


def propose(actor: Actor, visit_id: str, composition: Composition, *, revision: int) -> Visit:
    """Propose an itinerary for the request that was seen at `revision`.

    Raises `Forbidden`, `NotFound`, what `composing.build` and `conflicts.claim` do, and `Conflict`
    with `stale_revision`, `wrong_state` or `list_full`.
    """
    permissions.require(actor, finding.RESOURCE, "write", f"visits:{visit_id}")
    departure = composing.build(finding.get(visit_id), composition)

    def work(session: ClientSession) -> Visit:
        visit = finding.get(visit_id, session)
        _expect(visit, revision)
        changes = _replace(visit, session)
        departures.insert(actor, departure, session)
        proposal = _proposal(actor, visit, departure, composition.note)
        after = steps.move(
            visit,
            VisitState.PROPOSED,
            session=session,
            actor=actor,
            changes=changes,
            told=_told(proposal),
        )
        after = _add(after, proposal, session)
        _await_answer(after, proposal, session)
        telling.tell(
            Event.VISIT_PROPOSED,
            after,
            session=session,
            departure=departure,
            deadlines=(proposal.expires_at,),
            version=proposal.version,
            until=shown(proposal.expires_at),
        )
        return after

    return transaction(work)


def expire(visit_id: str, departure_id: str) -> bool:
    """Let a proposal expire whose time is over; False when it was answered.

    Raises `outbox.Later` when it is not due yet.
    """
    visit = finding.get(visit_id)
    proposal = finding.open_proposal(visit)
    if proposal is None or proposal.departure != departure_id:
        return False
    if (ahead := (proposal.expires_at - now()).total_seconds()) > 0:
        # The clock of this host is behind that of the one which took the job before.
        raise outbox.Later(ahead, "the proposal holds a little longer")

    def work(session: ClientSession) -> None:
        departure = end(departure_id, session)
        found = finding.get(visit_id, session)
        after = steps.move(
            found,
            VisitState.LAPSED,
            session=session,
            actor=CLOCK,
            changes=marked(found, proposal.version, ProposalState.EXPIRED),
            told={"version": proposal.version},
        )
        telling.tell(
            Event.VISIT_LAPSED,
            after,
            session=session,
            departure=departure,
            version=proposal.version,
        )

    try:
        transaction(work)
    except Conflict:
        return False  # it was answered at this moment
    return True


def end(departure_id: str, session: ClientSession) -> Departure:
    """Take back what an open proposal holds; to be the first of its transaction.

    Raises `Conflict("proposal_ended")` when it is open no more.
    """
    departure = settle(departure_id, DepartureState.CANCELLED, session)
    conflicts.free(departure_id, session=session)
    return departure


def settle(departure_id: str, to: DepartureState, session: ClientSession) -> Departure:
    """Move the departure of a proposal on, as the first write of a transaction.

    Raises `Conflict("proposal_ended")`.
    """
    row = Departure._get_collection().find_one_and_update(
        {"_id": departure_id, "state": DepartureState.PROPOSED.value},
        {"$set": {"state": to.value, "updated_at": now()}, "$inc": {"revision": 1}},
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    if row is None:
        raise Conflict("proposal_ended")
    found: Departure = Departure._from_son(row)
    return found


def marked(visit: Visit, version: int, state: ProposalState) -> dict[str, Any]:
    """Return the changes that give a proposal of a request another state."""
    place = next(n for n, one in enumerate(visit.proposals) if one.version == version)
    return {f"proposals.{place}.state": state.value, f"proposals.{place}.answered_at": now()}


def _replace(visit: Visit, session: ClientSession) -> dict[str, Any]:
    """End the open proposal, if there is one; return what changes on the request."""
    held = finding.open_proposal(visit)
    if held is None:
        return {}
    end(held.departure, session)
    return marked(visit, held.version, ProposalState.REPLACED)


def _expect(visit: Visit, revision: int) -> None:
    if visit.revision != revision:
        raise Conflict("stale_revision", current=visit.revision, given=revision)
    if len(visit.proposals) >= PROPOSALS_MAX:
        raise Conflict("list_full", limit=PROPOSALS_MAX)


def _proposal(actor: Actor, visit: Visit, departure: Departure, note: str | None) -> Proposal:
    moment = now()
    until: dt.datetime = min(moment + booking_policy.current().proposal, departure.starts_at)
    return Proposal(
        version=len(visit.proposals) + 1,
        departure=departure.id,
        note=note,
        expires_at=until,
        made_at=moment,
        made_by=actor.id,
        made_by_name=actor.name,
    )


def _add(visit: Visit, proposal: Proposal, session: ClientSession) -> Visit:
    """Add a proposal to a request that this transaction has moved on."""
    row = Visit._get_collection().find_one_and_update(
        {"_id": visit.id},
        {"$push": {"proposals": proposal.to_mongo()}},
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    found: Visit = Visit._from_son(row)
    return found


def _await_answer(visit: Visit, proposal: Proposal, session: ClientSession) -> None:
    outbox.enqueue(
        EXPIRE_JOB,
        {"visit": visit.id, "departure": proposal.departure},
        run_at=proposal.expires_at,
        dedupe_key=f"{EXPIRE_JOB}:{proposal.departure}",
        session=session,
    )


def _told(proposal: Proposal) -> dict[str, Any]:
    return {
        "version": proposal.version,
        "departure": proposal.departure,
        "expires_at": proposal.expires_at,
    }
