"""Links: which there are, where they lead, and what keeps an item from being published."""

import pytest

from models.enums import Kind
from models.registry import CONTENT
from services import content, links, publishing
from tests.factories import ACTOR, create, create_live, create_maximal, dummy_stops

NOWHERE = "0" * 16


def test_a_link_to_nothing_is_a_problem_at_its_path() -> None:
    item = create(Kind.PROJECTS, tracks=[NOWHERE], site=NOWHERE)
    assert links.problems(item) == {
        "tracks.0": ("link_missing", {"target": f"tracks:{NOWHERE}"}),
        "site": ("link_missing", {"target": f"sites:{NOWHERE}"}),
    }


def test_a_link_to_a_draft_is_a_problem_until_the_draft_is_live() -> None:
    track = create(Kind.TRACKS)
    item = create(Kind.PROJECTS, tracks=[track.id])
    assert links.problems(item) == {
        "tracks.0": ("link_not_live", {"target": f"tracks:{track.id}"}),
    }
    publishing.publish(Kind.TRACKS, track.id, actor=ACTOR)
    assert links.problems(item) == {}
    publishing.unpublish(Kind.TRACKS, track.id, actor=ACTOR)
    assert list(links.problems(item)) == ["tracks.0"]


def test_links_in_parts_are_named_by_the_part_s_key() -> None:
    stops = dummy_stops(3)
    stops[1]["site"] = NOWHERE
    item = create(Kind.ROUTES, stops=stops)
    assert list(links.problems(item)) == ["stops.stop-2.site"]


def test_an_item_of_another_kind_with_that_id_is_not_the_target() -> None:
    site = create_live(Kind.SITES)
    item = create(Kind.PROJECTS, tracks=[site.id])
    assert links.problems(item) == {
        "tracks.0": ("link_missing", {"target": f"tracks:{site.id}"}),
    }


@pytest.mark.parametrize("kind", Kind)
def test_every_declared_link_of_a_full_item_is_looked_up(kind: Kind) -> None:
    item = create_maximal(kind)
    checked = links.check(item)
    declared = set(CONTENT[kind].LINKS.values())
    assert {link.kind for link in checked} == declared
    assert all(link.exists and link.live for link in checked)


def test_the_state_of_each_link_is_told() -> None:
    live, draft = create_live(Kind.TRACKS), create(Kind.TRACKS)
    item = create(Kind.FAQS, tracks=[live.id, draft.id, NOWHERE])
    told = [(link.path, link.exists, link.live) for link in links.check(item)]
    assert told == [
        ("tracks.0", True, True),
        ("tracks.1", True, False),
        ("tracks.2", False, False),
    ]


def test_an_item_without_links_has_no_problem() -> None:
    assert links.problems(create(Kind.CLUSTERS)) == {}


def test_what_is_live_is_told_by_kind_and_id() -> None:
    item = create_live(Kind.TRACKS)
    assert links.is_live(Kind.TRACKS, item.id)
    assert not links.is_live(Kind.SITES, item.id)
    publishing.unpublish(Kind.TRACKS, item.id, actor=ACTOR)
    assert not links.is_live(Kind.TRACKS, content.get(Kind.TRACKS, item.slug).id)
