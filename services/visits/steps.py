"""The states of a request for a bespoke visit: which follows which, and the one way to move on."""

from collections.abc import Mapping
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import Conflict, NotFound
from models.visits import Visit, VisitState
from services import audit
from services.actors import Actor

Row = Mapping[str, Any]

S = VisitState
# From which states each one is reached. Who asks for a change has asked again.
FROM: Mapping[VisitState, frozenset[VisitState]] = {
    S.ASKED: frozenset({S.PROPOSED}),
    S.PROPOSED: frozenset({S.ASKED, S.PROPOSED}),
    S.ACCEPTED: frozenset({S.PROPOSED}),
    S.WITHDRAWN: frozenset({S.ASKED, S.PROPOSED}),
    S.DECLINED: frozenset({S.ASKED, S.PROPOSED}),
    S.LAPSED: frozenset({S.ASKED, S.PROPOSED}),
}
# How the audit log names what staff or the clock do; only the delegation asks for a change.
VERBS: Mapping[VisitState, str] = {
    S.PROPOSED: "propose",
    S.ACCEPTED: "accept",
    S.WITHDRAWN: "withdraw",
    S.DECLINED: "decline",
    S.LAPSED: "lapse",
}
# What staff or the delegation still have to decide.
OPEN = (S.ASKED, S.PROPOSED)


def move(
    visit: Visit,
    to: VisitState,
    *,
    session: ClientSession,
    actor: Actor | None = None,
    changes: Row | None = None,
    told: Row | None = None,
) -> Visit:
    """Move a request on in a transaction, if it is as it was read; return it as it is then.

    What an `actor` does, of staff or the clock, goes on record, with what `told` adds.
    `changes` are fields to set. Raises `NotFound`, and `Conflict` with `wrong_state` when it is in
    no state that `to` follows, or changed since it was read.
    """
    rows = Visit._get_collection()
    guard = {
        "_id": visit.id,
        "revision": visit.revision,
        "state": {"$in": [one.value for one in FROM[to]]},
    }
    update = {
        "$set": {"state": to.value, "updated_at": now(), **(changes or {})},
        "$inc": {"revision": 1},
    }
    row = rows.find_one_and_update(
        guard, update, return_document=ReturnDocument.AFTER, session=session
    )
    if row is None:
        found = rows.find_one({"_id": visit.id}, {"state": 1}, session=session)
        if found is None:
            raise NotFound
        raise Conflict("wrong_state", state=found["state"])
    after: Visit = Visit._from_son(row)
    if actor is not None:
        audit.record(
            actor,
            f"visits.{VERBS[to]}",
            f"visits:{visit.id}",
            before={"state": visit.state.value},
            after={"state": after.state.value, **(told or {})},
            session=session,
        )
    return after
