"""Live copies that change without a publication: figures become due, staff reorder lists."""

import datetime as dt
from typing import Any

import pytest

from core.clock import day_start, now, today
from core.errors import Invalid
from models.content import Content
from models.enums import Kind, Language
from models.outbox import Job
from models.revisions import Revision
from models.snapshots import Snapshot
from services import content, live, publishing, related, versions
from services.live import Selection
from services.publishing import REFRESH_JOB
from tests.factories import ACTOR, create, create_live, dummy_figure

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


def test_a_live_figure_is_rendered_anew_when_it_becomes_due() -> None:
    review_by = today() + 3 * DAY
    figure = dummy_figure(review_by=review_by.isoformat())
    document = create_live(TRACKS, figures=[figure])
    (job,) = jobs(REFRESH_JOB)
    assert job.run_at == snapshot(document)["changes_at"] == day_start(review_by + DAY)


def days_pass(document: Content, days: int) -> None:
    """Set the review date of an item's live figure back, as if that many days had passed."""
    revisions = Revision._get_collection()
    row = revisions.find_one({"item": document.id})
    assert row is not None
    earlier = row["content"]["figures"][0]["review_by"] - days * DAY
    revisions.update_one({"item": document.id}, {"$set": {"content.figures.0.review_by": earlier}})


def test_refreshing_marks_a_figure_that_became_stale_and_nothing_else() -> None:
    end = now() + 30 * DAY
    figure = dummy_figure(review_by=(today() + DAY).isoformat())
    document = create_live(TRACKS, figures=[figure], title="旧题")
    schedule(document, expire_at=end)
    content.update(TRACKS, document.id, {"title": "没发布"}, revision=1, actor=ACTOR)
    before = related.read(TRACKS, document.id, ZH)
    days_pass(document, 2)
    publishing.refresh(TRACKS, document.id, actor=ACTOR)
    after = related.read(TRACKS, document.id, ZH)
    assert [one["figures"][0]["stale"] for one in (before, after)] == [False, True]
    assert after["title"] == "旧题"
    assert after["published_at"] == before["published_at"]
    assert snapshot(document)["expire_at"] == end
    assert snapshot(document)["changes_at"] is None


def test_refreshing_keeps_the_place_in_lists() -> None:
    first, second = create_live(TRACKS, order=-5), create_live(TRACKS)
    publishing.reorder(TRACKS, [second.id, first.id], actor=ACTOR)
    publishing.refresh(TRACKS, first.id, actor=ACTOR)
    assert listed() == [second.id, first.id]


def test_refreshing_what_is_offline_does_nothing() -> None:
    document = create_live(TRACKS)
    publishing.unpublish(TRACKS, document.id, actor=ACTOR)
    before = versions.current()
    publishing.refresh(TRACKS, document.id, actor=ACTOR)
    assert listed() == []
    assert versions.current() == before


def test_reordering_acts_on_working_copies_and_live_lists_at_once() -> None:
    items = [create_live(TRACKS).id for _ in range(3)]
    draft = create(TRACKS).id
    wanted = [items[2], draft, items[0], items[1]]
    publishing.reorder(TRACKS, wanted, actor=ACTOR)
    assert listed() == [items[2], items[0], items[1]]
    assert [document.id for document in content.listing(TRACKS)] == wanted


def test_reordering_articles_keeps_newer_days_first() -> None:
    old = create_live(Kind.ARTICLES, published_on="2025-01-01").id
    new = [create_live(Kind.ARTICLES, published_on="2025-01-02").id for _ in range(2)]
    publishing.reorder(Kind.ARTICLES, [old, new[1], new[0]], actor=ACTOR)
    assert listed(Kind.ARTICLES) == [new[1], new[0], old]


@pytest.mark.parametrize(("extra", "problem"), [("same", "not_unique"), ("none", "not_found")])
def test_an_impossible_order_is_refused_whole(extra: str, problem: str) -> None:
    items = [create_live(TRACKS).id for _ in range(2)]
    wrong = items[0] if extra == "same" else "0" * 16
    with pytest.raises(Invalid) as refused:
        publishing.reorder(TRACKS, [items[1], items[0], wrong], actor=ACTOR)
    assert refused.value.fields == {"items": problem}
    assert listed() == items
