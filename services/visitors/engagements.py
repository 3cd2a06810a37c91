"""When a visitor is on a visit: no two visits of one visitor overlap.

The times lie on the visitor's own document, so that two requests at the same moment cannot both
find nothing, and an account that is deleted takes none.
"""

import datetime as dt
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import SHANGHAI, now
from core.errors import Conflict, NotFound
from models.visitors import ENGAGEMENTS_MAX, Visitor


def engage(
    visitor_id: str,
    booking_id: str,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    *,
    instead_of: str | None = None,
    by_themselves: bool = True,
    session: ClientSession | None = None,
) -> None:
    """Take a time (UTC, end excluded) for a booking, in the place of another one if told so.

    Raises `NotFound` for an account that is gone, `Conflict` with `visit_overlap` or
    `too_many_visits`, and with `booking_suspended` when visitors who book `by_themselves` may not.
    """
    if instead_of is not None:
        disengage(visitor_id, instead_of, session=session)
    moment = now()
    span = {"booking": booking_id, "starts_at": starts_at, "ends_at": ends_at}
    overlap = {
        "booking": {"$ne": booking_id},
        "starts_at": {"$lt": ends_at},
        "ends_at": {"$gt": starts_at},
    }
    guard: dict[str, Any] = {
        "_id": visitor_id,
        "engagements": {"$not": {"$elemMatch": overlap}},
        "engagements.booking": {"$ne": booking_id},
        f"engagements.{ENGAGEMENTS_MAX - 1}": {"$exists": False},
    }
    if by_themselves:
        guard["suspended_until"] = {"$not": {"$gt": moment}}
    # What is over makes room: nothing else asks for it.
    Visitor._get_collection().update_one(
        {"_id": visitor_id},
        {"$pull": {"engagements": {"ends_at": {"$lt": moment}}}},
        session=session,
    )
    done = Visitor._get_collection().update_one(
        guard, {"$push": {"engagements": span}, "$inc": {"touched": 1}}, session=session
    )
    if not done.matched_count:
        _explain(visitor_id, booking_id, span, session, by_themselves=by_themselves)


def disengage(visitor_id: str, booking_id: str, *, session: ClientSession | None = None) -> None:
    """Give the time of a booking back."""
    Visitor._get_collection().update_one(
        {"_id": visitor_id},
        {"$pull": {"engagements": {"booking": booking_id}}, "$inc": {"touched": 1}},
        session=session,
    )


def follow(
    visitor_id: str,
    booking_id: str,
    *,
    starts_at: dt.datetime,
    ends_at: dt.datetime,
    session: ClientSession,
) -> None:
    """Move the time of a booking, if it has one, whatever it then overlaps: staff moved a visit."""
    Visitor._get_collection().update_one(
        {"_id": visitor_id, "engagements.booking": booking_id},
        {
            "$set": {"engagements.$.starts_at": starts_at, "engagements.$.ends_at": ends_at},
            "$inc": {"touched": 1},
        },
        session=session,
    )


def check_suspension(visitor_id: str, session: ClientSession | None = None) -> None:
    """Raise `Conflict("booking_suspended")` for who may not book by themselves."""
    row = Visitor._get_collection().find_one(
        {"_id": visitor_id}, {"suspended_until": 1}, session=session
    )
    until = None if row is None else row.get("suspended_until")
    if until is not None and until > now():
        raise Conflict("booking_suspended", until=_day(until))


def _explain(
    visitor_id: str,
    booking_id: str,
    span: dict[str, Any],
    session: ClientSession | None,
    *,
    by_themselves: bool,
) -> None:
    """Raise why a time was not taken; return when the booking has its time already."""
    row = Visitor._get_collection().find_one({"_id": visitor_id}, session=session)
    if row is None:
        raise NotFound
    known = row.get("engagements", [])
    if any(one["booking"] == booking_id for one in known):
        return
    until = row.get("suspended_until")
    if by_themselves and until is not None and until > now():
        raise Conflict("booking_suspended", until=_day(until))
    for one in known:
        if one["starts_at"] < span["ends_at"] and one["ends_at"] > span["starts_at"]:
            raise Conflict(
                "visit_overlap", at=f"{one['starts_at'].astimezone(SHANGHAI):%m-%d %H:%M}"
            )
    if len(known) >= ENGAGEMENTS_MAX:
        raise Conflict("too_many_visits")
    raise Conflict


def _day(moment: dt.datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()
