"""Search over HTTP: the shape of answers, filters, pages by cursor, odd input."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from models.enums import Kind, Language
from models.search import FruitlessQuery
from services import content, publishing
from services.search import promotions, synonyms
from tests.api.surface import API
from tests.factories import ACTOR, create, create_live

SEARCH, SUGGEST = f"{API}/search", f"{API}/search/suggest"
PAGES_MAX = 20
ODD = (
    *("%00", "a%00b", "%ED%A0%80", "%F0%9F%98%80", "%FF%FE", "%80", "%EF%BF%BE", "%E2%80%AE"),
    *(
        "%24where",
        "%7B%22%24gt%22%3A%22%22%7D",
        ".%2A",
        "%28%3Fa%29%2B%24",
        "%5C",
        "%27%22--",
        "%25",
    ),
    *(
        "%3F%EF%BC%81",
        "-",
        "_",
        "+",
        "%09%0A",
        "%C4%B0",
        "AND+OR+NOT",
        "title%3A*",
        "%22%22",
        "%3C",
    ),
)


def _get(client: FlaskClient, path: str = SEARCH, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def _pages(client: FlaskClient, **query: Any) -> Iterator[list[str]]:
    for _ in range(PAGES_MAX):
        page = _get(client, **query)
        yield [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return
        query["cursor"] = page["next_cursor"]
    pytest.fail("the hits have no end")


def test_a_hit_tells_what_it_is_and_where_the_query_stands(client: FlaskClient) -> None:
    subject = create_live(Kind.TRACKS, title="新能源", slug="new-energy")
    item = create(
        Kind.PROJECTS, title="储能电站", summary="面向新型储能的电站。", tracks=[subject.id]
    )
    texts = {"title": "Energy storage station", "summary": "For new storage."}
    content.translate(
        Kind.PROJECTS, item.id, Language.EN, texts, revision=item.revision, actor=ACTOR
    )
    publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR)
    found = _get(client, q="储能")
    assert {name: found[name] for name in ("next_cursor", "total", "loose")} == {
        "next_cursor": None,
        "total": 1,
        "loose": False,
    }
    assert found["facets"] == {
        "kinds": [{"kind": "projects", "count": 1}],
        "tracks": [{"track": "new-energy", "count": 1}],
    }
    (hit,) = found["items"]
    assert (hit["kind"], hit["id"], hit["title"]) == ("projects", item.id, "储能电站")
    assert hit["highlights"]["title"] == [[0, 2]]
    assert hit["highlights"]["summary"] == [[4, 6]]
    assert (hit["language"], hit["promoted"]) == ("zh-CN", False)
    (hit,) = _get(client, q="storage", lang="en")["items"]
    assert (hit["title"], hit["language"]) == ("Energy storage station", "en")
    assert [hit["title"][a:b] for a, b in hit["highlights"]["title"]] == ["storage"]


def test_a_track_that_goes_offline_is_named_by_no_facet(client: FlaskClient) -> None:
    gone, stays = (create_live(Kind.TRACKS, title=title) for title in ("甲道", "乙道"))
    create_live(Kind.PROJECTS, title="储能电站", tracks=[gone.id, stays.id])
    named = [one["track"] for one in _get(client, q="储能")["facets"]["tracks"]]
    assert sorted(named) == sorted([gone.slug, stays.slug])
    publishing.unpublish(Kind.TRACKS, gone.id, actor=ACTOR)
    named = [one["track"] for one in _get(client, q="储能")["facets"]["tracks"]]
    assert named == [stays.slug]


def test_hits_are_limited_to_a_kind_and_a_track(client: FlaskClient) -> None:
    subject = create_live(Kind.TRACKS, title="储能产业")
    project = create_live(Kind.PROJECTS, title="储能电站", tracks=[subject.id])
    site = create_live(Kind.SITES, title="储能园区", tracks=[subject.id])
    assert {one["id"] for one in _get(client, q="储能")["items"]} == {
        *(subject.id, project.id, site.id)
    }
    assert [one["id"] for one in _get(client, q="储能", kind="sites")["items"]] == [site.id]
    for track in (subject.id, subject.slug):
        found = _get(client, q="储能", track=track, kind="projects")
        assert [one["id"] for one in found["items"]] == [project.id]


@pytest.mark.parametrize(
    "query",
    [
        *({}, {"q": ""}, {"q": "新", "kind": "staff"}, {"q": "新", "limit": 0}),
        *({"q": "新", "limit": 51}, {"q": "新", "page": 2}, {"q": "新", "track": "$ne"}),
        *({"q": "新", "cursor": "forged"}, {"q": "新" * 61}, {"q": "新" * 10_000}),
    ],
)
def test_what_is_asked_wrongly_is_refused(client: FlaskClient, query: dict[str, Any]) -> None:
    answer = client.get(SEARCH, query_string=query)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.get_json()["error"]["code"]


@pytest.mark.parametrize("path", [SEARCH, SUGGEST])
@pytest.mark.parametrize("query", [*ODD, quote("新" * 10_000), quote("🚁" * 60), "a" * 10_000])
def test_odd_input_finds_nothing_or_is_refused(client: FlaskClient, path: str, query: str) -> None:
    create_live(Kind.PROJECTS, title="储能电站")
    answer = client.get(f"{path}?q={query}")
    assert answer.status_code < 500, answer.text
    if answer.status_code == 200:
        assert answer.get_json()["items"] == []


@hypothesis_settings(max_examples=60)
@given(st.text(min_size=1, max_size=60))
def test_any_text_is_answered(client: FlaskClient, query: str) -> None:
    for path in (SEARCH, SUGGEST):
        assert client.get(path, query_string={"q": query}).status_code in (200, 400)


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_pages_hold_every_hit_once_in_order(client: FlaskClient, limit: int) -> None:
    items = {create_live(Kind.PROJECTS, title=f"储能电站{number}号").id for number in range(7)}
    promotions.promote(ACTOR, "储能", [(Kind.PROJECTS, max(items))])
    (whole,) = _pages(client, q="储能", limit=50)
    assert set(whole) == items
    assert whole[0] == max(items)
    assert [item for page in _pages(client, q="储能", limit=limit) for item in page] == whole


def test_a_cursor_gives_the_same_page_again_in_either_language(client: FlaskClient) -> None:
    for number in range(5):
        create_live(Kind.PROJECTS, title=f"储能电站{number}号")
    cursor = _get(client, q="储能", limit=2)["next_cursor"]
    pages = [
        [item["id"] for item in _get(client, q="储能", limit=2, cursor=cursor, lang=lang)["items"]]
        for lang in ("zh-CN", "zh-CN", "en")
    ]
    assert pages[0] == pages[1] == pages[2]
    assert len(pages[0]) == 2


@pytest.mark.parametrize("other", [{"q": "电站"}, {"kind": "projects"}, {"track": "absent"}])
def test_a_cursor_belongs_to_its_query(client: FlaskClient, other: dict[str, str]) -> None:
    for number in range(5):
        create_live(Kind.PROJECTS, title=f"储能电站{number}号")
    cursor = _get(client, q="储能", limit=2)["next_cursor"]
    answer = client.get(SEARCH, query_string={"q": "储能", "cursor": cursor, **other})
    assert answer.status_code == 400
    assert answer.get_json()["error"]["code"] == "bad_cursor"


def test_what_staff_keep_takes_effect_at_once(client: FlaskClient) -> None:
    item = create_live(Kind.PROJECTS, title="集成电路设计")
    assert _get(client, q="芯片")["items"] == []
    group = synonyms.add(ACTOR, ["芯片", "集成电路"])
    assert [one["id"] for one in _get(client, q="芯片")["items"]] == [item.id]
    synonyms.remove(ACTOR, group.id)
    assert _get(client, q="芯片")["items"] == []
    promotions.promote(ACTOR, "芯片", [(Kind.PROJECTS, item.id)])
    (hit,) = _get(client, q="芯片")["items"]
    assert hit["promoted"]
    promotions.remove(ACTOR, promotions.of("芯片").id)
    assert _get(client, q="芯片")["items"] == []


def test_a_search_writes_nothing_of_who_asked(client: FlaskClient) -> None:
    headers = {
        "User-Agent": "测试访客 A",
        "X-Forwarded-For": "127.0.0.9",
        "X-Request-ID": "visitor-a1",
    }
    client.get(SEARCH, query_string={"q": "从未见过"}, headers=headers)
    (row,) = FruitlessQuery._get_collection().find({})
    assert row["query"] == "从未见过"
    assert not any(one in str(row) for one in ("访客", "127.0.0", "visitor-a1"))


def test_suggestions_are_short(client: FlaskClient) -> None:
    item = create_live(Kind.SITES, title="枢纽港", slug="hub-port")
    for typed in ("枢", "shuniu", "sng"):
        assert _get(client, SUGGEST, q=typed) == {
            "items": [{"kind": "sites", "id": item.id, "slug": "hub-port", "title": "枢纽港"}]
        }
    for wrong in ({}, {"q": ""}, {"q": "新" * 61}, {"q": "新", "limit": 3}):
        assert client.get(SUGGEST, query_string=wrong).status_code == 400
