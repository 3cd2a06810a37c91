"""Background work as administrators see it."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import now
from core.ids import new_id
from models.audit import AuditEntry
from models.outbox import Job, JobState
from models.staff import Role
from services import jobs, outbox
from services.jobs import Filters
from tests.factories import staff_client
from tests.services.test_working_lists import stages

API = "/admin/api/v1/jobs"


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    return staff_client(app, Role.ADMINISTRATOR)


def job(state: JobState = JobState.PENDING, name: str = "test.job", **fields: Any) -> Job:
    key = new_id()
    outbox.enqueue(name, {"entry": "x"}, dedupe_key=key)
    Job.objects(dedupe_key=key).update(set__state=state, **fields)
    return Job.objects.get(dedupe_key=key)


def listed(admin: FlaskClient, **query: str) -> list[str]:
    answer = admin.get(API, query_string=query)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.get_json()["items"]]


def test_jobs_are_listed_by_state_and_name_those_due_first(admin: FlaskClient) -> None:
    waits, failed = job(), job(JobState.FAILED)
    other = job(JobState.FAILED, "test.other")
    assert listed(admin) == [waits.id, failed.id, other.id]
    assert listed(admin, state="failed") == [failed.id, other.id]
    assert listed(admin, name="test.job") == [waits.id, failed.id]
    assert listed(admin, name="test.job", state="failed") == [failed.id]
    assert listed(admin, name="$ne") == []
    assert admin.get(API, query_string={"state": "lost"}).status_code == 400


def test_pages_of_jobs_have_no_gap_and_no_double(admin: FlaskClient) -> None:
    made = [job(JobState.FAILED if number % 2 else JobState.PENDING) for number in range(7)]
    moment = now()
    Job.objects.update(set__run_at=moment)
    whole = sorted(one.id for one in made)
    found: list[str] = []
    query = {"limit": "3"}
    for _ in range(3):
        page = admin.get(API, query_string=query).get_json()
        found += [one["id"] for one in page["items"]]
        query = {"limit": "3", "cursor": page["next_cursor"]}
    assert (found, page["next_cursor"]) == (whole, None)


def test_what_an_error_tells_of_somebody_is_masked(admin: FlaskClient) -> None:
    error = "SMTPRecipientsRefused: guest.a@example.org +86 138 0013 8000"
    failed = job(JobState.FAILED, set__error=error)
    text = admin.get(f"{API}/{failed.id}").get_json()["error"]
    assert text.startswith("SMTPRecipientsRefused: ")
    assert "guest.a@" not in text
    assert "0013" not in text


def test_a_failed_job_is_retried_and_a_waiting_one_cancelled_on_record(
    admin: FlaskClient,
) -> None:
    failed, waits = job(JobState.FAILED, set__attempts=5), job()
    retried = admin.post(f"{API}/{failed.id}/retry").get_json()
    assert (retried["state"], retried["attempts"]) == ("pending", 0)
    assert admin.post(f"{API}/{waits.id}/cancel").get_json()["state"] == "cancelled"
    for path in (f"{failed.id}/retry", f"{waits.id}/cancel"):
        assert admin.post(f"{API}/{path}").status_code == 409
    rows = AuditEntry.objects(action__startswith="jobs.").order_by("at", "id")
    assert [(row.action, row.target, row.before["state"], row.after) for row in rows] == [
        ("jobs.retry", f"jobs:{failed.id}", "failed", {"state": "pending"}),
        ("jobs.cancel", f"jobs:{waits.id}", "pending", {"state": "cancelled"}),
    ]


@pytest.mark.parametrize("state", [None, JobState.FAILED])
@pytest.mark.parametrize("name", [None, "test.job"])
@pytest.mark.parametrize("deep", [False, True])
def test_the_list_goes_through_an_index(
    state: JobState | None, name: str | None, deep: bool
) -> None:
    template = job().to_mongo()
    del template["dedupe_key"]
    rows = [
        {**template, "_id": f"{number:016d}", "name": f"test.{number % 9}"} for number in range(300)
    ]
    Job._get_collection().insert_many(rows)
    after = (now(), "0" * 16) if deep else None
    query = jobs.query(Filters(state, name), after)
    cursor = Job._get_collection().find(query).sort([("run_at", 1), ("_id", 1)]).limit(20)
    used = stages(cursor.explain()["queryPlanner"]["winningPlan"])
    assert not used & {"COLLSCAN", "SORT"}, used
