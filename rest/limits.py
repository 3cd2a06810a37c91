"""How often one caller may do a thing, counted in MongoDB for all processes together.

A limit is a gate: a function that a route calls; it raises `RateLimited`. No other request pays
for it. While the store is away each process counts in its own memory, so that it still limits,
and asks the store again after a pause.

The engine is `limits`, that of Flask-Limiter, whose hook on every request would make browsing
wait for a store that is away.
"""

import time
from typing import Any

from flask import current_app, g, request
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.storage.mongodb import MongoDBStorageBase
from limits.strategies import FixedWindowRateLimiter
from pymongo.errors import PyMongoError

from core import db, logs
from core.errors import RateLimited
from core.settings import Settings
from models.rate_counts import RateCount
from services.staff import lockout, policy

NOBODY = "nobody"
# How long a store that failed is left alone.
PAUSE_S = 5.0

logger = logs.get(__name__)


class _SharedCounters(MongoDBStorageBase):
    """Counters in the product's own database, over this process's own client."""

    def __init__(self) -> None:
        super().__init__("", counter_collection_name=RateCount._get_collection_name())

    @property
    def storage(self) -> Any:
        return db.client()

    @property
    def _database(self) -> Any:
        return db.database()

    def _init_mongo_client(self, uri: str | None, **options: Any) -> Any:
        del uri, options
        return db.client()

    def __del__(self) -> None:
        """Leave the client open: it is not the limiter's, and a process that ends makes none."""


class Limiter:
    """Counts in the shared store; in memory while that is away."""

    def __init__(self) -> None:
        self._shared = FixedWindowRateLimiter(_SharedCounters())
        self._own: FixedWindowRateLimiter | None = None
        self._away_until = 0.0

    def hit(self, limit: RateLimitItem, scope: str, key: str) -> None:
        """Count a call; raise `RateLimited` when there were too many."""
        if time.monotonic() >= self._away_until:
            try:
                self._hit(self._shared, limit, scope, key)
            except PyMongoError as error:
                self._away_until = time.monotonic() + PAUSE_S
                logger.warning("limits_in_memory", error=type(error).__name__)
            else:
                return
        if self._own is None:  # its storage starts a thread: only where it is needed
            self._own = FixedWindowRateLimiter(MemoryStorage())
        self._hit(self._own, limit, scope, key)

    def _hit(
        self, limiter: FixedWindowRateLimiter, limit: RateLimitItem, scope: str, key: str
    ) -> None:
        if not limiter.hit(limit, scope, key):
            reset = limiter.get_window_stats(limit, scope, key).reset_time
            rest = min(limit.get_expiry(), int(reset - time.time()) + 1)
            raise RateLimited(retry_after_s=max(1, rest))


_limiter = Limiter()


def sign_in() -> None:
    """Count a try to sign in from this address; raise `RateLimited` beyond the limit."""
    _limiter.hit(RateLimitItemPerMinute(_settings().limit_sign_in_per_minute), "sign_in", address())


def visitor_sign_in() -> None:
    """Count a visitor's try to sign in from this address; raise `RateLimited`."""
    limit = RateLimitItemPerMinute(_settings().limit_visitor_sign_in_per_minute)
    _limiter.hit(limit, "visitor_sign_in", address())


def code() -> None:
    """Count a one-time code that this address asks for; raise `RateLimited`."""
    _limiter.hit(RateLimitItemPerHour(_settings().limit_codes_per_hour), "codes", address())


def code_to(receiver: str) -> None:
    """Count a one-time code to one receiver, whoever asks for it; raise `RateLimited`."""
    limit = RateLimitItemPerHour(_settings().limit_codes_per_email_per_hour)
    _limiter.hit(limit, "codes_to", policy.keyed_hash("limit", f"to:{receiver}"))


def write() -> None:
    """Count a write of whoever is signed in, else of the address; raise `RateLimited`."""
    _limiter.hit(RateLimitItemPerMinute(_settings().limit_writes_per_minute), "writes", caller())


def remember(caller_id: str) -> None:
    """Note who is signed in, for the limits of this request."""
    g.caller_id = caller_id


def address() -> str:
    """Return who calls, by network address, as a hash: counters keep no address."""
    return policy.keyed_hash("limit", lockout.network(request.remote_addr or NOBODY))


def caller() -> str:
    """Return who calls: whoever is signed in, else the address."""
    who = g.get("caller_id")
    return policy.keyed_hash("limit", f"id:{who}") if who else address()


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
