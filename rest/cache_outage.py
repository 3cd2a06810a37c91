"""Remembering that what the app needs is away, so that not every request waits to find out."""

import threading
import time

# How often somebody finds out, and how long that may take before somebody else does.
TRY_EVERY_S = 1.0
TRYING_S = 5.0


class Outage:
    """Whether the app is failing, and whose turn it is to ask it again."""

    def __init__(self) -> None:
        self._is_on = False
        self._next = 0.0
        self._lock = threading.Lock()

    def may_ask(self) -> bool:
        """Tell whether the caller should ask the app; during an outage one a second should."""
        if not self._is_on:
            return True
        with self._lock:
            moment = time.monotonic()
            if moment < self._next:
                return False
            self._next = moment + TRYING_S
            return True

    def told(self, *, failing: bool) -> None:
        """Take note of what the app answered."""
        with self._lock:
            self._is_on = failing
            self._next = time.monotonic() + TRY_EVERY_S if failing else 0.0
