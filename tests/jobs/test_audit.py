"""The sealer: runs when there is something to seal, once a minute at most."""

from collections.abc import Callable

import pytest

from jobs import schedule
from jobs.audit import SEAL_JOB
from models.outbox import Job
from services import audit, audit_chain
from services.actors import SYSTEM


def write(count: int) -> None:
    for number in range(count):
        audit.record(SYSTEM, "test.write", f"test:{number}")


@pytest.fixture(autouse=True)
def no_daily(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "DAILY", ())


def test_without_entries_there_is_no_job() -> None:
    schedule.enqueue_due()
    assert Job.objects.count() == 0


def test_what_waits_is_sealed(work_off: Callable[..., int]) -> None:
    write(3)
    schedule.enqueue_due()
    schedule.enqueue_due()
    assert Job.objects(name=SEAL_JOB).count() <= 2  # two, when a minute ends in between
    assert work_off() >= 1
    report = audit_chain.verify()
    assert (report.checked, report.unsealed, report.holds) == (3, 0, True)
    before = Job.objects.count()
    schedule.enqueue_due()
    assert Job.objects.count() == before
