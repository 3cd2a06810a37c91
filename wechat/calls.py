"""Calls of WeChat's server APIs: a deadline, a breaker for each API, errcodes as typed errors.

Each call writes one log line and two figures: which API, how it ended, how long it took.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from core import clock, logs
from core.errors import AppError
from core.metrics import WECHAT_CALLS, WECHAT_SECONDS
from wechat import answers
from wechat.answers import NonsenseError
from wechat.breaker import CircuitBreaker
from wechat.errors import InvalidCode, UserBlocked, WechatRefused, WechatUnavailable
from wechat.http import ExchangeError, Request, Transport

BUSY = -1
# A limit of a minute: the platform works, this caller is too quick.
TOO_QUICK = 45011
TOO_QUICK_WAIT_S = 60
# A limit of a day: it is of no use to ask before tomorrow.
DAY_USED_UP = 45009
BAD_CODES = frozenset({40029, 40163})
BLOCKED = 40226

Result = TypeVar("Result")

logger = logs.get(__name__)


@dataclass(frozen=True)
class Api:
    """One API of the platform."""

    name: str
    method: str
    path: str


class Deadline:
    """A moment by which all the steps of one task have to be done."""

    def __init__(self, within_s: float) -> None:
        self._at = time.monotonic() + within_s

    def left_s(self) -> float:
        """Return the seconds left; raise `WechatUnavailable` when there are none."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise WechatUnavailable("timeout")
        return left


@dataclass(frozen=True)
class _Ended(Generic[Result]):
    """How a call ended: `ok` with a result, `refused` with an errcode, or a word for logs."""

    outcome: str
    errcode: int = 0
    rid: str = ""
    result: Result | None = None


class Caller:
    """Calls APIs of one server; for all threads of a process."""

    def __init__(self, base: str, breaker: Callable[[], CircuitBreaker]) -> None:
        self._transport = Transport(base)
        self._breakers: defaultdict[str, CircuitBreaker] = defaultdict(breaker)

    def call(
        self,
        api: Api,
        *,
        query: dict[str, str],
        deadline: Deadline,
        read: Callable[[Mapping[str, object]], Result],
        body: dict[str, object] | None = None,
    ) -> Result:
        """Return what `read` makes of the answer of an API, if there is no error in it.

        Raises `WechatUnavailable`, `InvalidCode`, `UserBlocked`, `WechatRefused`.
        """
        within_s = deadline.left_s()
        breaker = self._breakers[api.name]
        if wait_s := breaker.admit():
            WECHAT_CALLS.labels(api.name, "held_back").inc()
            raise WechatUnavailable("held_back", retry_after_s=math.ceil(wait_s))
        started = time.monotonic()
        ended: _Ended[Result] = _Ended("unexpected")
        try:
            ended = self._attempt(Request(api.method, api.path, query, body), within_s, read)
        finally:
            _settle(breaker, ended)
            _record(api, ended, time.monotonic() - started)
        if ended.result is None:
            raise _error(ended)
        return ended.result

    def _attempt(
        self, request: Request, within_s: float, read: Callable[[Mapping[str, object]], Result]
    ) -> _Ended[Result]:
        try:
            answer = self._transport.send(request, within_s)
            if errcode := answers.errcode(answer):
                return _Ended("refused", errcode, answers.rid(answer))
            return _Ended("ok", result=read(answer))
        except ExchangeError as error:
            return _Ended(str(error))
        except NonsenseError:
            return _Ended("garbage")


def _settle(breaker: CircuitBreaker, ended: _Ended[Result]) -> None:
    """Tell the breaker: an answer with an errcode shows that the platform works, -1 that not."""
    if ended.outcome not in ("ok", "refused") or ended.errcode == BUSY:
        breaker.failed()
        return
    breaker.succeeded()
    if ended.errcode == DAY_USED_UP:
        breaker.hold(_until_tomorrow_s())


def _error(ended: _Ended[Result]) -> AppError:
    errcode = ended.errcode
    if ended.outcome != "refused":
        return WechatUnavailable(ended.outcome)
    if errcode in BAD_CODES:
        return InvalidCode(errcode)
    if errcode == BLOCKED:
        return UserBlocked()
    if errcode == BUSY:
        return WechatUnavailable("busy")
    if errcode == TOO_QUICK:
        return WechatUnavailable("too_quick", retry_after_s=TOO_QUICK_WAIT_S)
    if errcode == DAY_USED_UP:
        return WechatUnavailable("day_used_up", retry_after_s=math.ceil(_until_tomorrow_s()))
    return WechatRefused(errcode)


def _record(api: Api, ended: _Ended[Result], took_s: float) -> None:
    WECHAT_CALLS.labels(api.name, ended.outcome).inc()
    WECHAT_SECONDS.labels(api.name).observe(took_s)
    write = logger.info if ended.outcome == "ok" else logger.warning
    write(
        "wechat_call",
        api=api.name,
        outcome=ended.outcome,
        errcode=ended.errcode,
        rid=ended.rid,
        ms=round(took_s * 1_000),
    )


def _until_tomorrow_s() -> float:
    """Return the time until the platform's counters start anew: midnight in Shanghai."""
    tomorrow = clock.day_start(clock.today() + timedelta(days=1))
    return (tomorrow - clock.now()).total_seconds()
