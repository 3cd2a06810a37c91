"""Working copies over REST: lists, new items, changes, collisions; and who sees what."""

from typing import Any

import pytest
from flask import Flask

from models.audit import AuditEntry
from models.content import Content
from models.enums import ContentState, Kind
from models.registry import CONTENT
from models.staff import Role
from schemas.working import editable
from services import changes, content, publishing
from tests.admin.newsroom import API, Desk
from tests.factories import (
    ACTOR,
    create,
    create_live,
    create_maximal,
    create_media,
    dummy_figure,
    maximal_fields,
    publish,
)

OPERATORS: list[Any] = [{"$gt": ""}, {"$ne": None}, ["x"], 1, True]


@pytest.fixture
def editor(app: Flask) -> Desk:
    return Desk(app, Role.EDITOR)


def ids(desk: Desk, query: str, kind: str = "tracks") -> list[str]:
    return [one["id"] for one in desk.get(f"{kind}?{query}")["items"]]


@pytest.mark.parametrize("kind", Kind)
def test_every_field_that_staff_fill_in_is_written_and_read(editor: Desk, kind: Kind) -> None:
    fields = maximal_fields(kind)
    sent = {name: value for name, value in fields.items() if name in editable(kind)}
    made = editor.post(kind.value, sent, 201)
    assert {name: made[name] for name in sent} == sent
    stored = content.get(kind, made["id"])
    assert list(stored.authors) == [editor.account.id]


@pytest.mark.parametrize("kind", Kind)
def test_what_was_read_can_be_sent_back(editor: Desk, kind: Kind) -> None:
    document = create_maximal(kind)
    path = f"{kind}/{document.id}"
    read = editor.get(path)
    again = editor.patch(path, read)
    touched = {"revision", "updated_at", "authors", "changed_by"}
    assert {name for name in read if read[name] != again[name]} <= touched
    assert again["revision"] == 2
    before, after = document.stored(), content.get(kind, document.id).stored()
    text = {*before, *after} - changes.BOOKKEEPING - {"demo_fields"}
    assert {name for name in text if before.get(name) != after.get(name)} == set()


@pytest.mark.parametrize("kind", Kind)
def test_nothing_of_a_model_is_forgotten(editor: Desk, kind: Kind) -> None:
    read = editor.get(f"{kind}/{create_maximal(kind).id}")
    names = set(CONTENT[kind]._fields) - {"translations"}
    assert names <= read.keys()


@pytest.mark.parametrize(
    "name",
    [
        *("state", "owner", "authors", "review", "published_revision", "publish_at", "order"),
        *("changed_by", "created_at", "expire_at", "id"),
    ],
)
def test_what_is_kept_cannot_be_written(editor: Desk, name: str) -> None:
    values: dict[str, Any] = {"state": "published", "authors": [], "order": -1.0, "review": None}
    value = values.get(name, "2030-01-01T00:00:00Z")
    item = create(Kind.TRACKS)
    before = item.stored().get(name)
    editor.patch(f"tracks/{item.id}", {"revision": 1, "title": "新", name: value})
    after = content.get(Kind.TRACKS, item.id).stored().get(name)
    if name == "authors":
        assert set(after) == {*before, editor.account.id}
    elif name == "changed_by":
        assert after == editor.account.name
    else:
        assert after == before


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"strange": 1}, "strange"),
        ({"translations": []}, "translations"),
        ({"_id": "x"}, "_id"),
        ({"$set": {"state": "published"}}, "$set"),
        ({"title.zh": "x"}, "title.zh"),
        ({"figures": [{**dummy_figure(), "secret": 1}]}, "figures.0.secret"),
        ({"cover": {"media": "x", "$where": "1"}}, "cover.$where"),
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"number": "7"}, "number"),
        ({"featured": "yes"}, "featured"),
        ({"track_class": "imperial"}, "track_class"),
        ({"figures": [dummy_figure(as_of="gestern")]}, "figures.0.as_of"),
        ({"slug": "Not A Slug"}, "slug"),
        *(({"title": value}, "title") for value in OPERATORS),
        *(({"tags": value}, "tags") for value in OPERATORS if value != ["x"]),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_is_written(
    editor: Desk, body: dict[str, Any], field: str
) -> None:
    item = create(Kind.TRACKS)
    answer = editor.patch(f"tracks/{item.id}", {"revision": 1, **body}, 400)
    assert [one.split(".0")[0] for one in answer["error"]["fields"]] == [field.split(".0")[0]]
    assert content.get(Kind.TRACKS, item.id).revision == 1


def test_a_new_item_needs_what_its_model_needs(editor: Desk) -> None:
    answer = editor.post("tracks", {"summary": "x"}, 400)
    assert set(answer["error"]["fields"]) == {"slug", "title", "number", "track_class"}


def test_a_creation_sent_twice_happens_once(editor: Desk) -> None:
    body = {"slug": "once", "title": "一次", "number": 1, "track_class": "priority"}
    headers = {"Idempotency-Key": "a-key-of-mine"}
    answers = [editor.client.post(f"{API}/tracks", json=body, headers=headers) for _ in range(2)]
    assert [one.status_code for one in answers] == [201, 201]
    assert answers[0].get_json()["id"] == answers[1].get_json()["id"]
    assert len(content.listing(Kind.TRACKS)) == 1


def test_a_slug_that_is_taken_is_a_conflict(editor: Desk) -> None:
    body = {"slug": create(Kind.TRACKS).slug, "title": "x", "number": 1, "track_class": "priority"}
    assert editor.refused("POST", "tracks", body, 409) == "slug_taken"


def test_a_collision_shows_both_versions(editor: Desk, app: Flask) -> None:
    item = create(Kind.TRACKS, summary="旧")
    other = Desk(app, Role.EDITOR, name="测试编辑乙")
    path = f"tracks/{item.id}"
    other.patch(path, {"revision": 1, "summary": "乙", "tags": ["a"]})
    error = editor.patch(path, {"revision": 1, "summary": "甲", "tags": ["a"]}, 409)["error"]
    assert error["code"] == "stale_revision"
    details = error["details"]
    assert details["given"] == {"summary": "甲", "tags": ["a"]}
    assert (details["current"]["summary"], details["current"]["revision"]) == ("乙", 2)
    assert details["current"]["changed_by"] == "测试编辑乙"
    assert details["differences"] == [
        {"path": "summary", "change": "changed", "current": "乙", "given": "甲"}
    ]
    assert content.get(Kind.TRACKS, item.id).summary == "乙"


def test_a_change_without_the_revision_is_refused(editor: Desk) -> None:
    answer = editor.patch(f"tracks/{create(Kind.TRACKS).id}", {"title": "x"}, 400)
    assert list(answer["error"]["fields"]) == ["revision"]


def test_an_archived_item_is_read_and_not_changed(editor: Desk) -> None:
    item = content.archive(Kind.TRACKS, create(Kind.TRACKS).id, actor=ACTOR)
    assert editor.get(f"tracks/{item.id}")["state"] == "archived"
    body = {"revision": 1, "title": "x"}
    assert editor.refused("PATCH", f"tracks/{item.id}", body, 409) == "archived"


@pytest.mark.parametrize("item", ["nobody", "$ne", "x" * 200, "%00", "..%2f"])
def test_an_unknown_item_is_not_found(editor: Desk, item: str) -> None:
    assert editor.refused("GET", f"tracks/{item}", None, 404) == "not_found"


def test_an_unknown_kind_is_not_found(editor: Desk) -> None:
    assert editor.client.get(f"{API}/secrets").status_code == 404
    assert editor.refused("POST", "secrets/x/submit", {"revision": 1}, 404) == "not_found"


def of_state(state: ContentState) -> Content:
    """Return an item in that state."""
    item = create(Kind.TRACKS)
    verbs: dict[ContentState, list[Any]] = {
        ContentState.DRAFT: [],
        ContentState.PUBLISHED: [],
        ContentState.UNPUBLISHED: [publishing.unpublish],
        ContentState.EXPIRED: [publishing.expire],
        ContentState.ARCHIVED: [publishing.unpublish, content.archive],
    }
    if state is not ContentState.DRAFT:
        item = publish(item)
    for verb in verbs[state]:
        item = verb(Kind.TRACKS, item.id, actor=ACTOR)
    return item


def test_lists_are_filtered_by_state_and_leave_out_what_is_archived(editor: Desk) -> None:
    items = {state: of_state(state).id for state in ContentState}
    for state, item in items.items():
        assert ids(editor, f"state={state}") == [item]
    assert set(ids(editor, "")) == set(items.values()) - {items[ContentState.ARCHIVED]}


def test_lists_are_filtered_by_what_staff_look_for(editor: Desk, app: Flask) -> None:
    track = create_live(Kind.TRACKS)
    own = editor.post("projects", {"slug": "own", "title": "氢能 (试) Valve"}, 201)["id"]
    other = create(Kind.PROJECTS, tracks=[track.id], title="另一个").id
    due = create(Kind.PROJECTS, figures=[dummy_figure(review_by="2020-01-01")]).id
    create(Kind.PROJECTS, figures=[dummy_figure(review_by="2099-01-01")])
    Desk(app, Role.EDITOR, department="投促一部").post(
        "projects", {"slug": "theirs", "title": "部门的"}, 201
    )
    assert ids(editor, "author=me", "projects") == [own]
    assert ids(editor, f"author={editor.account.id}", "projects") == [own]
    assert ids(editor, f"track={track.id}", "projects") == [other]
    assert ids(editor, f"track={track.slug}", "projects") == [other]
    assert ids(editor, "due=true", "projects") == [due]
    for text in ("氢能", "(试)", "valve", "OWN"):
        assert ids(editor, f"text={text}", "projects") == [own], text
    assert ids(editor, "text=.*", "projects") == []
    assert len(ids(editor, "owner=投促一部", "projects")) == 1
    editor.post(f"projects/{own}/submit", {"revision": 1})
    assert ids(editor, "stage=first", "projects") == [own]
    assert ids(editor, "stage=first&author=nobody", "projects") == []


def test_pages_are_complete_and_in_order(editor: Desk) -> None:
    items = [create(Kind.TRACKS, order=number % 3).id for number in range(11)]
    found, cursor = [], ""
    for _ in range(10):
        page = editor.get(f"tracks?limit=3{cursor}")
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert sorted(found) == sorted(items)
    assert len(set(found)) == 11
    orders = [content.get(Kind.TRACKS, item).order for item in found]
    assert orders == sorted(orders)


@pytest.mark.parametrize(
    "query",
    ["state=lost", "author[$ne]=x", "text=", "limit=0", "order=title", "cursor=x", "due=perhaps"],
)
def test_a_bad_filter_is_refused(editor: Desk, query: str) -> None:
    editor.get(f"tracks?{query}", 400)


@pytest.mark.parametrize("role", Role)
def test_what_is_internal_is_for_some_only(app: Flask, role: Role) -> None:
    item = create(Kind.CLUSTERS, target_list=[{"name": "某测试企业"}])
    content.update(
        Kind.CLUSTERS, item.id, {"target_list": [{"name": "某测试企业二"}]}, revision=1, actor=ACTOR
    )
    publishing.publish(Kind.CLUSTERS, item.id, actor=ACTOR)
    desk = Desk(app, role)
    path = f"clusters/{item.id}"
    seen = str(
        [
            desk.get("clusters"),
            desk.get(path),
            desk.get(f"{path}/diff?from=2&to=working"),
            desk.get(f"{path}/revisions"),
            desk.get(f"{path}/checks"),
        ]
    )
    permitted = {
        *(Role.EDITOR, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER),
        Role.INVESTMENT_OFFICER,
    }
    assert ("某测试企业" in seen) is (role in permitted)
    log = str([entry.to_mongo() for entry in AuditEntry.objects])
    assert "某测试企业" not in log


def test_rich_text_is_cleaned_when_it_is_written(editor: Desk) -> None:
    create_media("x")
    body = {
        "slug": "clean",
        "title": "x",
        "answer": "<p onclick='x()'>好</p><script>alert(1)</script>",
        "topic": "测试",
        "topic_key": "test",
    }
    assert editor.post("faqs", body, 201)["answer"] == "<p>好</p>"


@pytest.mark.parametrize("part", [1, "x", [], True])
def test_another_thing_in_the_place_of_a_part_is_told_where_it_stands(
    editor: Desk, part: Any
) -> None:
    item = create(Kind.TRACKS)
    body = {"revision": 1, "cover": part, "figures": [part]}
    answer = editor.patch(f"tracks/{item.id}", body, 400)
    assert answer["error"]["fields"] == {"cover": "类型不正确", "figures.0": "类型不正确"}
