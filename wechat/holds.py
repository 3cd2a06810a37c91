"""APIs that are held back because a quota of the day is used up, in whichever process it was.

What is known lies with the token, where all processes see it and a restart does not lose it. It
is read anew every few seconds only: until then another process may ask in vain once more.
"""

import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping

from core import clock
from wechat.tokens import TokenStore

REREAD_S = 5.0


class Holds:
    """The held APIs of one mini-program, for all threads of this process."""

    def __init__(
        self, store: TokenStore, appid: str, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._appid = appid
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: Mapping[str, dt.datetime] = {}
        self._read_next = float("-inf")

    def left_s(self, api: str) -> float:
        """Return for how many seconds an API is held back yet, 0 when it is not."""
        if self._is_old():
            self._known = self._store.holds(self._appid)
        until = self._known.get(api)
        return max(0.0, (until - clock.now()).total_seconds()) if until else 0.0

    def hold(self, api: str, until: dt.datetime) -> None:
        """Hold an API back until then (aware), in all processes."""
        self._known = {**self._known, api: until}
        self._store.hold(self._appid, api, until)

    def _is_old(self) -> bool:
        """Tell one caller at a time that it is to read; the others go on with what is known."""
        with self._lock:
            now = self._monotonic()
            if now < self._read_next:
                return False
            self._read_next = now + REREAD_S
            return True
