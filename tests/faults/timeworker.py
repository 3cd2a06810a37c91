"""A worker whose clock a test puts forward, as a process: `python -m tests.faults.timeworker`.

The clock stands in a file: how many seconds it is ahead of the machine's.
"""

import datetime as dt
import os
import signal
from pathlib import Path

import application
import core.clock
from core.settings import load
from jobs import worker as working
from jobs.worker import Worker

CLOCK = "TEST_CLOCK_FILE"


def ahead(path: Path) -> dt.timedelta:
    """Return how far the clock of a file is ahead."""
    return dt.timedelta(seconds=float(path.read_text()))


def put(path: Path, by: dt.timedelta) -> None:
    """Put the clock of a file so far ahead, at once for all who read it."""
    fresh = path.with_suffix(".fresh")
    fresh.write_text(str(by.total_seconds()))
    fresh.replace(path)


def main() -> None:
    """Work by the clock of the file until SIGTERM; what recurs is looked at all the time."""
    path = Path(os.environ[CLOCK])
    core.clock.system_time = lambda: dt.datetime.now(dt.UTC) + ahead(path)
    working.SCHEDULE_EVERY_S = 0
    settings = load()
    application.wire(settings)
    worker = Worker(settings)
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()


if __name__ == "__main__":
    main()
