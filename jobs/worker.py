"""The worker: a process that claims jobs and runs them, one at a time.

Any number may run, on any host. A job is held under a lease that a thread renews while it runs;
when this process dies, the lease runs out and another worker takes the job.
"""

import contextlib
import datetime as dt
import queue
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from types import FrameType

from pymongo.errors import PyMongoError

from core import logs, metrics
from core.ids import new_id
from core.settings import Settings
from jobs import schedule
from jobs.registry import HANDLERS, Handler
from models.outbox import Job
from services import outbox

SCHEDULE_EVERY_S = 30
PAUSE_MAX_S = 5.0
ABANDONED = "given up: its workers ended or lost it each time, before it did"

logger = logs.get(__name__)


class Worker:
    """Claims and runs jobs until it is told to stop; the job under way is finished first."""

    def __init__(self, settings: Settings, handlers: Mapping[str, Handler] = HANDLERS) -> None:
        self.lease = dt.timedelta(seconds=settings.job_lease_s)
        self.poll_s = settings.worker_poll_ms / 1000
        self.max_attempts = settings.job_max_attempts
        self.handlers = handlers
        self._stopping = False
        self._wake: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._next_schedule = 0.0

    def stop(self, _signal: int = 0, _frame: FrameType | None = None) -> None:
        """Ask the worker to end.

        Fit for a signal handler: `put` of this queue may interrupt `get` in the same thread,
        where `threading.Event.set` would wait for a lock that its own `wait` holds.
        """
        self._stopping = True
        self._wake.put(None)

    def run(self) -> None:
        """Work until stopped. A database that is away is waited for with growing pauses."""
        pause = self.poll_s
        while not self._stopping:
            try:
                self._schedule()
                busy = self.step()
                pause = self.poll_s
            except PyMongoError as error:
                logger.warning("worker_waits", error=type(error).__name__)
                busy, pause = False, min(pause * 2, PAUSE_MAX_S)
            if not busy:
                self._pause(pause)

    def step(self) -> bool:
        """Run one job that is due; False when there is none."""
        token = new_id()
        job = outbox.claim(token, self.lease)
        if job is None:
            return False
        began = time.perf_counter()
        outcome = self._handle(job, token)
        metrics.JOBS.labels(job.name, outcome).inc()
        metrics.JOB_SECONDS.labels(job.name).observe(time.perf_counter() - began)
        logger.info("job", name=job.name, job=job.id, attempt=job.attempts, outcome=outcome)
        return True

    def _handle(self, job: Job, token: str) -> str:
        """Run the handler under the lease; whatever it raises is recorded with the job."""
        if job.attempts > self.max_attempts:
            # No attempt came to an end: running it may be what kills its workers.
            logger.warning("job_abandoned", name=job.name, job=job.id)
            return outbox.fail(job, token, ABANDONED, self.max_attempts).value
        try:
            with self._held(job, token):
                self.handlers[job.name](**job.args)
        except outbox.Later as later:
            outbox.postpone(job, token, later)
            return "postponed"
        except outbox.GivenUp as error:
            logger.warning("job_given_up", name=job.name, job=job.id, error=str(error))
            return outbox.fail(job, token, str(error), max_attempts=0).value
        except Exception as error:
            logger.warning("job_failed", name=job.name, job=job.id, exc_info=error)
            state = outbox.fail(job, token, f"{type(error).__name__}: {error}", self.max_attempts)
            return state.value
        return "done" if outbox.finish(job.id, token) else "lost"

    @contextlib.contextmanager
    def _held(self, job: Job, token: str) -> Iterator[None]:
        done = threading.Event()

        def beat() -> None:
            while not done.wait(self.lease.total_seconds() / 3):
                with contextlib.suppress(PyMongoError):
                    if not outbox.renew(job.id, token, self.lease):
                        return

        thread = threading.Thread(target=beat, name=f"lease-{job.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def _pause(self, seconds: float) -> None:
        with contextlib.suppress(queue.Empty):
            self._wake.get(timeout=seconds)

    def _schedule(self) -> None:
        if time.monotonic() >= self._next_schedule:
            schedule.enqueue_due()
            self._next_schedule = time.monotonic() + SCHEDULE_EVERY_S


def main(settings: Settings) -> None:
    """Run a worker in this process until SIGTERM or SIGINT."""
    worker = Worker(settings)
    signal.signal(signal.SIGTERM, worker.stop)
    signal.signal(signal.SIGINT, worker.stop)
    logger.info("worker_started")
    worker.run()
    logger.info("worker_stopped")
