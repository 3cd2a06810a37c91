"""A circuit breaker: after failures in a row nobody waits for what does not answer."""

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """Counts failures of one thing, for all threads of this process.

    After `threshold` failures in a row it is open for `open_s` seconds: callers are turned away.
    Then one caller may probe; its success closes the breaker, its failure opens it again. Whoever
    was admitted says afterwards how it ended.
    """

    def __init__(
        self,
        *,
        threshold: int = 5,
        open_s: float = 10.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threshold = threshold
        self._open_s = open_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def admit(self) -> float:
        """Return 0 when the caller may go ahead, else the seconds until somebody may."""
        with self._lock:
            now = self._monotonic()
            if self._failures < self._threshold:
                return 0.0
            if now < self._open_until:
                return self._open_until - now
            # This caller probes. Others wait for its result, or for it to be lost.
            self._open_until = now + self._open_s
            return 0.0

    def succeeded(self) -> None:
        """Note a success: the breaker closes."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note a failure."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._threshold:
                self._open_until = self._monotonic() + self._open_s
