"""Publishing by the clock: on time, once, and never against what staff decided since."""

import datetime as dt
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from structlog.testing import capture_logs

from core.clock import now, today
from models.content import Content
from models.enums import ContentState, Kind
from models.outbox import Job, JobState
from models.revisions import Revision
from models.snapshots import Snapshot, snapshot_key
from services import content, publishing, snapshots, versions
from tests.factories import ACTOR, create, create_live, dummy_figure

Moments = Callable[[], dt.datetime]
WorkOff = Callable[..., int]
DAY = dt.timedelta(days=1)


def schedule(item: Content, **times: dt.datetime | None) -> Content:
    return publishing.schedule(item.KIND, item.id, revision=item.revision, **times, actor=ACTOR)


def is_live(client: FlaskClient, item: Content) -> bool:
    return client.get(f"/api/v1/{item.KIND}/{item.id}").status_code == 200


def states() -> list[JobState]:
    return [job.state for job in Job.objects.order_by("run_at", "id")]


def test_an_item_is_published_at_its_time_and_once(
    client: FlaskClient, work_off: WorkOff, soon: Moments
) -> None:
    item = create(Kind.SITES)
    at = soon()
    schedule(item, publish_at=at)
    assert work_off() == 0
    assert not is_live(client, item)

    assert work_off(at) == 1
    assert is_live(client, item)
    published = content.get(Kind.SITES, item.id)
    assert published.state is ContentState.PUBLISHED
    assert published.publish_at is None
    revision = Revision.objects.get(item=item.id)
    assert (revision.number, revision.actor) == (1, "schedule")
    assert versions.current().number == 1
    assert work_off() == 0
    assert states() == [JobState.DONE]


def test_an_edit_voids_the_schedule(client: FlaskClient, work_off: WorkOff, soon: Moments) -> None:
    item, at = create(Kind.SITES), soon()
    schedule(item, publish_at=at)
    content.update(Kind.SITES, item.id, {"title": "未经审看的标题"}, revision=1, actor=ACTOR)
    assert work_off(at) == 1
    assert not is_live(client, item)
    assert Revision.objects.count() == 0
    assert states() == [JobState.DONE]


def test_a_new_time_replaces_the_former(
    client: FlaskClient, work_off: WorkOff, soon: Moments
) -> None:
    item, first = create(Kind.SITES), soon()
    schedule(item, publish_at=first)
    second = first + dt.timedelta(milliseconds=500)
    schedule(item, publish_at=second)
    assert work_off(first) == 1
    assert not is_live(client, item)
    assert work_off(second) == 1
    assert is_live(client, item)
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("void", ["cleared", "archived"])
def test_a_schedule_that_staff_took_back_does_nothing(
    client: FlaskClient, work_off: WorkOff, soon: Moments, void: str
) -> None:
    item, at = create(Kind.SITES), soon()
    schedule(item, publish_at=at)
    if void == "cleared":
        schedule(item)
    else:
        content.archive(Kind.SITES, item.id, actor=ACTOR)
    work_off(at)
    assert not is_live(client, item)
    assert states() == [JobState.DONE]


def test_what_staff_published_first_is_not_published_again(
    work_off: WorkOff, soon: Moments
) -> None:
    item, at = create(Kind.SITES), soon()
    schedule(item, publish_at=at)
    publishing.publish(Kind.SITES, item.id, actor=ACTOR)
    work_off(at)
    assert versions.current().number == 1
    assert Revision.objects.get(item=item.id).actor == "test"


def test_what_cannot_be_published_is_logged_and_not_tried_for_ever(
    work_off: WorkOff, soon: Moments
) -> None:
    item, at = create(Kind.SITES, figures=[dummy_figure(value=None)]), soon()
    schedule(item, publish_at=at)
    with capture_logs() as logged:
        assert work_off(at) == 1
        assert work_off() == 0
    assert states() == [JobState.DONE]
    assert Revision.objects.count() == 0
    refused = next(line for line in logged if line["event"] == "schedule_refused")
    assert refused["item"] == item.id
    assert refused["fields"] == ["figures.scale"]


def test_an_item_that_is_gone_is_no_failure(work_off: WorkOff, soon: Moments) -> None:
    item, at = create(Kind.SITES), soon()
    schedule(item, publish_at=at, expire_at=at + dt.timedelta(milliseconds=50))
    item.delete()
    assert work_off(at + dt.timedelta(milliseconds=50)) == 2
    assert states() == [JobState.DONE] * 2


def test_an_item_expires_at_its_time(client: FlaskClient, work_off: WorkOff, soon: Moments) -> None:
    item, at = create_live(Kind.SITES), soon()
    schedule(item, expire_at=at)
    assert work_off() == 0
    assert is_live(client, item)
    assert work_off(at) == 1
    assert not is_live(client, item)
    assert Snapshot.objects.count() == 0
    assert content.get(Kind.SITES, item.id).state is ContentState.EXPIRED


def test_without_a_worker_an_item_is_out_of_sight_at_its_time(
    client: FlaskClient, soon: Moments, wait_until: Callable[[dt.datetime], None]
) -> None:
    item, at = create_live(Kind.SITES), soon()
    schedule(item, expire_at=at)
    wait_until(at)
    assert not is_live(client, item)


def test_an_expiry_that_was_put_off_or_cleared_does_nothing(
    client: FlaskClient, work_off: WorkOff, soon: Moments
) -> None:
    later, never, at = create_live(Kind.SITES), create_live(Kind.SITES), soon()
    for item in (later, never):
        schedule(item, expire_at=at)
    schedule(later, expire_at=at + DAY)
    schedule(never)
    assert work_off(at) == 2
    assert is_live(client, later)
    assert is_live(client, never)


def test_an_item_is_published_and_expires_by_itself(
    client: FlaskClient, work_off: WorkOff, soon: Moments
) -> None:
    item, at = create(Kind.SITES), soon()
    gone = at + dt.timedelta(milliseconds=500)
    schedule(item, publish_at=at, expire_at=gone)
    work_off(at)
    assert is_live(client, item)
    work_off(gone)
    assert not is_live(client, item)
    assert states() == [JobState.DONE] * 2


@pytest.fixture
def published_yesterday(monkeypatch: pytest.MonkeyPatch) -> Content:
    """A track that was published yesterday, with a figure to be reviewed by then."""
    with monkeypatch.context() as patch:
        patch.setattr(snapshots, "now", lambda: now() - DAY)
        patch.setattr(snapshots, "today", lambda: today() - DAY)
        figures = [
            dummy_figure(review_by=(today() - DAY).isoformat()),
            dummy_figure(key="later", review_by=(today() + 2 * DAY).isoformat()),
        ]
        return create_live(Kind.TRACKS, figures=figures)


def stale(client: FlaskClient, item: Content) -> list[bool]:
    figures = client.get(f"/api/v1/tracks/{item.id}").get_json()["figures"]
    return [figure["stale"] for figure in figures]


def test_a_figure_that_becomes_due_is_marked_without_anybody_editing(
    client: FlaskClient, work_off: WorkOff, published_yesterday: Content
) -> None:
    item = published_yesterday
    assert stale(client, item) == [False, False]
    before = versions.current().number
    assert work_off() == 1
    assert stale(client, item) == [True, False]
    assert versions.current().number == before + 1
    waiting = Job.objects.get(state=JobState.PENDING)
    snapshot = Snapshot.objects.get(id=snapshot_key(Kind.TRACKS, item.id))
    assert waiting.name == publishing.REFRESH_JOB
    assert waiting.run_at == snapshot.changes_at
    assert Revision.objects.count() == 1


def test_a_refresh_shows_what_was_published_and_not_the_working_copy(
    client: FlaskClient, work_off: WorkOff, published_yesterday: Content
) -> None:
    item = published_yesterday
    content.update(Kind.TRACKS, item.id, {"title": "尚未发布"}, revision=1, actor=ACTOR)
    work_off()
    assert client.get(f"/api/v1/tracks/{item.id}").get_json()["title"] == item.title


def test_a_refresh_of_what_is_offline_does_nothing(
    client: FlaskClient, work_off: WorkOff, published_yesterday: Content
) -> None:
    item = published_yesterday
    publishing.unpublish(Kind.TRACKS, item.id, actor=ACTOR)
    before = versions.current().number
    assert work_off() == 1
    assert not is_live(client, item)
    assert versions.current().number == before


def test_a_refresh_keeps_the_order_that_staff_gave(
    client: FlaskClient, work_off: WorkOff, published_yesterday: Content
) -> None:
    first, second = published_yesterday, create_live(Kind.TRACKS, order=9, number=2)
    publishing.reorder(Kind.TRACKS, [second.id, first.id], actor=ACTOR)
    work_off()
    listed = client.get("/api/v1/tracks").get_json()["items"]
    assert [card["id"] for card in listed] == [second.id, first.id]
