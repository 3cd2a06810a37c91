"""Several works at the same moment."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from core.errors import AppError


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run each work in a thread, all started together; return results or errors in order."""
    results: list[Any] = [None] * len(works)
    barrier = threading.Barrier(len(works))

    def run(position: int, work: Callable[[], Any]) -> None:
        barrier.wait()
        try:
            results[position] = work()
        except AppError as error:
            results[position] = error

    threads = [threading.Thread(target=run, args=numbered) for numbered in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
