"""A token store in memory."""

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wechat.tokens import Token


class MemoryStore:
    """Keeps tokens for the threads of one process; the counts tell its history."""

    def __init__(self) -> None:
        self.tokens: dict[str, Token] = {}
        self.writes = 0
        self.expired: list[str] = []
        self.held: dict[str, dt.datetime] = {}
        self.reads_of_holds = 0
        self._guard = threading.Lock()
        self._lock = threading.Lock()

    def get(self, appid: str) -> Token | None:
        return self.tokens.get(appid)

    def put(self, appid: str, token: Token) -> None:
        self.tokens[appid] = token
        self.writes += 1

    def expire(self, appid: str, value: str) -> None:
        with self._guard:
            current = self.tokens.get(appid)
            if current and current.value == value:
                del self.tokens[appid]
                self.expired.append(value)

    @contextmanager
    def lock(self, appid: str, *, wait_s: float) -> Iterator[None]:
        if not self._lock.acquire(timeout=wait_s):
            raise TimeoutError
        try:
            yield
        finally:
            self._lock.release()

    def holds(self, appid: str) -> dict[str, dt.datetime]:
        del appid
        self.reads_of_holds += 1
        return dict(self.held)

    def hold(self, appid: str, api: str, until: dt.datetime) -> None:
        del appid
        self.held[api] = until
