"""A clock that a test sets, in the one place where the product reads the time."""

import datetime as dt


class Clock:
    """The machine's clock, until `set` stops it; `advance` puts either forward."""

    def __init__(self) -> None:
        self._stopped_at: dt.datetime | None = None
        self._ahead = dt.timedelta()

    def read(self) -> dt.datetime:
        """Return the time."""
        return (self._stopped_at or dt.datetime.now(dt.UTC)) + self._ahead

    def set(self, moment: dt.datetime) -> None:
        """Stop the clock at a moment."""
        self._stopped_at, self._ahead = moment, dt.timedelta()

    def advance(self, **by: float) -> None:
        """Put the clock forward; `by` is what `timedelta` takes."""
        self._ahead += dt.timedelta(**by)
