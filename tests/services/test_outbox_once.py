"""The outbox: the same work is written down once, with what causes it, and claimed by one."""

import datetime as dt
import threading

import pytest
from pymongo.client_session import ClientSession

from core import db
from core.clock import now
from core.ids import new_id
from models.outbox import Job, JobState
from services import outbox
from tests.services.queued import LEASE, MINUTE, claim, enqueue, only


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


@pytest.mark.parametrize("state", [one for one in JobState if one is not JobState.PENDING])
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
