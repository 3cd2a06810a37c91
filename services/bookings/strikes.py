"""No-shows that count against a visitor, and the suspension that follows from them.

A no-show counts from its start; the suspension runs from when it was marked. It is reckoned anew
from the bookings whenever one of them changes, so that a mark taken back takes it back too.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.bookings import Booking, BookingState
from models.notifications import Event
from models.visitors import Visitor
from services import audit, booking_policy, notifications, permissions, reasons
from services.actors import Actor
from services.bookings import telling
from services.notifications import ToVisitor
from services.visitors import accounts

RESOURCE = "bookings"
# No account holds more of them than a look-up should read.
COUNTED_MAX = 500


@dataclass(frozen=True)
class Standing:
    """No-shows of a visitor that count now, and until when they cannot book by themselves."""

    visitor: str
    no_shows: int
    suspended_until: dt.datetime | None


@dataclass(frozen=True)
class _NoShow:
    starts_at: dt.datetime
    marked_at: dt.datetime


def standing(visitor_id: str) -> Standing:
    """Return how a visitor stands; raise `NotFound` when they are gone."""
    found: Visitor | None = Visitor.objects(id=visitor_id).first()
    if found is None:
        raise NotFound
    moment, within = now(), booking_policy.current().strikes_within
    counted = [one for one in _no_shows(found, None) if one.starts_at > moment - within]
    until = found.suspended_until
    return Standing(visitor_id, len(counted), until if until and until > moment else None)


def recount(visitor_id: str, *, session: ClientSession) -> None:
    """Suspend a visitor, or take a suspension back, as their no-shows say now; and tell them.

    To be called after the booking was moved, in the same transaction; before that the visitor
    is to be touched, so that two no-shows at one moment see each other.
    """
    row = Visitor._get_collection().find_one({"_id": visitor_id}, session=session)
    if row is None:
        return
    found: Visitor = Visitor._from_son(row)
    until = _suspension(_no_shows(found, session))
    if until == _running(found.suspended_until):
        return
    _set(visitor_id, {"suspended_until": until}, session)
    _tell(visitor_id, until, session)


def lift(actor: Actor, visitor_id: str, *, reason: str) -> Standing:
    """Forgive what was, and let a visitor book by themselves again.

    Raises `Invalid("reason_needed")`, `NotFound`, `Conflict("wrong_state")` when nothing counts.
    """
    target = f"visitors:{visitor_id}"
    permissions.require(actor, RESOURCE, "override", target)
    reasons.require(reason)

    def work(session: ClientSession) -> None:
        if not accounts.touch(visitor_id, session):
            raise NotFound
        row = Visitor._get_collection().find_one({"_id": visitor_id}, session=session)
        found: Visitor = Visitor._from_son(row)
        until = _running(found.suspended_until)
        if until is None and not _no_shows(found, session):
            raise Conflict("wrong_state", state="no_strikes")
        _set(visitor_id, {"suspended_until": None, "strikes_from": now()}, session)
        audit.record(
            actor,
            f"{RESOURCE}.lift",
            target,
            before={"suspended_until": until},
            after={"suspended_until": None, "reason": reason},
            session=session,
        )
        if until is not None:
            _tell(visitor_id, None, session)

    transaction(work)
    return standing(visitor_id)


def _no_shows(found: Visitor, session: ClientSession | None) -> list[_NoShow]:
    """Return the no-shows that were not forgiven, the first first."""
    query: dict[str, Any] = {"visitor": found.id, "state": BookingState.NO_SHOW.value}
    if found.strikes_from is not None:
        query["starts_at"] = {"$gte": found.strikes_from}
    rows = Booking._get_collection().find(query, {"starts_at": 1, "steps": 1}, session=session)
    newest = rows.sort([("starts_at", -1), ("_id", -1)]).limit(COUNTED_MAX)
    return [_NoShow(row["starts_at"], row["steps"][-1]["at"]) for row in newest][::-1]


def _suspension(no_shows: list[_NoShow]) -> dt.datetime | None:
    """Return until when no-shows suspend; None when they do not, or not any more."""
    policy = booking_policy.current()
    ends = [
        one.marked_at + policy.suspension
        for one in no_shows
        if sum(
            one.starts_at - policy.strikes_within < other.starts_at <= one.starts_at
            for other in no_shows
        )
        >= policy.strikes
    ]
    return _running(max(ends, default=None))


def _running(until: dt.datetime | None) -> dt.datetime | None:
    return until if until is not None and until > now() else None


def _set(visitor_id: str, fields: dict[str, Any], session: ClientSession) -> None:
    update = {
        "$set": {name: value for name, value in fields.items() if value is not None},
        "$unset": {name: "" for name, value in fields.items() if value is None},
    }
    Visitor._get_collection().update_one(
        {"_id": visitor_id}, {verb: what for verb, what in update.items() if what}, session=session
    )


def _tell(visitor_id: str, until: dt.datetime | None, session: ClientSession) -> None:
    event = Event.SUSPENDED if until else Event.SUSPENSION_LIFTED
    data = {"until": telling.shown(until)} if until else {}
    moment = int(now().timestamp() * 1000)
    key = f"{event.value}:{moment}"
    notifications.notify(event, ToVisitor(visitor_id), data, key, session=session)
