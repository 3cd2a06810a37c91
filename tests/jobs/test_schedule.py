"""What recurs is written once a day, by whichever worker looks first."""

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.clock import SHANGHAI
from jobs import schedule
from jobs.sitemaps import BUILD_JOB
from models.enums import Kind
from models.outbox import Job, JobState
from models.sitemaps import Sitemap
from services import jobs, outbox
from tests.factories import ACTOR, create_live

WorkOff = Callable[..., int]


def at(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let the schedule believe that it is this time in Shanghai."""
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(dt.UTC)
    monkeypatch.setattr(schedule, "now", lambda: moment)


def days() -> list[str]:
    return sorted(job.args["day"] for job in Job.objects(name=BUILD_JOB))


@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ("2026-03-02T02:29:59", []),
        ("2026-03-02T02:30:00", ["2026-03-02"]),
        # The worker was down in the night.
        ("2026-03-02T23:59:59", ["2026-03-02"]),
        # A new day in Shanghai while it is still yesterday in UTC.
        ("2026-03-03T00:00:00", []),
    ],
)
def test_a_daily_job_is_written_from_its_time_on(
    monkeypatch: pytest.MonkeyPatch, time: str, expected: list[str]
) -> None:
    at(monkeypatch, time)
    schedule.enqueue_due()
    assert days() == expected


def test_many_workers_write_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-03-02T03:00")
    with ThreadPoolExecutor(8) as workers:
        for _ in range(5):
            for written in [workers.submit(schedule.enqueue_due) for _ in range(16)]:
                written.result()
    assert days() == ["2026-03-02"]


def test_it_is_written_again_the_next_day_only(
    monkeypatch: pytest.MonkeyPatch, work_off: WorkOff
) -> None:
    at(monkeypatch, "2026-03-02T10:00")
    schedule.enqueue_due()
    assert work_off() == len(schedule.DAILY)
    at(monkeypatch, "2026-03-02T23:00")
    schedule.enqueue_due()
    assert work_off() == 0
    at(monkeypatch, "2026-03-03T03:00")
    schedule.enqueue_due()
    assert days() == ["2026-03-02", "2026-03-03"]


def test_what_staff_cancelled_stays_cancelled_for_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, "2026-03-02T03:00")
    schedule.enqueue_due()
    jobs.cancel(ACTOR, Job.objects.get(name=BUILD_JOB).id)
    schedule.enqueue_due()
    assert [job.state for job in Job.objects(name=BUILD_JOB)] == [JobState.CANCELLED]


def test_the_nightly_job_lists_what_is_live(work_off: WorkOff) -> None:
    live = create_live(Kind.SITES)
    outbox.enqueue(BUILD_JOB, {"day": "2026-03-02"})
    assert work_off() == 1
    page = Sitemap.objects.get(id="sites:1")
    assert [(entry.item, entry.slug) for entry in page.entries] == [(live.id, live.slug)]
    assert Sitemap.objects.count() == 1
