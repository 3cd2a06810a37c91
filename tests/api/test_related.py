"""Links become live cards and vanish with their targets; related items stand beside a detail.

Every rule is tried in `tests/services/test_related.py`.
"""

from typing import Any

import pytest
from flask.testing import FlaskClient

from models.enums import Kind
from services import content, publishing
from tests.api.complete import create_items
from tests.api.surface import API
from tests.factories import ACTOR, create_live, dummy_stops

RELATED_MAX = 12


def _read(client: FlaskClient, kind: Kind, item: str) -> dict[str, Any]:
    answer = client.get(f"{API}/{kind}/{item}")
    assert answer.status_code == 200
    return dict(answer.get_json())


def _ids(cards: list[dict[str, Any]]) -> set[str]:
    return {card["id"] for card in cards}


def test_a_track_gathers_what_belongs_to_it(client: FlaskClient) -> None:
    track, other = create_live(Kind.TRACKS), create_live(Kind.TRACKS)
    kinds = (
        *(Kind.PROJECTS, Kind.ROUTES, Kind.SITES, Kind.FILMS),
        *(Kind.ARTICLES, Kind.CLUSTERS, Kind.FAQS),
    )
    own = {kind: create_live(kind, tracks=[track.id]).id for kind in kinds}
    for kind in kinds:
        create_live(kind, tracks=[other.id])
    related = _read(client, Kind.TRACKS, track.id)["related"]
    assert {kind: _ids(cards) for kind, cards in related.items()} == {
        kind.value: {item} for kind, item in own.items()
    }


def test_a_site_gathers_routes_projects_and_venues(client: FlaskClient) -> None:
    site = create_live(Kind.SITES)
    stops = dummy_stops()
    stops[0]["site"] = site.id
    route = create_live(Kind.ROUTES, stops=stops)
    project = create_live(Kind.PROJECTS, site=site.id)
    venue = create_live(Kind.VENUES, site=site.id)
    create_live(Kind.ROUTES)
    related = _read(client, Kind.SITES, site.id)["related"]
    assert _ids(related["routes"]) == {route.id}
    assert _ids(related["projects"]) == {project.id}
    assert _ids(related["venues"]) == {venue.id}


def test_a_project_stands_beside_others_of_its_track_but_not_itself(client: FlaskClient) -> None:
    track = create_live(Kind.TRACKS)
    projects = [create_live(Kind.PROJECTS, tracks=[track.id]) for _ in range(3)]
    create_live(Kind.PROJECTS)
    related = _read(client, Kind.PROJECTS, projects[0].id)["related"]
    assert _ids(related["projects"]) == {projects[1].id, projects[2].id}
    assert related["routes"] == []


def test_an_item_without_anything_in_common_has_no_neighbours(client: FlaskClient) -> None:
    create_live(Kind.PROJECTS)
    item = create_live(Kind.PROJECTS)
    assert not any(_read(client, Kind.PROJECTS, item.id)["related"].values())


def test_an_item_without_tracks_stands_beside_others_of_its_tags_or_place(
    client: FlaskClient,
) -> None:
    tagged = create_live(Kind.PROJECTS, tags=["测试标签"], place="qingdao")
    beside = create_live(Kind.PROJECTS, place="xihaian")
    item = create_live(Kind.PROJECTS, tags=["测试标签"], place="xihaian")
    assert _ids(_read(client, Kind.PROJECTS, item.id)["related"]["projects"]) == {tagged.id}
    publishing.unpublish(Kind.PROJECTS, tagged.id, actor=ACTOR)
    assert _ids(_read(client, Kind.PROJECTS, item.id)["related"]["projects"]) == {beside.id}


def test_a_cluster_and_its_projects_lead_to_each_other(client: FlaskClient) -> None:
    cluster = create_live(Kind.CLUSTERS)
    project = create_live(Kind.PROJECTS, cluster=cluster.id)
    create_live(Kind.PROJECTS)
    path = Kind.PROJECTS, project.id
    assert _read(client, *path)["cluster"]["id"] == cluster.id
    related = _read(client, Kind.CLUSTERS, cluster.id)["related"]
    assert _ids(related["projects"]) == {project.id}
    publishing.unpublish(Kind.CLUSTERS, cluster.id, actor=ACTOR)
    assert _read(client, *path)["cluster"] is None


def test_a_venue_knows_the_routes_that_pass_it(client: FlaskClient) -> None:
    stops = dummy_stops()
    venue = create_live(Kind.VENUES, site=stops[0]["site"], place="jiaozhou", tags=["测试标签"])
    route = create_live(Kind.ROUTES, stops=stops)
    create_live(Kind.ROUTES, place="jiaozhou")
    edition = create_live(Kind.HANDBOOK, tags=["测试标签"])
    site = create_live(Kind.SITES, place="jiaozhou")
    related = _read(client, Kind.VENUES, venue.id)["related"]
    assert _ids(related["routes"]) == {route.id}
    assert _ids(related["handbook"]) == {edition.id}
    assert _ids(related["sites"]) == {site.id}
    (back,) = _read(client, Kind.ROUTES, route.id)["related"]["venues"]
    assert back["id"] == venue.id


def test_no_more_than_twelve_of_a_kind_are_given_in_order(client: FlaskClient) -> None:
    track = create_live(Kind.TRACKS)
    items = [create_live(Kind.PROJECTS, tracks=[track.id]).id for _ in range(RELATED_MAX + 2)]
    cards = _read(client, Kind.TRACKS, track.id)["related"]["projects"]
    assert [card["id"] for card in cards] == items[:RELATED_MAX]


def test_links_vanish_with_their_targets_and_come_back(client: FlaskClient) -> None:
    items = create_items()
    project, site, track = (items[kind] for kind in (Kind.PROJECTS, Kind.SITES, Kind.TRACKS))
    before = _read(client, Kind.PROJECTS, project.id)
    assert before["site"]["id"] == site.id
    assert _ids(before["tracks"]) == {track.id}
    assert before["chain_positions"][0]["track"]["id"] == track.id

    publishing.unpublish(Kind.SITES, site.id, actor=ACTOR)
    publishing.unpublish(Kind.TRACKS, track.id, actor=ACTOR)
    offline = _read(client, Kind.PROJECTS, project.id)
    assert offline["site"] is None
    assert offline["tracks"] == []
    assert offline["chain_positions"][0]["track"] is None

    publishing.publish(Kind.TRACKS, track.id, actor=ACTOR)
    publishing.publish(Kind.SITES, site.id, actor=ACTOR)
    again = _read(client, Kind.PROJECTS, project.id)
    changing = {"published_at", "related"}
    assert {k: v for k, v in again.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_a_stop_stays_when_its_site_goes_offline(client: FlaskClient) -> None:
    stops = dummy_stops()
    route = create_live(Kind.ROUTES, stops=stops)
    publishing.unpublish(Kind.SITES, stops[0]["site"], actor=ACTOR)
    shown = _read(client, Kind.ROUTES, route.id)["stops"]
    assert [stop["title"] for stop in shown] == [stop["title"] for stop in stops]
    assert shown[0]["site"] is None
    assert shown[1]["site"]["id"] == stops[1]["site"]


def test_a_link_shows_the_live_text_of_its_target(client: FlaskClient) -> None:
    items = create_items()
    site = items[Kind.SITES]
    content.update(Kind.SITES, site.id, {"title": "测试新名"}, revision=site.revision, actor=ACTOR)
    path = items[Kind.PROJECTS].id
    assert _read(client, Kind.PROJECTS, path)["site"]["title"] == site.title
    publishing.publish(Kind.SITES, site.id, actor=ACTOR)
    assert _read(client, Kind.PROJECTS, path)["site"]["title"] == "测试新名"


@pytest.mark.parametrize("kind", [Kind.PROJECTS, Kind.ROUTES, Kind.FAQS])
def test_what_goes_offline_leaves_the_related_lists(client: FlaskClient, kind: Kind) -> None:
    track = create_live(Kind.TRACKS)
    item = create_live(kind, tracks=[track.id])
    assert _ids(_read(client, Kind.TRACKS, track.id)["related"][kind]) == {item.id}
    publishing.unpublish(kind, item.id, actor=ACTOR)
    assert _read(client, Kind.TRACKS, track.id)["related"][kind] == []


def test_chapters_are_read_in_their_edition_only(client: FlaskClient) -> None:
    chapter = create_live(Kind.CHAPTERS)
    other = create_live(Kind.HANDBOOK)
    own = f"{API}/handbook/{chapter.edition}/chapters"
    assert client.get(f"{own}/{chapter.id}").get_json()["edition"]["id"] == chapter.edition
    assert client.get(f"{own}/{chapter.slug}").status_code == 200
    assert client.get(f"{API}/handbook/{other.id}/chapters/{chapter.id}").status_code == 404
    assert client.get(f"{API}/chapters/{chapter.id}").status_code == 404
    publishing.unpublish(Kind.HANDBOOK, chapter.edition, actor=ACTOR)
    assert client.get(f"{own}/{chapter.id}").status_code == 404


def test_an_edition_is_a_tree_that_is_read_like_a_book(client: FlaskClient) -> None:
    edition = create_live(Kind.HANDBOOK)

    def chapter(number: str, order: float, parent: str | None = None) -> str:
        fields = {"edition": edition.id, "number": number, "order": order, "parent": parent}
        return str(create_live(Kind.CHAPTERS, **fields).id)

    first = chapter("1", 1)
    second = chapter("2", 2)
    below = chapter("1.1", 3, first)
    tree = _read(client, Kind.HANDBOOK, edition.slug)["chapters"]
    assert [node["id"] for node in tree] == [first, second]
    assert [node["id"] for node in tree[0]["children"]] == [below]
    path = f"{API}/handbook/{edition.id}/chapters"
    read = {one: client.get(f"{path}/{one}").get_json() for one in (first, below, second)}
    order = [(read[one]["previous"] or {}).get("id") for one in (first, below, second)]
    assert order == [None, first, below]
    assert read[second]["next"] is None
    assert _ids(read[first]["children"]) == {below}
    publishing.unpublish(Kind.CHAPTERS, first, actor=ACTOR)
    tree = _read(client, Kind.HANDBOOK, edition.id)["chapters"]
    assert _ids(tree) == {second, below}
