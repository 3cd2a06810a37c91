"""The first page: complete in one request, and read from the database with one query."""

from typing import Any

from flask.testing import FlaskClient

from models.enums import Kind
from services import publishing
from tests.api.complete import create_items
from tests.api.profiling import profiled
from tests.api.surface import API
from tests.factories import ACTOR, create_live

FEATURED_MAX, NOTICES_MAX = 6, 3


def _home(client: FlaskClient) -> dict[str, Any]:
    answer = client.get(f"{API}/home")
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_an_empty_home_page_has_its_shape(client: FlaskClient) -> None:
    home = _home(client)
    assert home["film"] is home["venue"] is home["handbook"] is None
    assert home["routes"] == home["projects"] == home["notices"] == []
    assert [(group["class"], group["items"]) for group in home["tracks"]] == [
        *(("breakthrough", []), ("priority", []), ("emerging", [])),
    ]


def test_everything_is_there_at_once(client: FlaskClient) -> None:
    items = create_items()
    home = _home(client)
    assert home["film"]["id"] == items[Kind.FILMS].id
    assert home["film"]["video"]["poster"]["sources"][0]["url"].startswith("/media/")
    assert home["venue"]["id"] == items[Kind.VENUES].id
    assert home["handbook"]["id"] == items[Kind.HANDBOOK].id
    assert [card["id"] for card in home["routes"]] == [items[Kind.ROUTES].id]
    assert [card["id"] for card in home["projects"]] == [items[Kind.PROJECTS].id]
    assert [card["id"] for card in home["notices"]] == [items[Kind.ARTICLES].id]
    assert [card["id"] for card in home["tracks"][1]["items"]] == [items[Kind.TRACKS].id]


def test_the_main_film_is_shown_and_no_other(client: FlaskClient) -> None:
    create_live(Kind.FILMS, main=False)
    assert _home(client)["film"] is None
    main = create_live(Kind.FILMS, main=True)
    assert _home(client)["film"]["id"] == main.id
    publishing.unpublish(Kind.FILMS, main.id, actor=ACTOR)
    assert _home(client)["film"] is None


def test_only_featured_items_in_staffs_order_and_not_too_many(client: FlaskClient) -> None:
    create_live(Kind.PROJECTS)
    featured = [create_live(Kind.PROJECTS, featured=True).id for _ in range(FEATURED_MAX + 1)]
    publishing.reorder(Kind.PROJECTS, list(reversed(featured)), actor=ACTOR)
    shown = [card["id"] for card in _home(client)["projects"]]
    assert shown == list(reversed(featured))[:FEATURED_MAX]


def test_notices_are_the_newest(client: FlaskClient) -> None:
    days = ["2025-01-01", "2025-04-01", "2025-02-01", "2025-03-01"]
    for day in days:
        create_live(Kind.ARTICLES, article_type="notice", published_on=day)
    create_live(Kind.ARTICLES, article_type="news", published_on="2025-05-01")
    shown = [card["published_on"] for card in _home(client)["notices"]]
    assert shown == sorted(days, reverse=True)[:NOTICES_MAX]


def test_all_tracks_are_shown_by_class(client: FlaskClient) -> None:
    classes = ["breakthrough"] * 8 + ["priority"] * 8 + ["emerging"] * 6
    tracks = [
        create_live(Kind.TRACKS, number=number, track_class=track_class).id
        for number, track_class in enumerate(classes, start=1)
    ]
    groups = _home(client)["tracks"]
    assert [len(group["items"]) for group in groups] == [8, 8, 6]
    assert [card["id"] for group in groups for card in group["items"]] == tracks


def test_one_query_reads_it(client: FlaskClient) -> None:
    create_items()
    reads = profiled(lambda: _home(client))
    assert [read.collection for read in reads] == ["versions", "snapshots"]
