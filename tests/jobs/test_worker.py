"""The worker in this process: retries, giving up, leases, the queue as staff see it."""

import dataclasses
import datetime as dt
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from core.clock import now
from core.errors import Conflict, NotFound
from core.ids import new_id
from core.settings import Settings
from jobs import worker as worker_module
from jobs.worker import ABANDONED, Worker
from models.outbox import Job, JobState
from services import jobs, outbox
from services.jobs import Filters
from tests.clocks import Clock
from tests.factories import ACTOR
from tests.waiting import PATIENCE_S, eventually

PROJECT = Path(worker_module.__file__).parents[1]
LEASE = dt.timedelta(seconds=60)
# Two thirds of it may pass before a thread that renews it comes too late.
RENEWED_LEASE_S = 4
WITHIN_S = 30
Handlers = dict[str, Callable[..., None]]


@pytest.fixture
def make(settings: Settings) -> Callable[..., Worker]:
    """Return a maker of workers with handlers and settings of the test."""

    def made(handlers: Handlers, **changes: Any) -> Worker:
        return Worker(dataclasses.replace(settings, **changes), handlers)

    return made


def fail(**_args: object) -> None:
    raise RuntimeError("no luck\nat all")


def only_job() -> Job:
    return Job.objects.get()


def due_now() -> None:
    Job.objects(state=JobState.PENDING).update(set__run_at=now())


def test_a_job_runs_with_its_arguments_and_is_kept_for_a_week(make: Callable[..., Worker]) -> None:
    seen: list[dict[str, Any]] = []
    moment = now()
    outbox.enqueue("note", {"text": "文", "at": moment})
    assert make({"note": lambda **args: seen.append(args)}).step()
    assert seen == [{"text": "文", "at": moment}]
    job = only_job()
    assert (job.state, job.attempts, job.token, job.leased_until) == (JobState.DONE, 1, None, None)
    assert job.drop_at - job.finished_at == pytest.approx(
        dt.timedelta(days=7), abs=dt.timedelta(seconds=1)
    )


def test_jobs_run_in_the_order_in_which_they_are_due(make: Callable[..., Worker]) -> None:
    seen: list[int] = []
    for age in (1, 3, 2):
        outbox.enqueue("note", {"age": age}, run_at=now() - dt.timedelta(minutes=age))
    outbox.enqueue("note", {"age": -1}, run_at=now() + dt.timedelta(minutes=1))
    worker = make({"note": lambda age: seen.append(age)})
    while worker.step():
        pass
    assert seen == [3, 2, 1]


def test_a_failing_job_is_tried_again_with_a_pause_and_then_given_up(
    make: Callable[..., Worker], clock: Clock
) -> None:
    clock.set(now())
    worker = make({"fail": fail}, job_max_attempts=3)
    outbox.enqueue("fail", {})
    for attempt, pause in ((1, 1), (2, 2)):
        assert worker.step()
        job = only_job()
        assert (job.state, job.attempts) == (JobState.PENDING, attempt)
        assert job.error == "RuntimeError: no luck\nat all"
        assert job.run_at - now() == dt.timedelta(seconds=pause)
        assert not worker.step()
        due_now()
    assert worker.step()
    job = only_job()
    assert (job.state, job.attempts) == (JobState.FAILED, 3)
    assert job.finished_at is not None
    assert job.drop_at is None
    assert jobs.listing(Filters(JobState.FAILED), limit=9) == [job]
    assert not worker.step()


@pytest.mark.parametrize(
    ("attempts", "pause_s"), [(1, 1), (4, 8), (9, 256), (10, 512), (11, 600), (99, 600)]
)
def test_pauses_double_up_to_ten_minutes(attempts: int, pause_s: int, clock: Clock) -> None:
    clock.set(now())
    outbox.enqueue("fail", {})
    Job.objects.update(set__attempts=attempts - 1)
    token = new_id()
    job = outbox.claim(token, LEASE)
    assert job is not None
    assert outbox.fail(job, token, "error", max_attempts=100) is JobState.PENDING
    assert only_job().run_at - now() == dt.timedelta(seconds=pause_s)


def test_a_job_without_a_handler_is_given_up_visibly(make: Callable[..., Worker]) -> None:
    outbox.enqueue("nobody.knows", {})
    assert make({}, job_max_attempts=1).step()
    assert only_job().state is JobState.FAILED
    assert only_job().error == "KeyError: 'nobody.knows'"


def test_a_job_that_does_not_fit_its_handler_is_given_up_visibly(
    make: Callable[..., Worker],
) -> None:
    outbox.enqueue("note", {"unexpected": 1})
    assert make({"note": lambda: None}, job_max_attempts=1).step()
    assert only_job().state is JobState.FAILED
    assert "unexpected" in only_job().error


def test_what_was_given_up_is_tried_again_when_staff_say_so(make: Callable[..., Worker]) -> None:
    outbox.enqueue("moody", {})
    assert make({"moody": fail}, job_max_attempts=1).step()
    jobs.retry(ACTOR, only_job().id)
    assert (only_job().state, only_job().attempts) == (JobState.PENDING, 0)
    assert make({"moody": lambda: None}).step()
    assert only_job().state is JobState.DONE
    assert only_job().error is None


def test_staff_can_neither_retry_nor_cancel_at_a_wrong_moment(make: Callable[..., Worker]) -> None:
    outbox.enqueue("note", {})
    job_id = only_job().id
    with pytest.raises(Conflict, match="job_not_failed"):
        jobs.retry(ACTOR, job_id)
    assert make({"note": lambda: None}).step()
    with pytest.raises(Conflict, match="job_not_pending"):
        jobs.cancel(ACTOR, job_id)
    with pytest.raises(NotFound):
        jobs.retry(ACTOR, "no-such-job")


def test_a_cancelled_job_does_not_run(make: Callable[..., Worker]) -> None:
    outbox.enqueue("note", {})
    jobs.cancel(ACTOR, only_job().id)
    assert not make({"note": fail}).step()
    assert only_job().state is JobState.CANCELLED
    assert only_job().drop_at is not None


def test_each_job_is_claimed_once_by_many_workers() -> None:
    count = 60
    for number in range(count):
        outbox.enqueue("note", {"number": number})

    def claim_all() -> list[int]:
        claimed = []
        while (job := outbox.claim(new_id(), LEASE)) is not None:
            claimed.append(job.args["number"])
        return claimed

    with ThreadPoolExecutor(6) as workers:
        shares = [workers.submit(claim_all) for _ in range(6)]
        numbers = [number for share in shares for number in share.result()]
    assert sorted(numbers) == list(range(count))


def test_the_lease_is_renewed_while_a_long_handler_runs(make: Callable[..., Worker]) -> None:
    runs: list[float] = []

    def work() -> None:
        runs.append(time.monotonic())
        time.sleep(RENEWED_LEASE_S + 1)

    outbox.enqueue("slow", {})
    holder, other = (make({"slow": work}, job_lease_s=RENEWED_LEASE_S) for _ in range(2))
    thread = threading.Thread(target=holder.step)
    thread.start()
    assert eventually(lambda: runs)
    stolen = 0
    while thread.is_alive():
        stolen += other.step()
        time.sleep(0.02)
    thread.join()
    assert stolen == 0
    assert len(runs) == 1
    assert (only_job().state, only_job().attempts) == (JobState.DONE, 1)


def test_a_worker_that_lost_its_lease_cannot_end_the_job(make: Callable[..., Worker]) -> None:
    outbox.enqueue("slow", {})

    def lose_the_lease() -> None:
        Job.objects.update(set__leased_until=now() - LEASE)
        assert outbox.claim("another", LEASE) is not None

    assert make({"slow": lose_the_lease}).step()
    assert (only_job().state, only_job().token) == (JobState.RUNNING, "another")
    assert not outbox.renew(only_job().id, "mine", LEASE)
    assert not outbox.finish(only_job().id, "mine")
    assert outbox.finish(only_job().id, "another")


def test_a_failure_under_a_lost_lease_changes_nothing() -> None:
    outbox.enqueue("slow", {})
    job = outbox.claim("mine", dt.timedelta(0))
    assert job is not None
    time.sleep(0.01)
    assert outbox.claim("another", LEASE) is not None
    outbox.fail(job, "mine", "late", max_attempts=1)
    assert (only_job().state, only_job().error) == (JobState.RUNNING, None)


def test_a_job_that_kills_its_workers_is_given_up(make: Callable[..., Worker]) -> None:
    attempts = 3
    outbox.enqueue("deadly", {})
    for _ in range(attempts):
        assert outbox.claim(new_id(), dt.timedelta(0)) is not None  # and no more is heard of it
        time.sleep(0.01)
    ran: list[int] = []
    worker = make({"deadly": lambda: ran.append(1)}, job_max_attempts=attempts)
    assert worker.step()
    assert ran == []
    assert (only_job().state, only_job().error) == (JobState.FAILED, ABANDONED)
    assert not worker.step()


def test_the_worker_stops_when_it_is_told_to(make: Callable[..., Worker]) -> None:
    worker = make({}, worker_poll_ms=10 * WITHIN_S * 1_000)
    thread = threading.Thread(target=worker.run)
    thread.start()
    time.sleep(0.2)
    worker.stop()
    thread.join(WITHIN_S)
    assert not thread.is_alive()


STORM = """
import signal, time
from core.settings import load
from jobs.worker import Worker

worker = Worker(load(), {})
signal.signal(signal.SIGALRM, worker.stop)
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.0005)
until = time.monotonic() + 2
while time.monotonic() < until:
    worker._pause(0.0001)
signal.setitimer(signal.ITIMER_REAL, 0)
print("alive")
"""


def test_a_signal_at_any_moment_of_a_pause_is_taken(environ: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", STORM],
        env=environ,
        cwd=PROJECT,
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, b"alive\n"), done.stderr[-500:]
