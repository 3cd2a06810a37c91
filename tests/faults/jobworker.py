"""A worker with the handler of a test, as a process: `python -m tests.faults.jobworker`.

The job notes each of its runs, and has an effect under a key: whoever comes second finds it there.
"""

import signal
import time

from pymongo.errors import DuplicateKeyError

import application
from core import db
from core.ids import new_id
from core.settings import load
from jobs.registry import HANDLERS
from jobs.worker import Worker

JOB = "faults.effect"
RUNS, EFFECTS = "fault_runs", "fault_effects"


def effect(*, number: int, seconds: float) -> None:
    """Note the run, take a while, and have the effect once."""
    database = db.database()
    database[RUNS].insert_one({"_id": new_id(), "number": number})
    time.sleep(seconds)
    try:
        database[EFFECTS].insert_one({"_id": f"{JOB}:{number}", "number": number})
    except DuplicateKeyError:
        return  # an earlier run got as far as this


def main() -> None:
    """Work until SIGTERM."""
    settings = load()
    application.wire(settings)
    worker = Worker(settings, {**HANDLERS, JOB: effect})
    signal.signal(signal.SIGTERM, worker.stop)
    worker.run()


if __name__ == "__main__":
    main()
