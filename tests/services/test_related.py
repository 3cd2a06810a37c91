"""What stands around an item: what links to it, what shares its track, never itself."""

from typing import Any

import orjson
import pytest

from core.errors import NotFound
from models.content import Content
from models.enums import Kind, Language
from models.snapshots import Snapshot
from services import publishing, related
from services.related import LINKED_FROM, SAME_TRACK
from tests.factories import ACTOR, create_live, dummy_stops

ZH = Language.ZH_CN


def read(document: Content) -> dict[str, list[str]]:
    """Return kind → ids of what is related."""
    answer = orjson.loads(orjson.dumps(related.read(document.KIND, document.slug, ZH)))
    return {kind: [card["id"] for card in cards] for kind, cards in answer["related"].items()}


@pytest.mark.parametrize("kind", LINKED_FROM[Kind.TRACKS])
def test_a_track_gathers_what_belongs_to_it(kind: Kind) -> None:
    track, other = create_live(Kind.TRACKS), create_live(Kind.TRACKS)
    mine = create_live(kind, tracks=[track.id])
    create_live(kind, tracks=[other.id])
    create_live(kind)
    assert read(track)[kind.value] == [mine.id]


def test_a_site_knows_its_routes_projects_and_venues() -> None:
    site = create_live(Kind.SITES)
    stops = dummy_stops(2)
    stops[0]["site"] = site.id
    around: dict[Kind, dict[str, Any]] = {
        Kind.ROUTES: {"stops": stops},
        Kind.PROJECTS: {"site": site.id},
        Kind.VENUES: {"site": site.id},
    }
    expected = {kind.value: [create_live(kind, **fields).id] for kind, fields in around.items()}
    assert read(site) == expected


@pytest.mark.parametrize("kind", SAME_TRACK)
def test_items_of_one_track_stand_together_without_the_item_itself(kind: Kind) -> None:
    track = create_live(Kind.TRACKS)
    item = create_live(kind, tracks=[track.id])
    beside = {of: create_live(of, tracks=[track.id]).id for of in SAME_TRACK[kind]}
    for of in SAME_TRACK[kind]:
        create_live(of)
    assert read(item) == {of.value: [other] for of, other in beside.items()}


def test_without_a_track_nothing_is_related_by_track() -> None:
    create_live(Kind.PROJECTS)
    assert read(create_live(Kind.PROJECTS)) == {}


def test_what_went_offline_is_not_related_any_more() -> None:
    track = create_live(Kind.TRACKS)
    project = create_live(Kind.PROJECTS, tracks=[track.id])
    publishing.unpublish(Kind.PROJECTS, project.id, actor=ACTOR)
    assert read(track)["projects"] == []


def test_twelve_of_a_kind_are_enough() -> None:
    track = create_live(Kind.TRACKS)
    items = [create_live(Kind.FAQS, tracks=[track.id]).id for _ in range(13)]
    assert read(track)["faqs"] == items[:12]


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.CHAPTERS])
def test_every_kind_is_read_by_id_and_by_slug(kind: Kind) -> None:
    item = create_live(kind)
    for name in (item.id, item.slug):
        answer = related.read(kind, name, ZH)
        assert answer["id"] == item.id
        assert answer["published_at"] == Snapshot.objects(item=item.id).first().published_at
    with pytest.raises(NotFound):
        related.read(kind, "0" * 16, ZH)
