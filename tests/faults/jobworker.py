"""A worker with the handlers of tests, as a process: `python -m tests.faults.jobworker`.

One job notes each of its runs, and has an effect under a key: whoever comes second finds it there.
The other one kills the worker that runs it, as running out of memory does.
"""

import os
import signal
import time

from pymongo.errors import DuplicateKeyError

import application
from core import db
from core.ids import new_id
from core.settings import load
from jobs.registry import HANDLERS
from jobs.worker import Worker

JOB, DEADLY_JOB = "faults.effect", "faults.deadly"
RUNS, EFFECTS = "fault_runs", "fault_effects"


def effect(*, number: int, seconds: float) -> None:
    """Note the run, take a while, and have the effect once."""
    database = db.database()
    database[RUNS].insert_one({"_id": new_id(), "number": number, "worker": os.getpid()})
    time.sleep(seconds)
    try:
        database[EFFECTS].insert_one({"_id": f"{JOB}:{number}", "number": number})
    except DuplicateKeyError:
        return  # an earlier run got as far as this


def deadly(*, number: int) -> None:
    """Note the run, and end this process without a chance to tidy up."""
    db.database()[RUNS].insert_one({"_id": new_id(), "number": number})
    os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Work until SIGTERM."""
    settings = load()
    application.wire(settings)
    worker = Worker(settings, {**HANDLERS, JOB: effect, DEADLY_JOB: deadly})
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()


if __name__ == "__main__":
    main()
