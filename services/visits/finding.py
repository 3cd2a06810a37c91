"""Requests for bespoke visits by their ids and in lists, for whom they are there."""

from typing import Any

from pymongo.client_session import ClientSession

from core.errors import NotFound
from models.visits import Proposal, ProposalState, Visit, VisitState
from services import audit, keyset, permissions, personal_data
from services.actors import Actor
from services.keyset import Position
from services.visitors import profiles

RESOURCE = "visits"
BY_PHONE_MAX = 50


def own(visitor_id: str, visit_id: str, session: ClientSession | None = None) -> Visit:
    """Return a request of a visitor; raise `NotFound`, also for somebody else's."""
    return _one({"_id": visit_id, "visitor": visitor_id}, session)


def get(visit_id: str, session: ClientSession | None = None) -> Visit:
    """Return a request; raise `NotFound`."""
    return _one({"_id": visit_id}, session)


def mine(visitor_id: str, *, limit: int, after: Position | None = None) -> list[Visit]:
    """Return the requests of a visitor, the newest first."""
    return _listed({"visitor": visitor_id}, limit, after)


def listing(
    actor: Actor, *, state: VisitState | None, limit: int, after: Position | None = None
) -> list[Visit]:
    """Return requests after a position, the newest first."""
    permissions.require(actor, RESOURCE, "read")
    return _listed({} if state is None else {"state": state.value}, limit, after)


def by_phone(actor: Actor, phone: str) -> list[Visit]:
    """Return the newest requests of a number, as it is typed; raise `Invalid`."""
    permissions.require(actor, RESOURCE, "reveal")
    number = profiles.international(phone)
    return _listed({"phone_index": personal_data.indexed("phone", number)}, BY_PHONE_MAX, None)


def reveal(actor: Actor, visit_id: str) -> Visit:
    """Return a request for somebody who reads whom it is from; that is on record."""
    target = f"{RESOURCE}:{visit_id}"
    permissions.require(actor, RESOURCE, "reveal", target)
    visit = get(visit_id)
    about = {"visitor": visit.visitor} if visit.visitor else None
    audit.record(actor, f"{RESOURCE}.reveal", target, after=about)
    return visit


def open_proposal(visit: Visit) -> Proposal | None:
    """Return the proposal that the delegation can still accept; None when there is none."""
    found: Proposal | None = next(
        (one for one in visit.proposals if one.state is ProposalState.OPEN), None
    )
    return found


def _one(query: dict[str, Any], session: ClientSession | None) -> Visit:
    row = Visit._get_collection().find_one(query, session=session)
    if row is None:
        raise NotFound
    found: Visit = Visit._from_son(row)
    return found


def _listed(query: dict[str, Any], limit: int, after: Position | None) -> list[Visit]:
    rows = Visit._get_collection().find({**query, **keyset.after(after, "created_at")})
    ordered = rows.sort([("created_at", -1), ("_id", -1)]).limit(limit)
    return [Visit._from_son(row) for row in ordered]
