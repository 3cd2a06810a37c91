"""Departments: who hands an item over, and what that changes."""

import pytest
from flask import Flask

from models.audit import AuditEntry
from models.enums import Kind
from models.staff import Role
from tests.admin.newsroom import Desk
from tests.factories import dummy_fields

ONE, TWO = "测试一局", "测试二局"


def written(desk: Desk) -> str:
    return f"tracks/{desk.post('tracks', dummy_fields(Kind.TRACKS), 201)['id']}"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.FINAL_REVIEWER])
def test_an_item_is_handed_over_on_record(app: Flask, role: Role) -> None:
    editor, other = (Desk(app, Role.EDITOR, department=one) for one in (ONE, TWO))
    path = written(editor)
    editor.post(f"{path}/submit", {"revision": 1})
    moved = Desk(app, role).put(f"{path}/owner", {"owner": TWO})
    assert (moved["owner"], moved["revision"], moved["review"]["stage"]) == (TWO, 1, "first")
    change = {"revision": 1, "title": "改"}
    assert editor.refused("PATCH", path, change, 403) == "other_department"
    assert other.patch(path, change)["title"] == "改"
    (entry,) = AuditEntry.objects(action="content.hand_over")
    assert (entry.target, entry.before, entry.after) == (
        path.replace("/", ":"),
        {"owner": ONE},
        {"owner": TWO},
    )


def test_an_item_may_belong_to_no_department(app: Flask) -> None:
    editor = Desk(app, Role.EDITOR, department=ONE)
    path = written(editor)
    assert Desk(app, Role.ADMINISTRATOR).put(f"{path}/owner", {"owner": None})["owner"] is None
    assert Desk(app, Role.EDITOR, department=TWO).patch(path, {"revision": 1, "title": "改"})


def test_nobody_takes_what_is_of_another_department(app: Flask) -> None:
    path = written(Desk(app, Role.EDITOR, department=ONE))
    other = Desk(app, Role.FINAL_REVIEWER, department=TWO)
    refusal = other.refused("PUT", f"{path}/owner", {"owner": TWO}, 403)
    assert refusal == "other_department"


def test_order_is_no_slug(app: Flask) -> None:
    editor = Desk(app, Role.EDITOR)
    body = dummy_fields(Kind.TRACKS, slug="order")
    failure = editor.send("POST", "tracks", body, 400)["error"]
    assert list(failure["fields"]) == ["slug"]
    path = written(editor)
    assert editor.refused("PATCH", path, {"revision": 1, "slug": "order"}, 400) == "invalid"
    assert editor.refused("POST", f"{path}/duplicate", {"slug": "order"}, 400) == "invalid"
    assert editor.patch(path, {"revision": 1, "slug": "order-of-tracks"})["revision"] == 2
