"""Waiting for what threads and other processes do, on a machine that is busy with more than that.

A test that waits for a condition goes on as soon as it holds: a long bound costs nothing, a short
one fails where the machine is slow. Short bounds are for what the product promises, and those are
put to the test with `kept`.
"""

import socket
import time
from collections.abc import Callable

# For whatever must come and was promised no time of its own.
PATIENCE_S = 90.0
TRIES = 3


def eventually(
    reached: Callable[[], object], timeout_s: float = PATIENCE_S, every_s: float = 0.02
) -> bool:
    """Ask until the answer is true or the time is over."""
    deadline = time.monotonic() + timeout_s
    while not reached():
        if time.monotonic() > deadline:
            return False
        time.sleep(every_s)
    return True


def kept(promise: Callable[[], object], tries: int = TRIES) -> bool:
    """Tell whether a promise about time is kept in one of some tries.

    Product, database and tests share two cores with whatever else runs there: one try may lose a
    second to that. What is too slow, or does not happen at all, loses every try.
    """
    return any(promise() for _ in range(tries))


def free_port() -> int:
    """Return a port of the loopback address that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
