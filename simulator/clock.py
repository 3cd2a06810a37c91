"""The simulator's clock: the real one, put forward on demand."""

import datetime as dt
from collections.abc import Callable

from core import clock


class Clock:
    """Tells the time, aware and in UTC; `advance` puts it forward, never back."""

    def __init__(self, source: Callable[[], dt.datetime] = clock.now) -> None:
        self._source = source
        self._ahead = dt.timedelta()

    def now(self) -> dt.datetime:
        """Return the time."""
        return self._source() + self._ahead

    def advance(self, seconds: float) -> None:
        """Put the clock forward by so many seconds."""
        self._ahead += dt.timedelta(seconds=seconds)

    def reset(self) -> None:
        """Show the real time again."""
        self._ahead = dt.timedelta()
