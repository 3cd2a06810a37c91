"""Deleting an account: everything held about a visitor goes in one transaction.

What others need stays without any trace of whom it was about: the record of a call that was made,
visits that are over. Visits to come are cancelled first, and their seats given back. A test walks
every collection and proves it.
"""

import datetime as dt
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from models.bookings import LIVE, Booking, BookingState
from models.departures import Departure
from models.favourites import Favourite
from models.held_texts import HeldText
from models.history import HistoryEntry
from models.notifications import CallState, CallTask, InboxEntry
from models.questions import Question
from models.subscriptions import SubscriptionCredit, SubscriptionMessage
from models.visitors import EmailCode, Visitor, VisitorSession
from models.wechat_pushes import WechatPush, WechatWindow
from services import outbox, personal_data, text_checks
from services.bookings import cancelling
from services.text_checks import Written
from services.visits import ending

# Collections whose documents belong to the visitor that their field `visitor` names.
OWNED = (
    VisitorSession,
    Favourite,
    HistoryEntry,
    InboxEntry,
    SubscriptionCredit,
    SubscriptionMessage,
    HeldText,
)
TRIES = 20
# What a booking does not hold any more once its account is gone; what remains are figures.
ABOUT = (
    *("visitor", "name", "phone", "phone_index", "organisation", "companions", "plates"),
    *("no_car", "purpose", "needs", "feedback_text", "reason", "request_key", "request_hash"),
    "share_hash",
)
# What tells of whom a push is, and what it says.
ABOUT_PUSH = ("openid", "kind", "content", "at", "received_at", "told_at", "answered_with")


def delete(visitor_id: str, *, until: dt.datetime | None = None) -> None:
    """Delete a visitor with all that is held about them; nothing happens when they are gone.

    With `until` (UTC), what they wrote in WeChat from then on stays. Raises
    `Conflict` when they go on booking all the while.
    """
    for _ in range(TRIES):
        if _deleted(visitor_id, until):
            return
        # A visit was booked between the two.
    raise Conflict


def _deleted(visitor_id: str, until: dt.datetime | None) -> bool:
    """Cancel what is to come, then delete; False when there is something to cancel again."""
    for row in Booking._get_collection().find(_to_come(visitor_id)):
        try:
            cancelling.withdraw(Booking._from_son(row))
        except (Conflict, NotFound):
            continue  # it has ended meanwhile

    def work(session: ClientSession) -> bool:
        row = Visitor._get_collection().find_one_and_delete({"_id": visitor_id}, session=session)
        if row is None:
            return True
        if Booking._get_collection().find_one(_to_come(visitor_id), session=session) is not None:
            session.abort_transaction()
            return False
        ending.forget(visitor_id, session)
        for document in OWNED:
            document._get_collection().delete_many({"visitor": visitor_id}, session=session)
        outbox.forget(text_checks.key_of(Written.PROFILE, visitor_id), session)
        _forget_calls(visitor_id, session)
        _forget_bookings(visitor_id, session)
        if openid := row.get("openid"):
            _forget_openid(openid, until, session)
        if email := personal_data.opened(Visitor._from_son(row), "email"):
            condition = {"email_index": personal_data.indexed("email", email)}
            EmailCode._get_collection().delete_many(condition, session=session)
        return True

    return transaction(work)


def _to_come(visitor_id: str) -> dict[str, object]:
    """Return what finds bookings to cancel: a visit that has begun is not given back any more."""
    states = sorted(one.value for one in LIVE - {BookingState.CHECKED_IN})
    return {"visitor": visitor_id, "state": {"$in": states}, "starts_at": {"$gt": now()}}


def delete_openid(openid: str, *, until: dt.datetime) -> None:
    """Delete what somebody wrote in WeChat before `until`, also when they have no account."""
    transaction(lambda session: _forget_openid(openid, until, session))


def _forget_openid(openid: str, until: dt.datetime | None, session: ClientSession) -> None:
    """Forget what an openid wrote; of pushes, keep what tells a repetition."""
    pushes, own = WechatPush._get_collection(), {"openid": openid}

    def before(name: str) -> dict[str, Any]:
        return own if until is None else {**own, name: {"$lt": until}}

    old = [row["_id"] for row in pushes.find(before("at"), {"_id": 1}, session=session)]
    # A question may be written later than the message that it came with.
    asked = {"$or": [before("asked_at"), {**own, "push": {"$in": old}}]}
    Question._get_collection().delete_many(asked, session=session)
    WechatWindow._get_collection().delete_many(before("opened_at"), session=session)
    bare = {"$unset": dict.fromkeys(ABOUT_PUSH, ""), "$set": {"handled_at": now()}}
    pushes.update_many({"_id": {"$in": old}}, bare, session=session)


def _forget_calls(visitor_id: str, session: ClientSession) -> None:
    """Drop calls that are due; let those that were made say nothing of whom."""
    calls, own = CallTask._get_collection(), {"visitor": visitor_id}
    calls.delete_many({**own, "state": CallState.OPEN.value}, session=session)
    about = ("visitor", "name", "phone", "phone_index", "note", "data", "text")
    calls.update_many(own, {"$unset": dict.fromkeys(about, "")}, session=session)


def _forget_bookings(visitor_id: str, session: ClientSession) -> None:
    """Let bookings that are over say nothing of whom, nor the seats they had.

    One that is being placed at this moment is undone by whoever places it, or by the recovery.
    """
    bookings, own = Booking._get_collection(), {"visitor": visitor_id}
    departures = bookings.distinct("departure", own, session=session)
    nothing = {**dict.fromkeys(ABOUT, ""), "steps.$[].reason": ""}
    bookings.update_many(own, {"$unset": nothing}, session=session)
    Departure._get_collection().update_many(
        {"_id": {"$in": departures}, "holds.visitor": visitor_id},
        {"$unset": {"holds.$[own].visitor": ""}, "$set": {"updated_at": now()}},
        array_filters=[{"own.visitor": visitor_id}],
        session=session,
    )
