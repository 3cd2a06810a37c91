"""The outbox: claimed in order under a lease, tried again, never lost, never doubled."""

import datetime as dt
import threading
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from core import db
from core.clock import now
from core.ids import new_id
from models.outbox import Job, JobState
from services import jobs, outbox
from services.jobs import Filters

LEASE = dt.timedelta(seconds=30)
LAPSED = dt.timedelta(seconds=-1)
MINUTE = dt.timedelta(minutes=1)


def enqueue(name: str = "work", **options: Any) -> None:
    outbox.enqueue(name, {"a": 1}, **options)


def claim(token: str | None = None, lease: dt.timedelta = LEASE) -> Job:
    job = outbox.claim(token or new_id(), lease)
    assert job is not None
    return job


def only() -> Job:
    (job,) = Job.objects
    assert isinstance(job, Job)
    return job


def failed(max_attempts: int = 1, error: str = "broken") -> Job:
    enqueue()
    outbox.fail(claim("t"), "t", error, max_attempts)
    return only()


def make_due(job: Job) -> None:
    Job.objects(id=job.id).update(set__run_at=now())


def test_a_job_is_claimed_with_its_arguments() -> None:
    outbox.enqueue("work", {"day": "2025-01-17", "at": now().replace(microsecond=0)})
    job = claim("token")
    assert (job.name, job.args["day"]) == ("work", "2025-01-17")
    assert job.args["at"].tzinfo is not None
    assert (job.state, job.attempts, job.token) == (JobState.RUNNING, 1, "token")
    assert now() < job.leased_until <= now() + LEASE


def test_there_is_nothing_to_claim_when_nothing_is_due() -> None:
    assert outbox.claim(new_id(), LEASE) is None
    enqueue(run_at=now() + MINUTE)
    assert outbox.claim(new_id(), LEASE) is None


def test_what_is_due_longest_comes_first() -> None:
    for minutes in (2, 3, 1):
        enqueue(f"due-{minutes}", run_at=now() - minutes * MINUTE)
    assert [claim().name for _ in range(3)] == ["due-3", "due-2", "due-1"]


def test_a_claimed_job_is_not_claimed_again_within_its_lease() -> None:
    enqueue()
    claim()
    assert outbox.claim(new_id(), LEASE) is None


def test_a_job_whose_lease_ran_out_is_claimed_before_all_others() -> None:
    enqueue("lost")
    claim(lease=LAPSED)
    enqueue("waiting", run_at=now() - MINUTE)
    again = claim()
    assert (again.name, again.attempts) == ("lost", 2)
    assert claim().name == "waiting"


def test_renewing_extends_the_lease() -> None:
    enqueue()
    job = claim("token", LAPSED)
    assert outbox.renew(job.id, "token", LEASE)
    assert only().leased_until > now()
    assert outbox.claim(new_id(), LEASE) is None


def test_a_worker_that_lost_its_lease_changes_nothing_any_more() -> None:
    enqueue()
    slow = claim("slow", LAPSED)
    claim("fast")
    before = only().to_mongo()
    assert not outbox.renew(slow.id, "slow", LEASE)
    assert not outbox.finish(slow.id, "slow")
    outbox.fail(slow, "slow", "too late", max_attempts=1)
    assert only().to_mongo() == before
    assert outbox.finish(slow.id, "fast")
    assert only().state is JobState.DONE


def test_a_finished_job_is_kept_for_a_while_and_never_run_again() -> None:
    enqueue()
    job = claim("token", LAPSED)
    assert outbox.finish(job.id, "token")
    done = only()
    assert done.state is JobState.DONE
    assert (done.token, done.leased_until, done.error) == (None, None, None)
    assert done.drop_at - done.finished_at >= outbox.KEEP_DONE - MINUTE
    assert outbox.claim(new_id(), LEASE) is None
    assert not outbox.finish(job.id, "token")


def test_a_failed_attempt_is_tried_again_after_doubling_pauses() -> None:
    enqueue()
    for pause in (1, 2, 4, 8):
        job, before = claim("token"), now()
        assert outbox.fail(job, "token", "broken", max_attempts=8) is JobState.PENDING
        begin = only().run_at - dt.timedelta(seconds=pause)
        assert before <= begin <= now()
        make_due(job)
    assert (only().attempts, only().error) == (4, "broken")


def test_pauses_do_not_grow_beyond_all_bounds() -> None:
    enqueue()
    Job.objects.update(set__attempts=59)
    outbox.fail(claim("token"), "token", "broken", max_attempts=100)
    assert only().run_at <= now() + dt.timedelta(seconds=outbox.BACKOFF_MAX_S)


def test_the_last_attempt_leaves_the_job_where_staff_see_it() -> None:
    enqueue()
    for last in (False, False, True):
        job = claim("token")
        state = outbox.fail(job, "token", "ValueError: broken", max_attempts=3)
        assert (state is JobState.FAILED) is last
        make_due(job)
    job = only()
    assert (job.state, job.attempts, job.error) == (JobState.FAILED, 3, "ValueError: broken")
    assert job.drop_at is None
    assert outbox.claim(new_id(), LEASE) is None
    assert [one.id for one in jobs.listing(Filters(JobState.FAILED), limit=9)] == [job.id]


@pytest.mark.parametrize("error", ["长" * 5_000, "lone \ud83d surrogate", "\x00", ""])
def test_any_text_of_an_error_can_be_recorded(error: str) -> None:
    job = failed(error=error)
    assert job.state is JobState.FAILED
    assert len(job.error) <= outbox.ERROR_MAX
    assert job.error[:4] == error[:4]


@pytest.mark.parametrize("state", JobState)
def test_the_same_work_is_not_enqueued_again_whatever_became_of_it(state: JobState) -> None:
    enqueue(dedupe_key="sitemaps:2025-01-17")
    Job.objects.update(set__state=state)
    enqueue(dedupe_key="sitemaps:2025-01-17")
    enqueue(dedupe_key="sitemaps:2025-01-18")
    assert Job.objects.count() == 2
    assert Job.objects(dedupe_key="sitemaps:2025-01-17").first().state is state


def replace(run_at: dt.datetime, key: str = "publish:1") -> None:
    db.transaction(
        lambda session: outbox.replace("work", {}, run_at=run_at, key=key, session=session)
    )


def test_a_waiting_job_is_replaced_and_others_are_not() -> None:
    replace(now() + 2 * MINUTE, key="publish:2")
    replace(now() + MINUTE)
    replace(now())
    assert [job.dedupe_key for job in Job.objects.order_by("run_at")] == ["publish:1", "publish:2"]
    assert claim().run_at <= now()


@pytest.mark.parametrize("state", set(JobState) - {JobState.PENDING})
def test_what_has_begun_or_ended_stays_and_is_followed_by_a_new_job(state: JobState) -> None:
    replace(now())
    former = only()
    Job.objects.update(set__state=state)
    replace(now())
    assert Job.objects.count() == 2
    kept = Job.objects.get(id=former.id)
    assert (kept.state, kept.dedupe_key) == (state, None)
    assert claim().id != former.id


def test_a_job_that_is_claimed_meanwhile_is_followed_by_a_new_one() -> None:
    replace(now())
    taken: list[Job] = []

    def work(session: ClientSession) -> None:
        Job._get_collection().find_one({}, session=session)  # what the transaction sees from now on
        if not taken:
            taken.append(claim("token"))
        outbox.replace("work", {}, run_at=now(), key="publish:1", session=session)

    db.transaction(work)
    assert claim().id != taken[0].id
    assert outbox.finish(taken[0].id, "token")


def test_without_a_key_the_same_work_is_enqueued_again() -> None:
    enqueue()
    enqueue()
    assert Job.objects.count() == 2


@pytest.mark.parametrize("within_transaction", [False, True])
def test_sixteen_threads_with_one_key_make_one_job(within_transaction: bool) -> None:
    barrier = threading.Barrier(16)
    errors = []

    def work() -> None:
        barrier.wait()
        try:
            if within_transaction:
                db.transaction(lambda session: enqueue(dedupe_key="once", session=session))
            else:
                enqueue(dedupe_key="once")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert Job.objects(dedupe_key="once").count() == 1


def test_each_job_is_claimed_by_one_of_many_workers() -> None:
    for _ in range(30):
        enqueue()
    claimed: list[str] = []

    def work() -> None:
        while job := outbox.claim(new_id(), LEASE):
            claimed.append(job.id)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claimed) == len(set(claimed)) == 30


@pytest.mark.parametrize("dedupe_key", [None, "once"])
def test_work_caused_by_a_change_that_is_taken_back_is_not_there(dedupe_key: str | None) -> None:
    def work(session: ClientSession) -> None:
        enqueue(dedupe_key=dedupe_key, session=session)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the very error that was raised inside
        db.transaction(work)
    assert Job.objects.count() == 0


def test_work_waits_for_the_commit_of_what_caused_it() -> None:
    def work(session: ClientSession) -> None:
        enqueue(session=session)
        assert outbox.claim(new_id(), LEASE) is None

    db.transaction(work)
    assert claim().name == "work"
