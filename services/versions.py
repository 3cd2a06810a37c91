"""Version counters: moved with every change of what the public sees.

The counter of the content is a document that every publish moves. That of availability lies in
the memory of each host only (`core.shared`), moved by `services.watching` with every change of a
departure: a booking writes no document that all bookings share.
"""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pymongo.client_session import ClientSession

from core.clock import now
from core.shared import Counters
from models.departures import Departure
from models.versions import AVAILABILITY, CONTENT, Version

Loaded = TypeVar("Loaded")

# Shared counters that were seen to be right longer ago are not relied on: who keeps them is away.
FRESH_S = 2.0
# How long a date is kept with its number, though a number has one date: until a restore.
KEPT_S = 30.0
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
# A date is told no earlier than this after the change: hosts hear of one within a second, and
# their clocks differ. Until then it lies ahead of the clock and matches no request.
SETTLED = dt.timedelta(seconds=3)


@dataclass(frozen=True)
class State:
    """A scope's counter, and a date that grows by a second at least with each change.

    `lasts` tells that the counter moves when an answer is outdated; else nobody may keep one.
    """

    number: int
    last_modified: dt.datetime
    lasts: bool = True


def bump(scope: str, session: ClientSession) -> None:
    """Move a scope's counter within the transaction of the change."""
    second = now().replace(microsecond=0)
    Version._get_collection().update_one(
        {"_id": scope},
        [
            {
                "$set": {
                    "number": {"$add": [{"$ifNull": ["$number", 0]}, 1]},
                    "last_modified": {
                        "$max": [
                            second,
                            {
                                "$dateAdd": {
                                    "startDate": "$last_modified",
                                    "unit": "second",
                                    "amount": 1,
                                }
                            },
                        ]
                    },
                }
            }
        ],
        upsert=True,
        session=session,
    )


def current(scope: str = CONTENT) -> State:
    """Return a scope's counter; zero when nothing was ever changed.

    Of availability the database knows no counter: what was read for this one may not be kept.
    """
    if scope == AVAILABILITY:
        return State(0, _departures_changed(), lasts=False)
    row = Version._get_collection().find_one({"_id": scope})
    if row is None:
        return State(0, EPOCH)
    return State(row["number"], row["last_modified"])


def _departures_changed() -> dt.datetime:
    """Return the date of the latest change; one that was removed is not seen by it."""
    rows = Departure._get_collection().find({}, {"updated_at": 1})
    latest = next(iter(rows.sort("updated_at", -1).limit(1)), None)
    return EPOCH if latest is None else _settled(latest["updated_at"])


def _settled(moment: dt.datetime) -> dt.datetime:
    return moment.replace(microsecond=0) + SETTLED


def kept(load: Callable[[], Loaded]) -> Loaded:
    """Return what `load` returns. Who knows no version keeps nothing; `Known` does."""
    return load()


class Known:
    """Counters as this process knows them, asking the database only for what it has not seen.

    What it tells may be older than the database by as much as shared counters are behind, never
    newer: an answer that is read afterwards is as new as its version, or newer.
    """

    def __init__(self, counters: Counters, ready: Callable[[], None]) -> None:
        """`ready` sees to it that somebody keeps the counters; it is called before a question."""
        self._counters = counters
        self._ready = ready
        self._states: dict[str, tuple[float, State]] = {}
        self._kept: dict[Callable[[], Any], tuple[State, Any]] = {}

    def current(self, scope: str = CONTENT) -> State:
        """Return a scope's counter."""
        if scope == AVAILABILITY:
            return self._availability()
        kept = self._states.get(scope)
        if kept is not None and self._is_right(scope, *kept):
            return kept[1]
        self._ready()
        read_at = time.monotonic()
        state = current(scope)
        self._states[scope] = (read_at, state)
        return state

    def kept(self, load: Callable[[], Loaded]) -> Loaded:
        """Return what `load` returns, read once for each state of the content that was seen.

        For what is small, the same for everybody and moves the content's version. It is as new
        as that version, or newer.
        """
        state = self.current(CONTENT)
        known = self._kept.get(load)
        if known is not None and known[0] is state:
            loaded: Loaded = known[1]
            return loaded
        loaded = load()
        self._kept[load] = (state, loaded)
        return loaded

    def _availability(self) -> State:
        number, moved_at = self._counters.read(AVAILABILITY), self._counters.moved_at(AVAILABILITY)
        if self._counters.age_s() < FRESH_S:
            return State(number, _settled(dt.datetime.fromtimestamp(moved_at, dt.UTC)))
        self._ready()
        return current(AVAILABILITY)

    def _is_right(self, scope: str, read_at: float, state: State) -> bool:
        return (
            self._counters.read(scope) == state.number
            and self._counters.age_s() < FRESH_S
            and time.monotonic() - read_at < KEPT_S
        )
