"""The log of subscription messages, for staff, and what WeChat tells of them afterwards."""

from dataclasses import dataclass
from typing import Any

from models.notifications import Event
from models.subscriptions import SendState, SubscriptionMessage
from services import keyset, permissions
from services.actors import Actor
from services.keyset import Position

RESOURCE = "deliveries"


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


def arrived(message_id: str, errcode: int) -> None:
    """Take what WeChat pushes of a message that it took (subscribe_msg_sent_event)."""
    if errcode == 0:
        return
    SubscriptionMessage._get_collection().update_one(
        {"message_id": message_id, "state": SendState.SENT.value},
        {"$set": {"state": SendState.FAILED.value, "errcode": errcode}},
    )
