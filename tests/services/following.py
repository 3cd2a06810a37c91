"""What tests of the watcher share: changes, and whether counters follow them."""

import time

from core import db
from core.shared import Counters
from models.enums import Kind
from services import versions
from services.watching import POLL_S, Watcher
from tests.factories import create_live
from tests.waiting import PATIENCE_S, eventually


def follows(counters: Counters, timeout_s: float = PATIENCE_S) -> bool:
    """Tell whether the counter gets to what the database holds in time."""
    number = versions.current().number
    return eventually(lambda: counters.read("content") == number, timeout_s)


def bump(scope: str = "content") -> None:
    """Move a counter as a change of content does."""
    db.transaction(lambda session: versions.bump(scope, session))


def started(watcher: Watcher) -> Watcher:
    """Start a watcher and wait until it follows."""
    create_live(Kind.SITES)
    watcher.ensure()
    assert follows(watcher.counters)
    return watcher


def settled(counters: Counters) -> int:
    """Return the counter of availability once it has stood still for a while."""
    seen: list[int] = []

    def stands() -> bool:
        seen.append(counters.read("availability"))
        time.sleep(2 * POLL_S)
        return counters.read("availability") == seen[-1]

    assert eventually(stands)
    return seen[-1]
