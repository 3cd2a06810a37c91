"""Where the access token is kept, and what is held back: a port that services back.

There is one current token for an appid, whichever process fetched it. Whoever fetches holds the
lock, so that many callers without a token make one call.
"""

import datetime as dt
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class Token:
    """An access token. From `renew_at` (UTC, aware) on it is fetched anew."""

    value: str = field(repr=False)
    renew_at: dt.datetime


class TokenStore(Protocol):
    """Keeps the current token of each appid and its APIs that are held back, for all processes."""

    def get(self, appid: str) -> Token | None:
        """Return the current token, also one past its `renew_at`; None when there is none."""
        ...

    def put(self, appid: str, token: Token) -> None:
        """Make `token` the current one."""
        ...

    def expire(self, appid: str, value: str) -> None:
        """Drop the current token if it is still `value`; leave a newer one alone, atomically."""
        ...

    def lock(self, appid: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Return a context in which no other process fetches a token for `appid`.

        Entering raises `TimeoutError` when the lock is not free within `wait_s` seconds. A lock
        whose holder died is given up after a few seconds.
        """
        ...

    def holds(self, appid: str) -> Mapping[str, dt.datetime]:
        """Return until when (UTC, aware) which APIs are held back, by name; past ones too."""
        ...

    def hold(self, appid: str, api: str, until: dt.datetime) -> None:
        """Hold an API back until then."""
        ...
