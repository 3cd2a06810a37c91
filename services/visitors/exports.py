"""Everything that is held about a visitor, in plain words, for the visitor."""

from typing import Any

from mongoengine import Document

from core.clock import now
from models.bookings import Booking
from models.favourites import Favourite
from models.held_texts import HeldText
from models.history import HistoryEntry
from models.notifications import CallTask, InboxEntry
from models.questions import Question
from models.subscriptions import SubscriptionCredit, SubscriptionMessage
from models.visitors import Visitor, VisitorSession
from models.visits import Visit
from models.wechat_pushes import WechatPush
from services import personal_data
from services.bookings import drafting

# What is kept from the export: secrets of the sign-in that are no use to anybody else, hashes of
# what is told in plain, counters, which of the staff has a call in hand, until when a request in
# hand is settled.
LEFT_OUT = frozenset(
    {
        *("session_key", "email_index", "phone_index", "token_hash", "touched", "visitor"),
        *("taken_by", "taken_by_name", "taken_at", "answered_by", "answered_by_name"),
        *("identity", "push", "told_at", "request_key", "request_hash", "share_hash", "settle_by"),
        *("decided_by", "decided_by_name", "trace"),
    }
)
NOBODY = ""
NEWEST_FIRST = ("-at", "-id")


def everything(visitor: Visitor) -> dict[str, Any]:
    """Return all that is held, unmasked."""
    own, written = {"visitor": visitor.id}, {"openid": visitor.openid or NOBODY}
    return {
        "exported_at": now(),
        "visitor": _plain(visitor),
        "sessions": [_plain(one) for one in VisitorSession.objects(**own).order_by("-created_at")],
        "favourites": [_plain(one) for one in Favourite.objects(**own).order_by(*NEWEST_FIRST)],
        "history": [_plain(one) for one in HistoryEntry.objects(**own).order_by(*NEWEST_FIRST)],
        "inbox": [_plain(one) for one in InboxEntry.objects(**own).order_by(*NEWEST_FIRST)],
        "bookings": [_booking(one) for one in Booking.objects(**own).order_by("-starts_at", "-id")],
        "subscriptions": [
            _plain(one) for one in SubscriptionCredit.objects(**own).order_by("template")
        ],
        "wechat_messages": [
            _plain(one) for one in SubscriptionMessage.objects(**own).order_by(*NEWEST_FIRST)
        ],
        "questions": [_plain(one) for one in Question.objects(**written).order_by("-asked_at")],
        "pushes": [_plain(one) for one in WechatPush.objects(**written).order_by("-at")],
        "visits": [_plain(one) for one in Visit.objects(**own).order_by("-created_at")],
        "held_texts": [_plain(one) for one in HeldText.objects(**own).order_by("-created_at")],
        "calls": [_plain(one) for one in CallTask.objects(**own).order_by("-created_at")],
    }


def _booking(booking: Booking) -> dict[str, Any]:
    """Return a booking with its sealed lists as lists."""
    lists = {name: drafting.unlisted(booking, name) for name in drafting.LISTS}
    return {**_plain(booking), **{name: texts for name, texts in lists.items() if texts}}


def _plain(document: Document) -> dict[str, Any]:
    """Return a document's fields by name, opened where they are encrypted."""
    sealed = getattr(document, "SEALED", ())
    return {
        name: personal_data.opened(document, name) if name in sealed else value
        for name, value in ((name, getattr(document, name)) for name in document._fields)
        if value is not None and name not in LEFT_OUT
    }
