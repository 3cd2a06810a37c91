"""Search as staff keep it: synonyms, promotions, queries in vain; public search follows at once."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import db
from models.audit import AuditEntry
from models.enums import Kind, Language
from models.search import FruitlessQuery, Promotion, Synonyms
from models.staff import Role
from services import audit, publishing
from services.kept import listing
from services.search import fruitless
from tests.factories import ACTOR, create_live, staff_client
from tests.services.test_working_lists import stages

API = "/admin/api/v1"
LISTS: dict[str, dict[str, str]] = {
    "synonyms": {},
    "promotions": {},
    "newest": {"order": "newest"},
    "frequent": {"order": "frequent"},
}


@pytest.fixture
def keeper(app: Flask) -> FlaskClient:
    return staff_client(app, Role.EDITOR)


def found(client: FlaskClient, query: str) -> list[str]:
    answer = client.get("/api/v1/search", query_string={"q": query}).get_json()
    return [one["title"] for one in answer["items"]]


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def entries(resource: str) -> list[tuple[str, Any, Any]]:
    rows = AuditEntry.objects(action__startswith=f"{resource}.").order_by("at", "id")
    return [(row.action.partition(".")[2], row.before or None, row.after or None) for row in rows]


def test_synonyms_are_kept_changed_and_forgotten_and_search_follows(
    keeper: FlaskClient, client: FlaskClient
) -> None:
    create_live(Kind.PROJECTS, title="集成电路设计")
    create_live(Kind.PROJECTS, title="半导体材料")
    assert found(client, "芯片") == []
    made = keeper.post(f"{API}/synonyms", json={"terms": [" 芯片 ", "集成电路", "芯片"]})
    assert made.status_code == 201, made.text
    group = made.get_json()
    assert (group["terms"], group["revision"]) == (["芯片", "集成电路"], 1)
    assert found(client, "芯片") == ["集成电路设计"]
    path = f"{API}/synonyms/{group['id']}"
    changed = keeper.put(path, json={"revision": 1, "terms": ["芯片", "半导体"]}).get_json()
    assert changed["revision"] == 2
    assert found(client, "芯片") == ["半导体材料"]
    assert code(keeper.put(path, json={"revision": 1, "terms": ["甲", "乙"]})) == (
        409,
        "stale_revision",
    )
    assert [one["id"] for one in keeper.get(f"{API}/synonyms").get_json()["items"]] == [group["id"]]
    assert keeper.delete(path).status_code == 204
    assert found(client, "芯片") == []
    assert keeper.get(path).status_code == 404
    old, new = {"terms": ["芯片", "集成电路"]}, {"terms": ["芯片", "半导体"]}
    assert entries("synonyms") == [
        ("create", None, old),
        ("update", old, new),
        ("delete", new, None),
    ]


@pytest.mark.parametrize(
    ("terms", "fault"),
    [
        (["甲"], "too_short"),
        (["甲", "甲"], "too_short"),
        (["甲", "！？"], "too_short"),
        ([f"词{number}" for number in range(21)], "too_long"),
        (["甲", "㌀" * 40], "too_long"),
        ("甲乙", "type"),
    ],
)
def test_what_is_wrong_with_terms_is_told(keeper: FlaskClient, terms: object, fault: str) -> None:
    answer = keeper.post(f"{API}/synonyms", json={"terms": terms})
    assert code(answer) == (400, "invalid")
    assert list(answer.get_json()["error"]["fields"]) == ["terms"]
    assert Synonyms.objects.count() == AuditEntry.objects.count() == 0, fault


def test_a_term_is_in_one_group_only(keeper: FlaskClient) -> None:
    keeper.post(f"{API}/synonyms", json={"terms": ["甲", "乙"]})
    other = keeper.post(f"{API}/synonyms", json={"terms": ["丙", "丁"]}).get_json()
    assert code(keeper.post(f"{API}/synonyms", json={"terms": ["乙", "戊"]})) == (
        409,
        "synonym_taken",
    )
    taken = {"revision": 1, "terms": ["丙", "甲"]}
    assert code(keeper.put(f"{API}/synonyms/{other['id']}", json=taken)) == (409, "synonym_taken")
    assert len(entries("synonyms")) == 2


def test_promotions_are_made_changed_and_taken_back_and_search_follows(
    keeper: FlaskClient, client: FlaskClient
) -> None:
    one, two = (create_live(Kind.PROJECTS, title=f"储能电站{name}") for name in "甲乙")
    wanted = [{"kind": "projects", "item": two.slug}, {"kind": "projects", "item": two.id}]
    made = keeper.post(f"{API}/promotions", json={"query": "电 话！", "items": wanted})
    assert made.status_code == 201, made.text
    promotion = made.get_json()
    assert promotion["query"] == "电话"
    assert promotion["items"] == [
        {"kind": "projects", "item": two.id, "live": True, "title": "储能电站乙"}
    ]
    assert found(client, "电话") == ["储能电站乙"]
    again = keeper.post(f"{API}/promotions", json={"query": "电话", "items": wanted})
    assert code(again) == (409, "promotion_taken")
    path = f"{API}/promotions/{promotion['id']}"
    body = {"revision": 1, "items": [{"kind": "projects", "item": one.id}, *wanted]}
    assert keeper.put(path, json=body).get_json()["revision"] == 2
    assert found(client, "电话") == ["储能电站甲", "储能电站乙"]
    assert code(keeper.put(path, json=body)) == (409, "stale_revision")
    publishing.unpublish(Kind.PROJECTS, one.id, actor=ACTOR)
    items = keeper.get(f"{API}/promotions").get_json()["items"][0]["items"]
    assert [(item["live"], item["title"]) for item in items] == [
        (False, None),
        (True, "储能电站乙"),
    ]
    body["revision"] = 2
    assert code(keeper.put(path, json=body)) == (400, "invalid")
    assert keeper.delete(path).status_code == 204
    assert found(client, "电话") == []
    assert [verb for verb, _, _ in entries("promotions")] == ["create", "update", "delete"]


@pytest.mark.parametrize("query", ["！？", "", "㌀" * 60])
def test_what_is_no_query_has_no_promotion(keeper: FlaskClient, query: str) -> None:
    items = [{"kind": "projects", "item": create_live(Kind.PROJECTS).id}]
    answer = keeper.post(f"{API}/promotions", json={"query": query, "items": items})
    assert code(answer) == (400, "invalid")
    assert list(answer.get_json()["error"]["fields"]) == ["query"]


def asked(text: str, times: int = 1, day: str | None = None) -> None:
    for _ in range(times):
        fruitless.note(text, Language.ZH_CN, loose=False)
    if day is not None:
        FruitlessQuery.objects(query=text, count=times).update(set__day=day)


def queries(keeper: FlaskClient, **query: str) -> list[tuple[str, int]]:
    answer = keeper.get(f"{API}/fruitless", query_string=query)
    assert answer.status_code == 200, answer.text
    return [(one["query"], one["count"]) for one in answer.get_json()["items"]]


def test_what_was_not_found_is_listed_handled_and_dropped(keeper: FlaskClient) -> None:
    asked("量子通信", 3, "2026-01-05")
    asked("量子通信", 2)
    asked("低空旅游", 4)
    assert queries(keeper) == [("低空旅游", 4), ("量子通信", 2), ("量子通信", 3)]
    frequent = [("低空旅游", 4), ("量子通信", 3), ("量子通信", 2)]
    assert queries(keeper, order="frequent") == frequent
    row = FruitlessQuery.objects.get(query="量子通信", day="2026-01-05")
    path = f"{API}/fruitless/{row.id}"
    assert keeper.patch(path, json={"handled": True}).get_json()["handled"] is True
    assert queries(keeper) == [("低空旅游", 4)]
    assert queries(keeper, handled="true", order="frequent") == frequent[1:]
    assert keeper.delete(path).status_code == 204
    assert [row.query for row in FruitlessQuery.objects] == ["低空旅游"]
    assert entries("fruitless") == [
        ("update", None, {"query": "量子通信", "language": "zh-CN", "handled": True, "days": 2}),
        ("delete", None, {"days": 2}),
    ]


def test_asked_again_another_day_it_is_work_again(keeper: FlaskClient) -> None:
    asked("量子通信", 1, "2026-01-05")
    row = FruitlessQuery.objects.get()
    keeper.patch(f"{API}/fruitless/{row.id}", json={"handled": True})
    asked("量子通信", 2)
    assert queries(keeper) == [("量子通信", 2)]


@pytest.mark.parametrize("name", LISTS)
def test_lists_page_without_gap_or_double(keeper: FlaskClient, name: str) -> None:
    path = f"{API}/{'fruitless' if LISTS[name] else name}"
    for number in range(7):
        if name == "synonyms":
            keeper.post(path, json={"terms": [f"甲{number}", f"乙{number}"]})
        elif name == "promotions":
            items = [{"kind": "tracks", "item": create_live(Kind.TRACKS).id}]
            keeper.post(path, json={"query": f"词{number}", "items": items})
        else:
            asked(f"词{number}", 1 + number % 3)
    whole = keeper.get(path, query_string=LISTS[name]).get_json()["items"]
    assert len(whole) == 7
    seen: list[Any] = []
    query = {**LISTS[name], "limit": "3"}
    for _ in range(3):
        page = keeper.get(path, query_string=query).get_json()
        seen += page["items"]
        query["cursor"] = page["next_cursor"]
    assert (seen, page["next_cursor"]) == (whole, None)


@pytest.mark.parametrize("path", ["synonyms", "promotions"])
def test_a_creation_that_is_sent_again_happens_once(keeper: FlaskClient, path: str) -> None:
    item = {"kind": "tracks", "item": create_live(Kind.TRACKS).id}
    bodies = {
        "synonyms": {"terms": ["甲", "乙"]},
        "promotions": {"query": "甲", "items": [item]},
    }
    headers = {"Idempotency-Key": "key-0123456789"}
    first, again = (
        keeper.post(f"{API}/{path}", json=bodies[path], headers=headers) for _ in range(2)
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_json() == again.get_json()
    assert len(entries(path)) == 1


@pytest.mark.parametrize("model", [Synonyms, Promotion])
def test_nothing_is_kept_without_its_record(
    keeper: FlaskClient, monkeypatch: pytest.MonkeyPatch, model: Any
) -> None:
    """What fails after the change takes the change back."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    item = {"kind": "tracks", "item": create_live(Kind.TRACKS).id}
    bodies = {Synonyms: {"terms": ["甲", "乙"]}, Promotion: {"query": "甲", "items": [item]}}
    monkeypatch.setattr(audit, "record", fail)
    answer = keeper.post(f"{API}/{model._get_collection_name()}", json=bodies[model])
    assert answer.status_code == 500
    assert listing(model) == []


@pytest.mark.parametrize(
    ("collection", "match", "order"),
    [
        ("synonyms", {}, "at"),
        ("promotions", {}, "at"),
        ("fruitless_queries", {"handled": False}, "last_at"),
        ("fruitless_queries", {"handled": False}, "count"),
    ],
)
def test_lists_go_through_indexes(collection: str, match: dict[str, Any], order: str) -> None:
    cursor = db.database()[collection].find(match).sort([(order, -1), ("_id", -1)]).limit(20)
    used = stages(cursor.explain()["queryPlanner"]["winningPlan"])
    assert not used & {"COLLSCAN", "SORT"}, used
