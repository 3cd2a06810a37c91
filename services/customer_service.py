"""Customer messages: to whom, how many, until when; and sending them.

The platform takes five within 48 hours of what somebody wrote, two within a minute of their
coming in. It knows no repetition: who calls `send` must have noted before that they do.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.errors import AppError
from core.ids import new_id
from models.wechat_pushes import WechatPush, WechatWindow
from services import wechat_gateway
from wechat.errcodes import BAD_TOKEN
from wechat.errors import OutOfWindow, WechatUnavailable
from wechat.messages import TextMessage

AFTER_WRITING = (dt.timedelta(hours=48), 5)
AFTER_COMING = (dt.timedelta(minutes=1), 2)
# The platform's limit is 2,048 bytes.
BYTES_MAX = 2_000
Row = Mapping[str, Any]


class NotSent(Exception):
    """It was surely not sent. `for_now`: trying again later may help."""

    def __init__(self, reason: str, *, for_now: bool) -> None:
        self.for_now = for_now
        super().__init__(reason)


class PerhapsSent(Exception):
    """Nobody knows whether it was sent: sending it again might tell them twice."""


def heard(found: WechatPush) -> None:
    """Note that somebody wrote; an older message, or the last one again, changes nothing."""
    later = {"opened_at": {"$lte": found.at}, "push": {"$ne": found.id}}
    _open(found, *AFTER_WRITING, instead_of=later)


def came_in(found: WechatPush) -> None:
    """Note that somebody came in without a word; an open window is the better one."""
    _open(found, *AFTER_COMING, instead_of={"until": {"$lt": found.at}})


def window(openid: str) -> WechatWindow | None:
    """Return the window that is open, with messages left in it."""
    found: WechatWindow | None = WechatWindow.objects(
        openid=openid, until__gt=now(), left__gt=0
    ).first()
    return found


def send(openid: str, text: str) -> None:
    """Send a text, for one of the messages left; raise `NotSent`, `PerhapsSent`."""
    taken = _take(openid)
    if taken is None:
        raise NotSent("window", for_now=False)
    try:
        wechat_gateway.client().send_customer(openid, TextMessage(_cut(text)))
    except WechatUnavailable as error:
        if not error.is_undone:
            raise PerhapsSent(error.reason) from None
        _change(taken, {"$inc": {"left": 1}})
        raise NotSent(error.reason, for_now=True) from None
    except OutOfWindow:
        _change(taken, {"$set": {"left": 0}})
        raise NotSent("window", for_now=False) from None
    except AppError as error:  # a refusal: nothing went out
        _change(taken, {"$inc": {"left": 1}})
        is_token = getattr(error, "errcode", None) in BAD_TOKEN
        raise NotSent(error.code, for_now=is_token) from None


def _open(
    found: WechatPush,
    lasts: dt.timedelta,
    messages: int,
    *,
    instead_of: Mapping[str, object],
) -> None:
    until = found.at + lasts
    opened = {
        "push": found.id,
        "opened_at": found.at,
        "until": until,
        "left": messages,
        "drop_at": until,
    }
    try:
        WechatWindow._get_collection().update_one(
            {"openid": found.openid, **instead_of},
            {"$set": opened, "$setOnInsert": {"_id": new_id()}},
            upsert=True,
        )
    except DuplicateKeyError:
        return  # there is one that stays


def _take(openid: str) -> Row | None:
    """Take a message of the window that is open; return which window it was."""
    taken: Row | None = WechatWindow._get_collection().find_one_and_update(
        {"openid": openid, "until": {"$gt": now()}, "left": {"$gt": 0}}, {"$inc": {"left": -1}}
    )
    return taken


def _change(window: Row, update: Mapping[str, object]) -> None:
    """Change a window, unless another one was opened in its place."""
    WechatWindow._get_collection().update_one(
        {"_id": window["_id"], "push": window["push"]}, update
    )


def _cut(text: str) -> str:
    """Return a text that the platform takes; half a character is none."""
    raw = text.encode()
    if len(raw) <= BYTES_MAX:
        return text
    return raw[:BYTES_MAX].decode(errors="ignore") + "…"
