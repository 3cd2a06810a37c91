"""The log of subscription messages, for staff, and what WeChat tells of them afterwards."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from models.notifications import Event
from models.subscriptions import SendState, SubscriptionMessage
from models.wechat_pushes import WechatPush
from services import keyset, notifications, outbox, permissions
from services.actors import Actor
from services.keyset import Position
from services.subscriptions import ledger
from services.visitors import accounts

RESOURCE = "deliveries"
# What becomes of a message may be told before its sender has noted the platform's id.
PATIENCE = dt.timedelta(minutes=1)
PAUSE_S = 5.0


@dataclass(frozen=True)
class Filters:
    """Which messages."""

    state: SendState | None = None
    event: Event | None = None
    visitor: str | None = None


def listing(
    actor: Actor, filters: Filters, *, limit: int, after: Position | None = None
) -> list[SubscriptionMessage]:
    """Return messages after a position (time, and id), the newest first."""
    permissions.require(actor, RESOURCE, "read")
    named = {name: value for name, value in vars(filters).items() if value is not None}
    query: dict[str, Any] = {**named, **keyset.after(after)}
    rows = SubscriptionMessage._get_collection().find(query)
    ordered = rows.sort([("at", -1), ("_id", -1)]).limit(limit)
    return [SubscriptionMessage._from_son(row) for row in ordered]


def arrived(found: WechatPush, message_id: str, template: str, errcode: int) -> None:
    """Take what WeChat pushes of a message that it took (subscribe_msg_sent_event).

    One that did not arrive goes by another channel. Raises `outbox.Later` while it may be about
    a message whose id the sender has not noted yet.
    """
    if errcode == 0:
        return
    sent: SubscriptionMessage | None = SubscriptionMessage.objects(message_id=message_id).first()
    if sent is not None:
        transaction(lambda session: _failed(sent, errcode, session))
    elif now() - found.received_at < PATIENCE and _is_being_sent(found.openid, template):
        raise outbox.Later(PAUSE_S, "the message is not known yet")


def has_failed(message: str, session: ClientSession) -> bool:
    """Tell whether WeChat said of a message that it did not arrive."""
    failed = {"_id": message, "state": SendState.FAILED.value}
    messages = SubscriptionMessage._get_collection()
    return messages.find_one(failed, {"_id": 1}, session=session) is not None


def _failed(sent: SubscriptionMessage, errcode: int, session: ClientSession) -> None:
    """Note that a message did not arrive, and let its entry go out again, once."""
    # The sender touches the visitor as well: it notes the delivery before this, or not at all.
    if not accounts.touch(sent.visitor, session):
        return
    noted = SubscriptionMessage._get_collection().update_one(
        {"_id": sent.id, "state": SendState.SENT.value},
        {"$set": {"state": SendState.FAILED.value, "errcode": errcode}},
        session=session,
    )
    if noted.modified_count:
        notifications.deliver_again(sent.id, session)


def _is_being_sent(openid: str, template: str) -> bool:
    visitor = ledger.visitor_of(openid)
    begun = {"visitor": visitor, "template": template, "state": SendState.SENDING}
    return visitor is not None and SubscriptionMessage.objects(**begun).first() is not None
