"""Lists over HTTP: pages by cursor, filters and their combinations, the order that staff gave."""

import itertools
from typing import Any

import pytest
from flask.testing import FlaskClient

from models.enums import Kind
from services import publishing
from tests.api.surface import API, LISTED
from tests.factories import ACTOR, create_live, dummy_fields

PAGES_MAX = 50


def _walk(client: FlaskClient, path: str, **query: Any) -> list[list[str]]:
    """Return the ids of every page of a list."""
    pages: list[list[str]] = []
    for _ in range(PAGES_MAX):
        answer = client.get(f"{API}/{path}", query_string=query)
        assert answer.status_code == 200, answer.text
        pages.append([item["id"] for item in answer.get_json()["items"]])
        cursor = answer.get_json()["next_cursor"]
        if cursor is None:
            return pages
        query["cursor"] = cursor
    pytest.fail("the list has no end")


def _ids(client: FlaskClient, path: str, **query: Any) -> set[str]:
    return {item for page in _walk(client, path, limit=2, **query) for item in page}


@pytest.mark.parametrize("limit", [1, 3, 7, 50])
def test_pages_hold_every_item_once_in_order(client: FlaskClient, limit: int) -> None:
    items = [create_live(Kind.SITES).id for _ in range(7)]
    pages = _walk(client, "sites", limit=limit)
    assert [item for page in pages for item in page] == items
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1], "the last page of several is not empty"


def test_a_list_without_a_limit_has_twenty_items(client: FlaskClient) -> None:
    for _ in range(21):
        create_live(Kind.TRACKS)
    assert [len(page) for page in _walk(client, "tracks")] == [20, 1]


def test_items_of_equal_order_are_neither_lost_nor_doubled(client: FlaskClient) -> None:
    items = {create_live(Kind.VENUES, order=5.0).id for _ in range(6)}
    found = [item for page in _walk(client, "venues", limit=2) for item in page]
    assert set(found) == items
    assert len(found) == len(items)


def test_an_item_published_between_pages_moves_no_other(client: FlaskClient) -> None:
    items = [create_live(Kind.FAQS, order=float(number)).id for number in (10, 20, 30, 40)]
    first = client.get(f"{API}/faqs?limit=2").get_json()
    create_live(Kind.FAQS, order=5.0)
    late = create_live(Kind.FAQS, order=35.0).id
    rest = client.get(f"{API}/faqs", query_string={"cursor": first["next_cursor"]}).get_json()
    assert [item["id"] for item in first["items"]] == items[:2]
    assert [item["id"] for item in rest["items"]] == [items[2], late, items[3]]


def test_an_item_withdrawn_between_pages_hides_no_other(client: FlaskClient) -> None:
    items = [create_live(Kind.FAQS).id for _ in range(4)]
    first = client.get(f"{API}/faqs?limit=2").get_json()
    publishing.unpublish(Kind.FAQS, items[1], actor=ACTOR)
    rest = client.get(f"{API}/faqs", query_string={"cursor": first["next_cursor"]}).get_json()
    assert [item["id"] for item in rest["items"]] == items[2:]


def test_a_cursor_goes_on_in_another_language(client: FlaskClient) -> None:
    items = [create_live(Kind.CLUSTERS).id for _ in range(3)]
    cursor = client.get(f"{API}/clusters?limit=2&lang=zh-CN").get_json()["next_cursor"]
    rest = client.get(f"{API}/clusters", query_string={"cursor": cursor, "lang": "en"}).get_json()
    assert [item["id"] for item in rest["items"]] == items[2:]


@pytest.mark.parametrize("kind", LISTED)
def test_staff_order_is_followed_at_once(client: FlaskClient, kind: Kind) -> None:
    items = [create_live(kind).id for _ in range(3)]
    publishing.reorder(kind, [items[2], items[0], items[1]], actor=ACTOR)
    assert _walk(client, kind)[0] == [items[2], items[0], items[1]]


def test_articles_are_listed_newest_first(client: FlaskClient) -> None:
    days = ["2025-01-02", "2025-03-01", "2024-12-31"]
    ids = {day: create_live(Kind.ARTICLES, published_on=day).id for day in days}
    expected = [ids[day] for day in sorted(days, reverse=True)]
    assert [item for page in _walk(client, "articles", limit=1) for item in page] == expected


@pytest.mark.parametrize("kind", [kind for kind in LISTED if kind is not Kind.TRACKS])
def test_track_filters_take_an_id_or_a_slug(client: FlaskClient, kind: Kind) -> None:
    track, other = create_live(Kind.TRACKS), create_live(Kind.TRACKS)
    own = create_live(kind, tracks=[track.id])
    both = create_live(kind, tracks=[other.id, track.id])
    create_live(kind, tracks=[other.id])
    create_live(kind)
    for name in (track.id, track.slug):
        assert _ids(client, kind, track=name) == {own.id, both.id}
    assert _ids(client, kind, track="no-such-track") == set()


@pytest.mark.parametrize(
    ("kind", "parameter", "values", "field"),
    [
        (Kind.TRACKS, "class", ("breakthrough", "priority", "emerging"), "track_class"),
        (Kind.PROJECTS, "stage", ("open", "negotiating", "signed", "landed"), "stage"),
        (Kind.SITES, "kind", ("enterprise", "park", "hub"), "site_type"),
        (Kind.ARTICLES, "kind", ("explainer", "news", "event", "notice"), "article_type"),
        (Kind.FAQS, "topic", ("policy", "land-use"), "topic_key"),
    ],
)
def test_each_kind_has_its_own_filter(
    client: FlaskClient, kind: Kind, parameter: str, values: tuple[str, ...], field: str
) -> None:
    ids = {value: create_live(kind, **{field: value}).id for value in values}
    for value in values:
        assert _ids(client, kind, **{parameter: value}) == {ids[value]}


@pytest.mark.parametrize("kind", LISTED)
def test_tags_filter_every_kind(client: FlaskClient, kind: Kind) -> None:
    tagged = create_live(kind, tags=["低空经济", "$ne"])
    create_live(kind, tags=["低空"])
    assert _ids(client, kind, tag="低空经济") == {tagged.id}
    assert _ids(client, kind, tag="$ne") == {tagged.id}
    assert _ids(client, kind, tag=".*") == set()


def test_places_never_mix(client: FlaskClient) -> None:
    ids = {
        place: create_live(Kind.PROJECTS, place=place).id
        for place in ("jiaozhou", "xihaian", "qingdao")
    }
    create_live(Kind.PROJECTS)
    for place, item in ids.items():
        assert _ids(client, "projects", place=place) == {item}


def test_filters_combine(client: FlaskClient) -> None:
    track = create_live(Kind.TRACKS)
    options: dict[str, tuple[Any, ...]] = {
        "stage": ("open", "signed"),
        "tags": (["甲"], ["乙"]),
        "place": ("jiaozhou", "qingdao"),
        "tracks": ([track.id], []),
    }
    ids = {}
    for chosen in itertools.product(*options.values()):
        fields = dict(zip(options, chosen, strict=True))
        ids[str(chosen)] = create_live(Kind.PROJECTS, **fields).id
    for stage, tag, place in itertools.product(("open", "signed"), ("甲", "乙"), ("qingdao",)):
        expected = {ids[str((stage, [tag], place, [track.id]))]}
        query = {"stage": stage, "tag": tag, "place": place, "track": track.slug}
        assert _ids(client, "projects", **query) == expected
        del query["track"]
        assert len(_ids(client, "projects", **query)) == 2
    assert len(_ids(client, "projects", track=track.id)) == 8


def test_a_cursor_stays_within_its_filter(client: FlaskClient) -> None:
    wanted = []
    for number in range(6):
        item = create_live(Kind.SITES, site_type="park" if number % 2 else "hub")
        wanted += [item.id] if number % 2 else []
    assert _walk(client, "sites", limit=1, kind="park") == [[item] for item in wanted]


@pytest.mark.parametrize("kind", LISTED)
def test_every_kind_pages(client: FlaskClient, kind: Kind) -> None:
    items = [create_live(kind).id for _ in range(3)]
    pages = _walk(client, kind, limit=2)
    assert sorted(map(len, pages)) == [1, 2]
    assert {item for page in pages for item in page} == set(items)


def test_a_new_title_is_seen_at_once(client: FlaskClient) -> None:
    item = create_live(Kind.TRACKS, **dummy_fields(Kind.TRACKS, title="测试一"))
    assert client.get(f"{API}/tracks").get_json()["items"][0]["title"] == "测试一"
    publishing.unpublish(Kind.TRACKS, item.id, actor=ACTOR)
    assert client.get(f"{API}/tracks").get_json()["items"] == []
    publishing.publish(Kind.TRACKS, item.id, actor=ACTOR)
    assert len(client.get(f"{API}/tracks").get_json()["items"]) == 1
