"""What WeChat pushes: taken once, kept with the job that handles it, answered at once.

`services.wechat_events` handles it in the worker. Nothing here calls WeChat.
"""

import datetime as dt
from collections.abc import Mapping

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core import logs
from core.clock import now
from core.db import transaction
from core.errors import NotFound
from core.ids import new_id
from core.metrics import WECHAT_PUSHES
from core.settings import Settings
from models.wechat_pushes import WechatPush
from services import outbox, personal_data
from wechat import formats
from wechat.pushes import InvalidPush, Push, PushReader

HANDLE_JOB = "wechat.handle_push"
KEPT = dt.timedelta(days=30)
# What has no text can be looked at in the platform's own console of customer service.
FORWARDED = "image"

logger = logs.get(__name__)

_readers: list[PushReader] = []


def configure(settings: Settings) -> None:
    """Make the reader of this process."""
    _readers[:] = [PushReader(settings)]


def echo(query: Mapping[str, str]) -> str:
    """Return what proves to the platform that this address is ours.

    Raises `NotFound` without WECHAT_TOKEN, `InvalidPush`.
    """
    with _Counted():
        return _reader().echo(query)


def receive(query: Mapping[str, str], body: bytes) -> str:
    """Keep a push with the job that handles it, unless it came before; return the passive reply.

    The reply is empty for most. Raises as `echo` does.
    """
    reader = _reader()
    with _Counted():
        push = reader.read(query, body)
    WECHAT_PUSHES.labels("new" if keep(push) else "repeated").inc()
    if push.kind != FORWARDED:
        return ""
    return reader.reply(
        {
            "ToUserName": push.openid,
            "FromUserName": push.text("ToUserName"),
            "CreateTime": int(now().timestamp()),
            "MsgType": "transfer_customer_service",
        }
    )


def keep(push: Push) -> bool:
    """Write a push and its job in one step; False when it is there already."""
    push_id, moment = new_id(), now()
    row = {
        "_id": push_id,
        "identity": push.identity,
        "openid": push.openid,
        "kind": push.kind,
        **personal_data.sealed(
            WechatPush, push_id, {"content": formats.write(push.fields, "json")}
        ),
        "at": dt.datetime.fromtimestamp(push.created, dt.UTC),
        "received_at": moment,
        "drop_at": moment + KEPT,
    }

    def work(session: ClientSession) -> None:
        WechatPush._get_collection().insert_one(row, session=session)
        outbox.enqueue(HANDLE_JOB, {"push": push_id}, session=session)

    try:
        transaction(work)
    except DuplicateKeyError:
        return False
    return True


def opened(found: WechatPush) -> Push:
    """Return a kept push as it came."""
    return Push(formats.read(personal_data.opened(found, "content") or ""))


def claim(found: WechatPush) -> bool:
    """Note that what can be done once only is about to be done; False when somebody did before."""
    moment = now()
    claimed = WechatPush._get_collection().update_one(
        {"_id": found.id, "told_at": None}, {"$set": {"told_at": moment}}
    )
    if claimed.modified_count:
        found.told_at = moment
    return bool(claimed.modified_count)


def _reader() -> PushReader:
    if not _readers:
        message = "services.wechat_pushes.configure was not called"
        raise RuntimeError(message)
    if not _readers[0].is_open:
        raise NotFound
    return _readers[0]


class _Counted:
    """Counts and logs what is refused, with the reason that the answer does not tell."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        """Look at what was raised."""
        if isinstance(error, InvalidPush):
            WECHAT_PUSHES.labels("refused").inc()
            logger.warning("wechat_push_refused", reason=error.reason)
