"""Loading content files never undoes what staff did."""

import copy
from collections.abc import Callable

import pytest
from click.testing import Result

from cli.seed.load import Outcome
from models.enums import Kind
from models.revisions import Revision
from models.snapshots import Snapshot
from services import content, publishing
from tests.cli.seed_files import (
    ROUTE,
    SLUGS,
    Files,
    Load,
    all_are,
    check_whole,
    track,
)
from tests.factories import ACTOR, create

Run = Callable[..., Result]
Refused = Callable[..., str]


def edit() -> None:
    content.update(
        Kind.TRACKS, track().id, {"title": "员工改的"}, revision=track().revision, actor=ACTOR
    )


def edit_and_publish() -> None:
    edit()
    publishing.publish(Kind.TRACKS, track().id, actor=ACTOR)


def take_offline() -> None:
    publishing.unpublish(Kind.TRACKS, track().id, actor=ACTOR)


def let_expire() -> None:
    publishing.expire(Kind.TRACKS, track().id, actor=ACTOR)


def put_away() -> None:
    take_offline()
    content.archive(Kind.TRACKS, track().id, actor=ACTOR)


def roll_back() -> None:
    """Publish another text, load the files' change of it, go back."""
    first = Revision.objects(item=track().id).order_by("number").first().number
    publishing.roll_back(Kind.TRACKS, track().id, first, actor=ACTOR)


@pytest.mark.parametrize(
    "act", [edit, edit_and_publish, take_offline, let_expire, put_away, roll_back]
)
def test_what_staff_changed_is_theirs(
    files: Files, load_all: Load, act: Callable[[], None]
) -> None:
    load_all()
    files["tracks"][0]["summary"] = "第二版。"
    load_all()
    act()
    files["tracks"][0]["summary"] = "第三版。"
    before = track().stored()
    live = [row.to_mongo() for row in Snapshot.objects(kind=Kind.TRACKS)]
    assert load_all()["test-track"] is Outcome.KEPT
    assert track().stored() == before
    assert [row.to_mongo() for row in Snapshot.objects(kind=Kind.TRACKS)] == live


def test_an_item_that_staff_made_first_is_theirs(load_all: Load) -> None:
    mine = create(Kind.FAQS, slug="test-question", title="员工的问题")
    assert load_all() == {**all_are(Outcome.LOADED), "test-question": Outcome.KEPT}
    assert content.get(Kind.FAQS, mine.id).title == "员工的问题"
    assert load_all() == {**all_are(Outcome.UNCHANGED), "test-question": Outcome.KEPT}


def test_what_links_to_something_that_staff_took_offline_waits(
    files: Files, load_all: Load
) -> None:
    load_all()
    site = content.get(Kind.SITES, "test-site")
    publishing.unpublish(Kind.SITES, site.id, actor=ACTOR)
    files["routes"][0]["title"] = "新的动线名"
    files["routes"].append({**copy.deepcopy(ROUTE), "slug": "second-route"})
    held = {"test-route": Outcome.HELD_BACK, "second-route": Outcome.HELD_BACK}
    for _ in range(2):
        assert load_all() == {**all_are(Outcome.UNCHANGED), **held}
    route = Snapshot.objects.get(kind=Kind.ROUTES)
    assert "测试动线" in route.body["zh-CN"]["card"]

    publishing.publish(Kind.SITES, site.id, actor=ACTOR)
    done = {"test-route": Outcome.UPDATED, "second-route": Outcome.LOADED}
    assert load_all() == {**all_are(Outcome.UNCHANGED), **done}
    check_whole((*SLUGS, "second-route"))


def test_what_waits_is_staffs_once_they_edit_it(files: Files, load_all: Load) -> None:
    load_all()
    publishing.unpublish(Kind.SITES, content.get(Kind.SITES, "test-site").id, actor=ACTOR)
    files["routes"][0]["title"] = "新的动线名"
    load_all()
    route = content.get(Kind.ROUTES, "test-route")
    content.update(
        Kind.ROUTES, route.id, {"title": "员工改的"}, revision=route.revision, actor=ACTOR
    )
    assert load_all()["test-route"] is Outcome.KEPT
