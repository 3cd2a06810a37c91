"""The client of WeChat in this process, and the database as the place of what processes share."""

import datetime as dt
import hashlib
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pymongo.errors import DuplicateKeyError

from core.clock import now
from core.ids import new_id
from core.sealing import SealingError
from core.settings import Settings
from models.wechat_tokens import WechatToken
from services import personal_data
from wechat.client import WechatClient
from wechat.tokens import Token

# Longer than any fetch takes; a lock whose holder died is free after it.
LOCK_LASTS = dt.timedelta(seconds=5)
POLL_S = 0.05

_clients: list[WechatClient] = []


def configure(settings: Settings) -> None:
    """Make the client of this process."""
    _clients[:] = [WechatClient(settings, TokenStore())]


def client() -> WechatClient:
    """Return the client of this process."""
    if not _clients:
        message = "services.wechat_gateway.configure was not called"
        raise RuntimeError(message)
    return _clients[0]


class TokenStore:
    """Keeps the current token of each appid, and what is held back, in MongoDB."""

    def get(self, appid: str) -> Token | None:
        """Return the current token; None when there is none, or it does not open any more."""
        found: WechatToken | None = WechatToken.objects(id=appid, value__ne=None).first()
        if found is None:
            return None
        try:
            value = personal_data.opened(found, "value")
        except SealingError:
            return None
        return Token(value, found.renew_at) if value else None

    def put(self, appid: str, token: Token) -> None:
        """Make `token` the current one."""
        change = personal_data.sealed(WechatToken, appid, {"value": token.value})
        change |= {"digest": _digest(token.value), "renew_at": token.renew_at}
        WechatToken._get_collection().update_one({"_id": appid}, {"$set": change}, upsert=True)

    def expire(self, appid: str, value: str) -> None:
        """Drop the current token if it is still `value`."""
        WechatToken._get_collection().update_one(
            {"_id": appid, "digest": _digest(value)},
            {"$unset": {"value": "", "digest": "", "renew_at": ""}},
        )

    @contextmanager
    def lock(self, appid: str, *, wait_s: float) -> Iterator[None]:
        """Hold the right to fetch a token; raise `TimeoutError` when it is not free in time."""
        holder, until = new_id(), time.monotonic() + wait_s
        while not _take(appid, holder):
            if time.monotonic() + POLL_S > until:
                raise TimeoutError
            time.sleep(POLL_S)
        try:
            yield
        finally:
            WechatToken._get_collection().update_one(
                {"_id": appid, "locked_by": holder},
                {"$unset": {"locked_by": "", "locked_until": ""}},
            )

    def holds(self, appid: str) -> dict[str, dt.datetime]:
        """Return until when which APIs are held back."""
        found = WechatToken._get_collection().find_one({"_id": appid}, {"holds": 1}) or {}
        return dict(found.get("holds", {}))

    def hold(self, appid: str, api: str, until: dt.datetime) -> None:
        """Hold an API back until then."""
        WechatToken._get_collection().update_one(
            {"_id": appid}, {"$set": {f"holds.{api}": until}}, upsert=True
        )


def _take(appid: str, holder: str) -> bool:
    moment = now()
    try:
        WechatToken._get_collection().update_one(
            {"_id": appid, "locked_until": {"$not": {"$gt": moment}}},
            {"$set": {"locked_by": holder, "locked_until": moment + LOCK_LASTS}},
            upsert=True,
        )
    except DuplicateKeyError:  # it exists, and somebody holds it
        return False
    return True


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()
