"""Publishing by the clock: schedules that an edit voids, expiry that holds without a worker."""

import datetime as dt
from typing import Any

import pytest

from core.clock import now
from core.errors import Conflict, Invalid, NotFound, Unprocessable
from models.content import Content
from models.enums import ContentState, Kind, Language
from models.outbox import Job
from models.registry import CONTENT
from models.snapshots import Snapshot
from services import content, handbook, home, links, live, publishing, related, sitemaps, versions
from services.live import Selection
from services.publishing import EXPIRE_JOB, PUBLISH_JOB
from services.search import promotions
from tests.factories import ACTOR, create, create_live, publish

TRACKS = Kind.TRACKS
ZH = Language.ZH_CN
DAY = dt.timedelta(days=1)


def schedule(document: Content, **times: Any) -> Content:
    revision = content.get(document.KIND, document.id).revision
    return publishing.schedule(document.KIND, document.id, revision=revision, **times, actor=ACTOR)


def jobs(name: str) -> list[Job]:
    return list(Job.objects(name=name).order_by("run_at"))


def snapshot(document: Content) -> dict[str, Any]:
    row = Snapshot.raw().find_one({"item": document.id})
    assert row is not None
    return row


def listed(kind: Kind = TRACKS) -> list[str]:
    return [row["item"] for row in live.groups([Selection(kind, 50)], ZH)[0]]


def test_a_schedule_is_kept_with_the_item_and_becomes_two_jobs() -> None:
    document, begin = create(TRACKS), now() + DAY
    after = schedule(document, publish_at=begin, expire_at=begin + DAY)
    assert (after.publish_at, after.expire_at) == (begin, begin + DAY)
    assert after.state is ContentState.DRAFT
    (start,), (end,) = jobs(PUBLISH_JOB), jobs(EXPIRE_JOB)
    item = {"kind": "tracks", "item": document.id}
    assert (start.run_at, start.args) == (begin, {**item, "at": begin, "revision": 1})
    assert (end.run_at, end.args) == (begin + DAY, {**item, "at": begin + DAY})
    assert listed() == []


def test_scheduling_the_same_again_makes_no_second_job() -> None:
    document, begin = create(TRACKS), now() + DAY
    for _ in range(2):
        schedule(document, publish_at=begin, expire_at=begin + DAY)
    assert len(jobs(PUBLISH_JOB)) == len(jobs(EXPIRE_JOB)) == 1


def test_an_edit_voids_the_schedule() -> None:
    document = create(TRACKS)
    begin = now() + DAY
    schedule(document, publish_at=begin, expire_at=begin + DAY)
    edited = content.update(TRACKS, document.id, {"title": "新题"}, revision=1, actor=ACTOR)
    assert edited.publish_at is None
    assert content.get(TRACKS, document.id).publish_at is None
    (job,) = jobs(PUBLISH_JOB)
    with pytest.raises(Conflict):
        publishing.publish(TRACKS, document.id, actor=ACTOR, revision=job.args["revision"])


def test_an_edit_keeps_the_expiry() -> None:
    document, end = create(TRACKS), now() + DAY
    schedule(document, expire_at=end)
    content.update(TRACKS, document.id, {"title": "新题"}, revision=1, actor=ACTOR)
    assert snapshot(publish(document))["expire_at"] == end


def test_a_translation_voids_the_schedule_too() -> None:
    document = create(TRACKS)
    schedule(document, publish_at=now() + DAY)
    content.translate(TRACKS, document.id, Language.EN, {"title": "T"}, revision=1, actor=ACTOR)
    assert content.get(TRACKS, document.id).publish_at is None


def test_a_new_schedule_after_an_edit_has_a_job_of_its_own() -> None:
    document, begin = create(TRACKS), now() + DAY
    schedule(document, publish_at=begin)
    content.update(TRACKS, document.id, {"title": "新题"}, revision=1, actor=ACTOR)
    schedule(document, publish_at=begin)
    assert sorted(job.args["revision"] for job in jobs(PUBLISH_JOB)) == [1, 2]


def test_a_stale_revision_is_not_scheduled() -> None:
    document = create(TRACKS)
    content.update(TRACKS, document.id, {"title": "新题"}, revision=1, actor=ACTOR)
    with pytest.raises(Conflict) as refused:
        publishing.schedule(TRACKS, document.id, revision=1, publish_at=now() + DAY, actor=ACTOR)
    assert refused.value.code == "stale_revision"
    assert jobs(PUBLISH_JOB) == []


def test_an_archived_item_is_not_scheduled() -> None:
    document = content.archive(TRACKS, create(TRACKS).id, actor=ACTOR)
    with pytest.raises(Conflict) as refused:
        schedule(document, publish_at=now() + DAY)
    assert refused.value.code == "archived"


@pytest.mark.parametrize(
    ("publish_in", "expire_in", "fields"),
    [
        (-1, None, {"publish_at": "past_time"}),
        (0, None, {"publish_at": "past_time"}),
        (None, -1, {"expire_at": "past_time"}),
        (2, 1, {"expire_at": "bad_schedule"}),
        (2, 2, {"expire_at": "bad_schedule"}),
        (-2, -1, {"publish_at": "past_time"}),
    ],
)
def test_impossible_times_are_refused(
    publish_in: int | None, expire_in: int | None, fields: dict[str, str]
) -> None:
    document, moment = create(TRACKS), now()
    times = {"publish_at": publish_in, "expire_at": expire_in}
    with pytest.raises(Invalid) as refused:
        schedule(
            document, **{n: moment + days * DAY for n, days in times.items() if days is not None}
        )
    assert refused.value.fields == fields
    assert Job.objects.count() == 0


def test_leaving_a_time_out_clears_it() -> None:
    document = create(TRACKS)
    schedule(document, publish_at=now() + DAY, expire_at=now() + 2 * DAY)
    after = schedule(document)
    assert (after.publish_at, after.expire_at) == (None, None)


def test_what_is_live_gets_its_new_expiry_at_once() -> None:
    document, end = create_live(TRACKS), now() + DAY
    before = versions.current().number
    schedule(document, expire_at=end)
    assert snapshot(document)["expire_at"] == end
    schedule(document)
    assert snapshot(document)["expire_at"] is None
    assert versions.current().number == before + 2


def test_scheduling_a_draft_leaves_the_version_alone() -> None:
    schedule(create(TRACKS), publish_at=now() + DAY, expire_at=now() + 2 * DAY)
    assert versions.current().number == 0


def test_publishing_ends_the_wait_and_keeps_the_expiry() -> None:
    document, end = create(TRACKS), now() + 2 * DAY
    schedule(document, publish_at=now() + DAY, expire_at=end)
    after = publish(document)
    assert (after.publish_at, after.expire_at) == (None, end)
    assert len(jobs(EXPIRE_JOB)) == 1


def test_unpublishing_ends_the_wait_for_the_next_revision() -> None:
    document = create_live(TRACKS)
    schedule(document, publish_at=now() + DAY)
    assert publishing.unpublish(TRACKS, document.id, actor=ACTOR).publish_at is None


def test_archiving_ends_the_wait() -> None:
    document = create(TRACKS)
    schedule(document, publish_at=now() + DAY)
    assert content.archive(TRACKS, document.id, actor=ACTOR).publish_at is None


def let_its_time_pass(document: Content) -> None:
    """Set the expiry of a live item back, as if its time had come with no worker there."""
    schedule(document, expire_at=now() + DAY)
    assert document.id in listed(document.KIND)
    past = {"$set": {"expire_at": now() - dt.timedelta(milliseconds=1)}}
    CONTENT[document.KIND]._get_collection().update_one({"_id": document.id}, past)
    Snapshot.raw().update_one({"item": document.id}, past)


def expired(kind: Kind) -> Content:
    document = create_live(kind)
    let_its_time_pass(document)
    return document


def test_past_its_time_an_item_is_gone_everywhere_even_without_a_worker() -> None:
    document = expired(TRACKS)
    assert listed() == []
    assert live.page(Selection(TRACKS, 10), ZH).cards == []
    assert all(group["items"] == [] for group in home.read(ZH)["tracks"])
    for name in (document.id, document.slug):
        with pytest.raises(NotFound):
            related.read(TRACKS, name, ZH)


def test_past_its_time_an_edition_takes_its_chapters_along() -> None:
    edition = create_live(Kind.HANDBOOK)
    chapter = create_live(Kind.CHAPTERS, edition=edition.id)
    assert handbook.read_chapter(edition.id, chapter.id, ZH)
    let_its_time_pass(edition)
    with pytest.raises(NotFound):
        handbook.read_chapter(edition.id, chapter.id, ZH)


def test_past_its_time_a_link_to_it_is_null() -> None:
    site = create_live(Kind.SITES)
    venue = create_live(Kind.VENUES, site=site.id)
    assert related.read(Kind.VENUES, venue.id, ZH)["site"] is not None
    let_its_time_pass(site)
    assert related.read(Kind.VENUES, venue.id, ZH)["site"] is None


def test_past_its_time_an_item_is_no_target_of_links_any_more() -> None:
    site = expired(Kind.SITES)
    venue = create(Kind.VENUES, site=site.id)
    assert not links.is_live(Kind.SITES, site.id)
    assert [(link.exists, link.live) for link in links.check(venue)] == [(True, False)]
    assert links.problems(venue) == {"site": ("link_not_live", {"target": f"sites:{site.id}"})}
    with pytest.raises(Invalid) as refused:
        promotions.promote(ACTOR, "园区", [(Kind.SITES, site.id)])
    assert refused.value.fields == {"items": "not_live"}


def test_past_its_time_an_item_is_in_no_sitemap() -> None:
    kept, _gone = create_live(TRACKS), expired(TRACKS)
    sitemaps.build(TRACKS)
    assert [entry.item for entry in sitemaps.read(TRACKS, 1).entries] == [kept.id]


def test_past_its_time_an_item_is_taken_offline_before_it_is_archived() -> None:
    document = expired(TRACKS)
    with pytest.raises(Conflict) as refused:
        content.archive(TRACKS, document.id, actor=ACTOR)
    assert refused.value.code == "still_live"
    publishing.expire(TRACKS, document.id, actor=ACTOR)
    assert content.archive(TRACKS, document.id, actor=ACTOR).state is ContentState.ARCHIVED


def test_nothing_goes_live_past_its_time() -> None:
    document = expired(TRACKS)
    publishing.expire(TRACKS, document.id, actor=ACTOR)
    for verb in (
        lambda: publish(document),
        lambda: publishing.roll_back(TRACKS, document.id, 1, actor=ACTOR),
    ):
        with pytest.raises(Unprocessable) as refused:
            verb()
        assert refused.value.fields == {"expire_at": "past_time"}
    schedule(document)
    assert publish(document).state is ContentState.PUBLISHED
