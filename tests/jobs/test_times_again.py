"""Times that are given again after a change of mind: each holds, whatever became of its job."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from core.clock import now
from jobs.content import HANDLERS
from models.content import Content
from models.enums import ContentState, Kind
from models.outbox import Job, JobState
from models.revisions import Revision
from services import content, jobs, outbox, publishing, versions
from tests.factories import ACTOR, create, create_live

DAY = dt.timedelta(days=1)
WorkOff = Callable[..., int]


def schedule(item: Content, **times: dt.datetime | None) -> Content:
    return publishing.schedule(item.KIND, item.id, revision=item.revision, **times, actor=ACTOR)


def make_due() -> None:
    """Let the time of every waiting job come; a worker whose clock is ahead sees the same."""
    Job.objects(state=JobState.PENDING).update(set__run_at=now())


def work_in_vain() -> Job:
    """Claim the job and run its handler; return it to be finished."""
    make_due()
    job = outbox.claim("token", DAY)
    assert job is not None
    HANDLERS[job.name](**job.args)
    return job


def change_at_work(item: Content, field: str, at: dt.datetime) -> None:
    """Take the time back, and give it again while a worker has just looked at the job in vain."""
    schedule(item)
    job = work_in_vain()
    schedule(item, **{field: at})
    assert outbox.finish(job.id, "token")


def change_after_work(item: Content, field: str, at: dt.datetime) -> None:
    """Take the time back, and give it again when a worker is done with the job in vain."""
    schedule(item)
    assert outbox.finish(work_in_vain().id, "token")
    schedule(item, **{field: at})


def change_to_another_and_back(item: Content, field: str, at: dt.datetime) -> None:
    schedule(item, **{field: at + DAY})
    schedule(item, **{field: at})


def clear_and_set(item: Content, field: str, at: dt.datetime) -> None:
    schedule(item)
    schedule(item, **{field: at})


def edit_and_set(item: Content, field: str, at: dt.datetime) -> None:
    edited = content.update(
        item.KIND, item.id, {"title": "新题"}, revision=item.revision, actor=ACTOR
    )
    schedule(edited, **{field: at})


def clear_edit_and_set(item: Content, field: str, at: dt.datetime) -> None:
    schedule(item)
    edit_and_set(item, field, at)


def cancel_and_set(item: Content, field: str, at: dt.datetime) -> None:
    """Let staff cancel the job, and think better of it."""
    jobs.cancel(ACTOR, Job.objects.get().id)
    schedule(item, **{field: at})


def set_again(item: Content, field: str, at: dt.datetime) -> None:
    schedule(item, **{field: at})


DETOURS = (
    *(change_at_work, change_after_work, change_to_another_and_back, clear_and_set),
    *(edit_and_set, clear_edit_and_set, cancel_and_set, set_again),
)


@pytest.mark.parametrize("detour", DETOURS)
@pytest.mark.parametrize("field", ["publish_at", "expire_at"])
def test_the_same_time_given_again_holds(
    client: FlaskClient,
    work_off: WorkOff,
    field: str,
    detour: Callable[[Content, str, dt.datetime], None],
) -> None:
    begins = field == "publish_at"
    item, at = create(Kind.SITES) if begins else create_live(Kind.SITES), now() + DAY
    schedule(item, **{field: at})
    detour(item, field, at)
    before = versions.current().number
    path = f"/api/v1/sites/{item.id}"
    assert client.get(path).status_code == (404 if begins else 200)
    make_due()
    work_off()
    assert client.get(path).status_code == (200 if begins else 404)
    expected = ContentState.PUBLISHED if begins else ContentState.EXPIRED
    assert content.get(Kind.SITES, item.id).state is expected
    assert versions.current().number == before + 1
    assert Revision.objects.count() == 1


def test_an_expiry_that_was_looked_at_in_vain_still_comes(work_off: WorkOff) -> None:
    item = create(Kind.SITES)
    schedule(item, expire_at=now() + DAY)
    assert outbox.finish(work_in_vain().id, "token")
    publishing.publish(Kind.SITES, item.id, actor=ACTOR)
    make_due()
    assert work_off() == 1
    assert content.get(Kind.SITES, item.id).state is ContentState.EXPIRED
