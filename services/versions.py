"""Version counters: moved with every change of what the public sees."""

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from pymongo.client_session import ClientSession

from core.clock import now
from core.shared import Counters
from models.versions import CONTENT, Version

Loaded = TypeVar("Loaded")

# Shared counters that were seen to be right longer ago are not relied on: who keeps them is away.
FRESH_S = 2.0
# How long a date is kept with its number, though a number has one date: until a restore.
KEPT_S = 30.0
EPOCH = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class State:
    """A scope's counter, and a date that grows by a second at least with each change."""

    number: int
    last_modified: dt.datetime


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
    """Return a scope's counter; zero when nothing was ever changed."""
    row = Version._get_collection().find_one({"_id": scope})
    if row is None:
        return State(0, EPOCH)
    return State(row["number"], row["last_modified"])


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

    def _is_right(self, scope: str, read_at: float, state: State) -> bool:
        return (
            self._counters.read(scope) == state.number
            and self._counters.age_s() < FRESH_S
            and time.monotonic() - read_at < KEPT_S
        )
