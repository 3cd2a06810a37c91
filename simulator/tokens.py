"""Access tokens as stable_token hands them out, and how a call's token is judged."""

import datetime as dt
from dataclasses import dataclass

from core.clock import SHANGHAI
from simulator.clock import Clock
from simulator.draws import Draws
from simulator.errors import ApiError

LIFE = dt.timedelta(hours=2)
# In the last minutes of a token normal mode gives a new one; the old one works to its end.
OVERLAP = dt.timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class _Issued:
    value: str
    until: dt.datetime


class TokenDesk:
    """The tokens of the one mini-program."""

    def __init__(self, clock: Clock, draws: Draws) -> None:
        self._clock = clock
        self._draws = draws
        self._issued: list[_Issued] = []
        self._forced: list[dt.datetime] = []

    def stable(self) -> tuple[str, int]:
        """Return the current token and its seconds left; a new one when it is about to end."""
        now = self._clock.now()
        current = self._issued[-1] if self._issued else None
        if current is None or current.until - now < OVERLAP:
            current = self._issue(now)
        return current.value, int((current.until - now).total_seconds())

    def forced(self) -> tuple[str, int]:
        """Return a new token; all former ones stop working. A few a day, not one upon another."""
        now = self._clock.now()
        today = now.astimezone(SHANGHAI).date()
        if self._forced and now - self._forced[-1] < FORCED_APART:
            raise ApiError(45011)
        if sum(at.astimezone(SHANGHAI).date() == today for at in self._forced) >= FORCED_A_DAY:
            raise ApiError(45009)
        self._forced.append(now)
        self._issued.clear()
        return self._issue(now).value, int(LIFE.total_seconds())

    def supersede(self) -> None:
        """Make every token invalid, as a refresh by somebody else does."""
        self._issued.clear()

    def check(self, value: str) -> None:
        """Raise `ApiError` unless `value` is a token that works."""
        if not value:
            raise ApiError(41001)
        issued = next((issued for issued in self._issued if issued.value == value), None)
        if issued is None:
            raise ApiError(40001)
        if self._clock.now() >= issued.until:
            raise ApiError(42001)

    def _issue(self, now: dt.datetime) -> _Issued:
        issued = _Issued(f"99_{self._draws.text(80)}{self._draws.text(50)}", now + LIFE)
        self._issued = [*self._issued[-3:], issued]
        return issued
