"""Access tokens as stable_token and token hand them out, and how a call's token is judged.

The two give tokens of their own: what one does leaves those of the other alone.
"""

import datetime as dt
from dataclasses import dataclass

from core.clock import SHANGHAI
from simulator.clock import Clock
from simulator.draws import Draws
from simulator.errors import ApiError

LIFE = dt.timedelta(hours=2)
# In the last minutes of a token normal mode gives a new one; the old one works to its end.
# So does a token that a call of `token` replaced.
OVERLAP = dt.timedelta(minutes=5)
FORCED_A_DAY = 20
FORCED_APART = dt.timedelta(seconds=30)


@dataclass(frozen=True)
class _Issued:
    value: str
    until: dt.datetime


class TokenDesk:
    """The tokens of the one mini-program: those of stable_token, and of `token`."""

    def __init__(self, clock: Clock, draws: Draws) -> None:
        self._clock = clock
        self._draws = draws
        self._issued: list[_Issued] = []
        self._fetched: list[_Issued] = []
        # Of what `token` replaced: until when it works yet.
        self._replaced: dict[str, dt.datetime] = {}
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

    def fetched(self) -> tuple[str, int]:
        """Return a new token; the one of the last call works for five minutes more."""
        now = self._clock.now()
        self._replaced = {value: end for value, end in self._replaced.items() if now < end}
        if self._fetched:
            self._replaced[self._fetched[-1].value] = now + OVERLAP
        kept = [issued for issued in self._fetched if issued.value in self._replaced]
        self._fetched = [*kept, self._new(now)]
        return self._fetched[-1].value, int(LIFE.total_seconds())

    def supersede(self) -> None:
        """Make every token invalid, as a refresh by somebody else does."""
        self._issued.clear()
        self._fetched.clear()
        self._replaced.clear()

    def check(self, value: str) -> None:
        """Raise `ApiError` unless `value` is a token that works."""
        if not value:
            raise ApiError(41001)
        known = (*self._issued, *self._fetched)
        issued = next((issued for issued in known if issued.value == value), None)
        now = self._clock.now()
        if issued is None:
            raise ApiError(40001)
        if now >= issued.until:
            raise ApiError(42001)
        if now >= self._replaced.get(value, issued.until):
            raise ApiError(40001)

    def _issue(self, now: dt.datetime) -> _Issued:
        issued = self._new(now)
        self._issued = [*self._issued[-3:], issued]
        return issued

    def _new(self, now: dt.datetime) -> _Issued:
        return _Issued(f"99_{self._draws.text(80)}{self._draws.text(50)}", now + LIFE)
