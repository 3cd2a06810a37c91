"""The first page: what is live and featured, each in its place."""

from typing import Any

import orjson

from models.enums import Kind, Language
from models.tracks import TrackClass
from services import home, publishing
from tests.factories import ACTOR, create, create_live

ZH = Language.ZH_CN


def read() -> dict[str, Any]:
    answer: dict[str, Any] = orjson.loads(orjson.dumps(home.read(ZH)))
    return answer


def ids(cards: list[dict[str, Any]]) -> list[str]:
    return [card["id"] for card in cards]


def test_with_nothing_live_every_place_is_there_and_empty() -> None:
    answer = read()
    assert (answer["film"], answer["venue"], answer["handbook"]) == (None, None, None)
    assert (answer["routes"], answer["projects"], answer["notices"]) == ([], [], [])
    assert answer["tracks"] == [{"class": one.value, "items": []} for one in TrackClass]


def test_the_film_is_the_main_one() -> None:
    create_live(Kind.FILMS, order=1)
    main = create_live(Kind.FILMS, order=2, main=True)
    assert read()["film"]["id"] == main.id


def test_the_first_venue_and_the_first_edition_are_shown() -> None:
    for kind, place in ((Kind.VENUES, "venue"), (Kind.HANDBOOK, "handbook")):
        create_live(kind, order=2)
        first = create_live(kind, order=1)
        assert read()[place]["id"] == first.id


def test_featured_projects_and_routes_are_shown_in_their_order_six_at_most() -> None:
    for kind in (Kind.PROJECTS, Kind.ROUTES):
        create_live(kind, order=0)
        featured = [create_live(kind, featured=True, order=10 - n).id for n in range(7)]
        assert ids(read()[kind.value]) == featured[:0:-1]


def test_the_three_newest_notices_are_shown() -> None:
    create_live(Kind.ARTICLES, article_type="news", published_on="2025-12-31")
    notices = [
        create_live(Kind.ARTICLES, article_type="notice", published_on=f"2025-01-{day:02}").id
        for day in (3, 1, 4, 2)
    ]
    assert ids(read()["notices"]) == [notices[2], notices[0], notices[3]]


def test_all_tracks_are_shown_by_class() -> None:
    tracks = {one.value: create_live(Kind.TRACKS, track_class=one.value).id for one in TrackClass}
    assert {group["class"]: ids(group["items"]) for group in read()["tracks"]} == {
        name: [item] for name, item in tracks.items()
    }


def test_drafts_and_what_went_offline_are_not_shown() -> None:
    create(Kind.VENUES)
    gone = create_live(Kind.PROJECTS, featured=True)
    publishing.unpublish(Kind.PROJECTS, gone.id, actor=ACTOR)
    answer = read()
    assert (answer["venue"], answer["projects"]) == (None, [])
