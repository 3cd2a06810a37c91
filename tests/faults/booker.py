"""A program that takes one seat of a departure for each line it reads.

Called with a departure. For each it prints how many seats it has taken and the moment
(CLOCK_MONOTONIC, the same in all processes) at which the last one was acknowledged. It ends with
its standard input.
"""

import sys
import time

import application
from core.ids import new_id
from core.settings import load
from services import seats


def main(departure: str) -> None:
    """Take a seat as often as it is told to."""
    application.wire(load())
    for number, _ in enumerate(sys.stdin, 1):
        seats.hold(departure, new_id(), 1, visitor=None)
        print(number, time.monotonic(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
