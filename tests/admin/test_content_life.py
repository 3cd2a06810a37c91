"""The steps of an item over REST: each with its effect, its refusals and its record."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import now
from models.audit import AuditEntry, Outcome
from models.enums import Kind
from models.snapshots import Snapshot
from models.staff import Role
from services import content
from tests.admin.newsroom import API, Desk, approve, release, reviewers
from tests.factories import create, create_live, create_staff, staff_client
from tests.services.test_content_races import at_once

STEPS = {
    "submit": {"revision": 1},
    "review": {"revision": 1, "approved": True},
    "publish": {"revision": 1},
    "unpublish": None,
    "expire": None,
    "archive": None,
    "restore": None,
    "duplicate": {"slug": "copy"},
    "rollback": {"number": 1},
    "preview": None,
}


@pytest.fixture
def editor(app: Flask) -> Desk:
    return Desk(app, Role.EDITOR)


@pytest.fixture
def desks(app: Flask) -> list[Desk]:
    return reviewers(app)


@pytest.fixture
def path(editor: Desk) -> str:
    """A text that passed its reviews is one step away from here: it is new."""
    body = {"slug": "text", "title": "文", "number": 1, "track_class": "priority"}
    editor.post("tracks", body, 201)
    return "tracks/text"


def passed(editor: Desk, desks: list[Desk], path: str) -> None:
    """Let a new text pass its reviews."""
    editor.post(f"{path}/submit", {"revision": 1})
    approve(desks, path, 1)


def public(client: FlaskClient, path: str) -> int:
    return client.get(f"/api/v1/{path}").status_code


def test_from_draft_to_archive_and_back(
    editor: Desk, desks: list[Desk], path: str, client: FlaskClient
) -> None:
    passed(editor, desks, path)
    final = desks[2]
    assert final.post(f"{path}/publish", {"revision": 1})["state"] == "published"
    assert public(client, path) == 200
    assert editor.refused("POST", f"{path}/archive", None, 409) == "still_live"
    assert final.post(f"{path}/unpublish")["live_revision"] is None
    assert public(client, path) == 404
    assert final.refused("POST", f"{path}/expire", None, 409) == "not_live"
    final.post(f"{path}/publish", {"revision": 1})
    assert final.post(f"{path}/expire")["state"] == "expired"
    assert editor.post(f"{path}/archive")["state"] == "archived"
    assert editor.refused("POST", f"{path}/submit", {"revision": 1}, 409) == "archived"
    assert editor.post(f"{path}/restore")["state"] == "draft"
    assert final.refused("POST", f"{path}/publish", {"revision": 1}, 422) == "not_approved"


def test_a_reviewer_does_not_publish_what_they_wrote(
    app: Flask, editor: Desk, desks: list[Desk], path: str
) -> None:
    both = Desk(app, Role.EDITOR, Role.FINAL_REVIEWER)
    both.patch(path, {"revision": 1, "summary": "我写的"})
    both.post(f"{path}/submit", {"revision": 2})
    approve(desks, path, 2)
    assert both.refused("POST", f"{path}/publish", {"revision": 2}, 403) == "own_text"
    later = (now() + dt.timedelta(days=1)).isoformat()
    times = {"revision": 2, "publish_at": later, "expire_at": None}
    assert both.refused("PUT", f"{path}/schedule", times, 403) == "own_text"
    denied = AuditEntry.objects(outcome=Outcome.DENIED, actor=both.account.id)
    assert {one.action for one in denied} == {"content.publish", "content.schedule"}
    assert desks[0].post(f"{path}/publish", {"revision": 2})["live_revision"] == 2


def test_a_reviewer_does_not_pass_what_they_wrote(app: Flask, path: str) -> None:
    both = Desk(app, Role.FIRST_REVIEWER)
    both.patch(path, {"revision": 1, "summary": "我写的"})
    both.post(f"{path}/submit", {"revision": 2})
    verdict = {"revision": 2, "approved": True}
    assert both.refused("POST", f"{path}/review", verdict, 403) == "own_text"


def test_what_is_not_complete_is_not_published(editor: Desk, desks: list[Desk]) -> None:
    body = {"slug": "loose", "title": "缺", "tracks": ["nowhere"]}
    editor.post("projects", body, 201)
    passed(editor, desks, "projects/loose")
    answer = desks[2].post("projects/loose/publish", {"revision": 1}, 422)["error"]
    assert (answer["code"], list(answer["fields"])) == ("not_publishable", ["tracks.0"])


def test_a_schedule_is_set_and_cleared(editor: Desk, desks: list[Desk], path: str) -> None:
    passed(editor, desks, path)
    begin, end = (now() + dt.timedelta(days=days) for days in (1, 2))
    times = {"revision": 1, "publish_at": begin.isoformat(), "expire_at": end.isoformat()}
    answer = desks[2].put(f"{path}/schedule", times)
    assert dt.datetime.fromisoformat(answer["publish_at"]) == begin
    none = {"revision": 1, "publish_at": None, "expire_at": None}
    answer = desks[2].put(f"{path}/schedule", none)
    assert (answer["publish_at"], answer["expire_at"]) == (None, None)
    desks[2].put(f"{path}/schedule", times)
    assert editor.patch(path, {"revision": 1, "title": "改"})["publish_at"] is None


@pytest.mark.parametrize(
    ("times", "field"),
    [
        ({"publish_at": "2020-01-01T00:00:00Z", "expire_at": None}, "publish_at"),
        ({"publish_at": "2090-01-01T00:00:00", "expire_at": None}, "publish_at"),
        ({"publish_at": None, "expire_at": "soon"}, "expire_at"),
        ({"publish_at": "2090-01-02T00:00:00Z", "expire_at": "2090-01-01T00:00:00Z"}, "expire_at"),
        ({"publish_at": None}, "expire_at"),
    ],
)
def test_times_that_cannot_be_are_refused(
    editor: Desk, desks: list[Desk], path: str, times: dict[str, Any], field: str
) -> None:
    passed(editor, desks, path)
    answer = desks[2].put(f"{path}/schedule", {"revision": 1, **times}, 400)
    assert list(answer["error"]["fields"]) == [field]


def test_a_copy_is_a_draft_of_its_own(editor: Desk) -> None:
    item = create_live(Kind.TRACKS, summary="抄我")
    copy = editor.post(f"tracks/{item.id}/duplicate", {"slug": "copy"}, 201)
    assert (copy["state"], set(copy["authors"])) == ("draft", {editor.account.id, "system"})
    assert editor.get("tracks/copy")["summary"] == "抄我"
    taken = editor.refused("POST", f"tracks/{item.id}/duplicate", {"slug": "copy"}, 409)
    assert taken == "slug_taken"


def test_the_order_of_lists_is_set_live_at_once(desks: list[Desk], client: FlaskClient) -> None:
    items = [create_live(Kind.TRACKS).id for _ in range(3)]
    wanted = [items[2], items[0], items[1]]
    desks[0].send("PUT", "tracks/order", {"items": wanted}, 204)
    assert [one["id"] for one in client.get("/api/v1/tracks").get_json()["items"]] == wanted
    assert [one["id"] for one in desks[0].get("tracks")["items"]] == wanted
    for body in ([items[0], items[0]], [items[0], "nobody"]):
        assert desks[0].refused("PUT", "tracks/order", {"items": body}, 400) == "invalid"
    desks[0].send("PUT", "tracks/order", {"items": [{"$ne": 1}]}, 400)


@pytest.mark.parametrize("step", STEPS)
def test_staff_of_another_department_take_no_step(app: Flask, step: str) -> None:
    roles = (Role.EDITOR, Role.FINAL_REVIEWER)
    theirs, ours = (Desk(app, *roles, department=name) for name in ("投促一部", "投促二部"))
    body = {"slug": "theirs", "title": "他部", "number": 1, "track_class": "priority"}
    theirs.post("tracks", body, 201)
    if step == "duplicate":
        assert ours.post("tracks/theirs/duplicate", {"slug": "ours"}, 201)["owner"] == "投促二部"
        return
    refusal = ours.refused("POST", f"tracks/theirs/{step}", STEPS[step], 403)
    assert refusal == "other_department"
    refusal = ours.refused("PATCH", "tracks/theirs", {"revision": 1, "title": "x"}, 403)
    assert refusal == "other_department"
    assert ours.get("tracks/theirs")["title"] == "他部"


@pytest.mark.parametrize("step", STEPS)
def test_no_step_is_taken_without_the_token_of_the_session(editor: Desk, step: str) -> None:
    item = create(Kind.TRACKS)
    del editor.client.environ_base["HTTP_X_CSRF_TOKEN"]
    assert editor.refused("POST", f"tracks/{item.id}/{step}", STEPS[step], 403) == "csrf"
    body = {"revision": 1, "title": "x"}
    assert editor.refused("PATCH", f"tracks/{item.id}", body, 403) == "csrf"
    assert editor.refused("PUT", f"tracks/{item.id}/draft", {}, 403) == "csrf"
    assert content.get(Kind.TRACKS, item.id).revision == 1


def test_a_token_of_another_session_does_not_do(app: Flask, editor: Desk) -> None:
    other = staff_client(app, account=create_staff(Role.EDITOR))
    stolen = other.environ_base["HTTP_X_CSRF_TOKEN"]
    editor.client.environ_base["HTTP_X_CSRF_TOKEN"] = stolen
    body = {"slug": "x", "title": "x", "number": 1, "track_class": "priority"}
    assert editor.refused("POST", "tracks", body, 403) == "csrf"


@pytest.mark.parametrize("step", [step for step, body in STEPS.items() if body])
@pytest.mark.parametrize("value", [{"$gt": 0}, [1], " 1", None, True, 10**30])
def test_a_body_holds_no_operators(editor: Desk, desks: list[Desk], step: str, value: Any) -> None:
    item = create_live(Kind.TRACKS)
    body = dict.fromkeys(STEPS[step] or {}, value)
    for desk in (editor, *desks):
        answer = desk.client.post(f"{API}/tracks/{item.id}/{step}", json=body)
        assert answer.status_code in (400, 403), answer.text
    extra = {**(STEPS[step] or {}), "actor": "system"}
    answer = desks[2].client.post(f"{API}/tracks/{item.id}/{step}", json=extra)
    assert answer.status_code in (400, 403)


def test_of_two_who_publish_at_once_the_text_goes_live_once(
    editor: Desk, desks: list[Desk], path: str
) -> None:
    passed(editor, desks, path)

    def publish(desk: Desk) -> int:
        return desk.client.post(f"{API}/{path}/publish", json={"revision": 1}).status_code

    results = at_once([lambda desk=desk: publish(desk) for desk in desks])
    assert set(results) <= {200, 409}
    assert 200 in results
    assert len(editor.get(f"{path}/revisions")["items"]) == 1
    assert Snapshot.objects.count() == 1


@pytest.mark.parametrize("attempt", range(3))
def test_an_edit_while_publishing_is_not_released(
    editor: Desk, desks: list[Desk], path: str, attempt: int
) -> None:
    passed(editor, desks, path)
    title = f"未审 {attempt}"

    def publish() -> int:
        answer = desks[1].client.post(f"{API}/{path}/publish", json={"revision": 1})
        return answer.status_code

    def edit() -> int:
        body = {"revision": 1, "title": title}
        return editor.client.patch(f"{API}/{path}", json=body).status_code

    published, edited = at_once([publish, edit])
    assert edited == 200
    assert published in (200, 409)
    live = [one.body["zh-CN"]["card"] for one in Snapshot.objects]
    assert len(live) == (1 if published == 200 else 0)
    assert not [one for one in live if title in one]


def test_a_released_text_is_public_within_a_second(
    editor: Desk, desks: list[Desk], path: str, client: FlaskClient
) -> None:
    assert release(editor, desks, path)["live_revision"] == 1
    assert public(client, path) == 200
