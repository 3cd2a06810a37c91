"""Calls of WeChat's server APIs: a deadline, a breaker for each API, errcodes as typed errors.

Each call writes one log line and two figures: which API, how it ended, how long it took.
"""

import math
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from core import logs
from core.errors import AppError
from core.metrics import WECHAT_CALLS, WECHAT_SECONDS
from wechat import answers, errcodes
from wechat.answers import NonsenseError
from wechat.breaker import CircuitBreaker
from wechat.errors import WechatUnavailable
from wechat.holds import Holds
from wechat.http import CROWDED, ExchangeError, Request, Transport

Result = TypeVar("Result")

logger = logs.get(__name__)


@dataclass(frozen=True)
class Api:
    """One API of the platform.

    `is_repeatable`: calling it twice does no harm, so that a busy platform is asked again.
    `gives_image`: its good answer is a picture and no JSON.
    """

    name: str
    method: str
    path: str
    is_repeatable: bool = False
    gives_image: bool = False


class Deadline:
    """A moment by which all the steps of one task have to be done."""

    def __init__(self, within_s: float) -> None:
        self._at = time.monotonic() + within_s

    def left_s(self) -> float:
        """Return the seconds left; raise `WechatUnavailable` when there are none for a call."""
        left = self._at - time.monotonic()
        if left <= 0:
            raise WechatUnavailable("timeout", asked=False)
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

    def __init__(self, base: str, breaker: Callable[[], CircuitBreaker], holds: Holds) -> None:
        self._transport = Transport(base)
        self._holds = holds
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

        Raises what `wechat.errcodes` has for its errcode, and `WechatUnavailable`.
        """
        within_s = deadline.left_s()
        breaker = self._breakers[api.name]
        if wait_s := self._holds.left_s(api.name) or breaker.admit():
            WECHAT_CALLS.labels(api.name, "held_back", errcodes.label(0)).inc()
            raise WechatUnavailable("held_back", retry_after_s=math.ceil(wait_s))
        started = time.monotonic()
        ended: _Ended[Result] = _Ended("unexpected")
        try:
            ended = self._attempt(
                Request(api.method, api.path, query, body, api.gives_image), within_s, read
            )
        finally:
            _settle(breaker, ended)
            _record(api, ended, time.monotonic() - started)
        if ended.errcode in errcodes.DAY_USED_UP:
            self._holds.hold(api.name, errcodes.tomorrow())
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
    """Tell the breaker: an answer with an errcode shows that the platform works, -1 that not.

    A call that our own limit turned away shows nothing: WeChat was not asked.
    """
    if ended.outcome == CROWDED:
        return
    if ended.outcome not in ("ok", "refused") or ended.errcode == errcodes.BUSY:
        breaker.failed()
    else:
        breaker.succeeded()


def _error(ended: _Ended[Result]) -> AppError:
    if ended.outcome != "refused":
        return WechatUnavailable(ended.outcome)
    return errcodes.error(ended.errcode)


def _record(api: Api, ended: _Ended[Result], took_s: float) -> None:
    WECHAT_CALLS.labels(api.name, ended.outcome, errcodes.label(ended.errcode)).inc()
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
