"""Deleting an account: everything held about a visitor goes in one transaction.

What others need stays without any trace of whom it was about: the record of a call that was made.
A test walks every collection and proves both.
"""

from pymongo.client_session import ClientSession

from core.db import transaction
from models.favourites import Favourite
from models.held_texts import HeldText
from models.history import HistoryEntry
from models.notifications import CallState, CallTask, InboxEntry
from models.questions import Question
from models.subscriptions import SubscriptionCredit, SubscriptionMessage
from models.visitors import EmailCode, Visitor, VisitorSession
from models.wechat_pushes import WechatPush, WechatWindow
from services import personal_data

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
# Documents of an openid, which somebody without an account has too.
OF_OPENID = (WechatPush, Question, WechatWindow)


def delete(visitor_id: str) -> None:
    """Delete a visitor with all that is held about them; nothing happens when they are gone."""

    def work(session: ClientSession) -> None:
        row = Visitor._get_collection().find_one_and_delete({"_id": visitor_id}, session=session)
        if row is None:
            return
        for document in OWNED:
            document._get_collection().delete_many({"visitor": visitor_id}, session=session)
        _forget_calls(visitor_id, session)
        if openid := row.get("openid"):
            _forget_openid(openid, session)
        if email := personal_data.opened(Visitor._from_son(row), "email"):
            condition = {"email_index": personal_data.indexed("email", email)}
            EmailCode._get_collection().delete_many(condition, session=session)

    transaction(work)


def delete_openid(openid: str) -> None:
    """Delete what somebody wrote in WeChat, also when they have no account."""
    transaction(lambda session: _forget_openid(openid, session))


def _forget_openid(openid: str, session: ClientSession) -> None:
    for document in OF_OPENID:
        document._get_collection().delete_many({"openid": openid}, session=session)


def _forget_calls(visitor_id: str, session: ClientSession) -> None:
    """Drop calls that are due; let those that were made say nothing of whom."""
    calls, own = CallTask._get_collection(), {"visitor": visitor_id}
    calls.delete_many({**own, "state": CallState.OPEN.value}, session=session)
    about = ("visitor", "name", "phone", "phone_index", "note", "data")
    calls.update_many(own, {"$unset": dict.fromkeys(about, "")}, session=session)
