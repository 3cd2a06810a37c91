"""What stands around an item: what is near, else what is farther, never itself."""

import datetime as dt
from typing import Any

import orjson
import pytest

from core.clock import now
from core.errors import NotFound
from models.content import Content
from models.enums import Kind, Language
from models.snapshots import Snapshot
from services import content, handbook, publishing, related, snapshots
from services.related import FAR_LIMIT, GROUPS, Way
from tests.factories import ACTOR, create, create_live, dummy_stops, publish

ZH = Language.ZH_CN
# Not the ones that content of tests has otherwise.
FACETS: dict[Kind, dict[str, str]] = {
    Kind.ARTICLES: {"article_type": "event"},
    Kind.FAQS: {"topic_key": "other"},
}
BESIDE = [(kind, group.kind) for kind, groups in GROUPS.items() for group in groups]


def by_way(way: Way, *, near: bool) -> list[tuple[Kind, Kind]]:
    """Return the kinds that have a group that is found this way, each with that group's kind."""
    return [
        (kind, group.kind)
        for kind, groups in GROUPS.items()
        for group in groups
        if way in (group.near if near else group.far)
    ]


def read(document: Content) -> dict[str, list[str]]:
    """Return kind → ids of what is related."""
    if document.KIND is Kind.CHAPTERS:
        found = handbook.read_chapter(document.edition, document.slug, ZH)
    elif document.KIND is Kind.HANDBOOK:
        found = handbook.read_edition(document.slug, ZH)
    else:
        found = related.read(document.KIND, document.slug, ZH)
    answer = orjson.loads(orjson.dumps(found))
    return {kind: [card["id"] for card in cards] for kind, cards in answer["related"].items()}


def linking(kind: Kind, target: Content) -> dict[str, Any]:
    """Return the fields by which an item of a kind links to another."""
    if target.KIND is Kind.TRACKS:
        return {"tracks": [target.id]}
    if target.KIND is Kind.CLUSTERS:
        return {"cluster": target.id}
    if kind is not Kind.ROUTES:
        return {"site": target.id}
    first, *others = dummy_stops()
    return {"stops": [{**first, "site": target.id}, *others]}


def test_every_kind_has_groups_and_each_of_them_once() -> None:
    assert GROUPS.keys() == set(Kind)
    assert all(GROUPS.values())
    assert len(BESIDE) == len(set(BESIDE))
    facets = {*by_way(Way.FACET, near=True), *by_way(Way.FACET, near=False)}
    assert all(kind is of for kind, of in facets), "facets of two kinds have nothing in common"


@pytest.mark.parametrize(("kind", "of"), by_way(Way.TRACKS, near=True))
def test_items_of_one_track_stand_together_without_the_item_itself(kind: Kind, of: Kind) -> None:
    track = create_live(Kind.TRACKS)
    item = create_live(kind, tracks=[track.id])
    other = create_live(of, tracks=[track.id])
    create_live(of)
    assert read(item)[of.value] == [other.id]


@pytest.mark.parametrize(("kind", "of"), by_way(Way.TAGS, near=True))
def test_items_of_one_tag_stand_together(kind: Kind, of: Kind) -> None:
    item = create_live(kind, tags=["测试", "第二"])
    other = create_live(of, tags=["第二"])
    create_live(of, tags=["第三"])
    assert read(item)[of.value] == [other.id]


@pytest.mark.parametrize(("kind", "of"), by_way(Way.LINKED, near=True))
def test_what_links_to_an_item_stands_around_it(kind: Kind, of: Kind) -> None:
    item = create_live(kind)
    mine = create_live(of, **linking(of, item))
    create_live(of, **linking(of, create_live(kind)))
    assert read(item)[of.value] == [mine.id]


@pytest.mark.parametrize(("kind", "of"), by_way(Way.SAME_SITE, near=True))
def test_what_links_to_the_same_site_stands_together(kind: Kind, of: Kind) -> None:
    site = create_live(Kind.SITES)
    item = create_live(kind, **linking(kind, site))
    other = create_live(of, **linking(of, site))
    create_live(of, **linking(of, create_live(Kind.SITES)))
    assert read(item)[of.value] == [other.id]


@pytest.mark.parametrize(
    ("kind", "of", "shared"),
    [
        *((*pair, {"tags": ["测试"]}) for pair in by_way(Way.TAGS, near=False)),
        *((*pair, {"place": "xihaian"}) for pair in by_way(Way.PLACE, near=False)),
        *(
            (*pair, {"place": "xihaian", "featured": True})
            for pair in by_way(Way.FEATURED, near=False)
        ),
    ],
)
def test_where_nothing_is_near_one_looks_farther(
    kind: Kind, of: Kind, shared: dict[str, Any]
) -> None:
    # Types and topics that differ, which would be found before the place.
    item = create_live(kind, **shared, **FACETS.get(kind, {}))
    other = create_live(of, **shared)
    create_live(of, place="qingdao", featured=True, tags=["第二"])
    assert read(item)[of.value] == [other.id]


@pytest.mark.parametrize(("kind", "of"), by_way(Way.FACET, near=False))
def test_questions_of_one_topic_and_articles_of_one_type_stand_together(
    kind: Kind, of: Kind
) -> None:
    item, other = create_live(kind), create_live(of)
    create_live(of, **FACETS[of])
    assert read(item)[of.value] == [other.id]


def test_what_is_near_comes_in_the_order_of_the_ways_and_each_once() -> None:
    track, cluster = create_live(Kind.TRACKS), create_live(Kind.CLUSTERS)
    of_track = create_live(Kind.PROJECTS, tracks=[track.id], order=1)
    both = create_live(Kind.PROJECTS, cluster=cluster.id, tracks=[track.id], order=3)
    linked = create_live(Kind.PROJECTS, cluster=cluster.id, order=2)
    fields = {"tracks": [track.id]}
    document = content.update(
        Kind.CLUSTERS, cluster.id, fields, revision=cluster.revision, actor=ACTOR
    )
    assert read(publish(document))["projects"] == [linked.id, both.id, of_track.id]


def test_what_an_item_links_to_is_not_shown_a_second_time() -> None:
    site, other = (create_live(Kind.SITES, place="jiaozhou") for _ in range(2))
    venue = create_live(Kind.VENUES, site=site.id, place="jiaozhou")
    assert read(venue)["sites"] == [other.id]


def test_what_is_far_is_shown_only_where_nothing_is_near() -> None:
    track = create_live(Kind.TRACKS)
    shared = {"tags": ["测试"], "place": "jiaozhou"}
    near = create_live(Kind.PROJECTS, tracks=[track.id])
    far = create_live(Kind.PROJECTS, **shared)
    item = create_live(Kind.PROJECTS, tracks=[track.id], **shared)
    assert read(item)["projects"] == [near.id]
    publishing.unpublish(Kind.PROJECTS, near.id, actor=ACTOR)
    assert read(item)["projects"] == [far.id]
    publishing.unpublish(Kind.PROJECTS, far.id, actor=ACTOR)
    assert read(item)["projects"] == []


def test_of_what_is_far_the_first_way_that_finds_something_counts() -> None:
    place = {"place": "jiaozhou"}
    beside = create_live(Kind.PROJECTS, **place)
    featured = create_live(Kind.PROJECTS, **place, featured=True)
    tagged = create_live(Kind.PROJECTS, tags=["测试"])
    item = create_live(Kind.PROJECTS, **place, tags=["测试"])
    for expected in ([tagged], [featured], [beside]):
        assert read(item)["projects"] == [one.id for one in expected]
        publishing.unpublish(Kind.PROJECTS, expected[0].id, actor=ACTOR)


def test_what_is_past_its_time_is_neither_near_nor_far() -> None:
    track = create_live(Kind.TRACKS)
    shared = {"tracks": [track.id], "tags": ["测试"], "place": "jiaozhou"}
    gone, item = (create_live(Kind.PROJECTS, **shared) for _ in range(2))
    assert read(item)["projects"] == [gone.id]
    Snapshot.objects(item=gone.id).update(expire_at=now() - dt.timedelta(seconds=1))
    assert read(item)["projects"] == []


def test_without_anything_in_common_nothing_is_related() -> None:
    create_live(Kind.PROJECTS, place="jiaozhou", tags=["测试"])
    assert not any(read(create_live(Kind.PROJECTS)).values())


def test_what_went_offline_is_not_related_any_more() -> None:
    track = create_live(Kind.TRACKS)
    project = create_live(Kind.PROJECTS, tracks=[track.id])
    publishing.unpublish(Kind.PROJECTS, project.id, actor=ACTOR)
    assert read(track)["projects"] == []


def test_twelve_of_a_kind_are_enough_and_six_of_what_is_far() -> None:
    track = create_live(Kind.TRACKS)
    items = [create_live(Kind.FAQS, tracks=[track.id], place="qingdao").id for _ in range(13)]
    assert read(track)["faqs"] == items[:12]
    far = create_live(Kind.FAQS, place="qingdao", **FACETS[Kind.FAQS])
    assert read(far)["faqs"] == items[:FAR_LIMIT]


def test_a_preview_shows_what_would_stand_around_a_draft() -> None:
    other = create_live(Kind.PROJECTS, tags=["测试"])
    draft = create(Kind.PROJECTS, tags=["测试"])
    row = snapshots.build(draft, draft.revision, None)
    found = orjson.loads(orjson.dumps(related.answer(Kind.PROJECTS, row, ZH)))
    assert [card["id"] for card in found["related"]["projects"]] == [other.id]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CHAPTERS])
def test_every_kind_is_read_by_id_and_by_slug(kind: Kind) -> None:
    item = create_live(kind)
    for name in (item.id, item.slug):
        answer = related.read(kind, name, ZH)
        assert answer["id"] == item.id
        assert answer["published_at"] == Snapshot.objects(item=item.id).first().published_at
    with pytest.raises(NotFound):
        related.read(kind, "0" * 16, ZH)
