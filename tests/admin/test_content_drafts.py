"""Drafts: one's own, harmless, bounded, gone when saved."""

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from core.clock import now
from models.drafts import Draft
from models.enums import Kind
from models.staff import Role
from services import content, drafts
from tests.admin.newsroom import Desk
from tests.factories import ACTOR, create, dummy_figure, staff_client


@pytest.fixture
def editor(app: Flask) -> Desk:
    return Desk(app, Role.EDITOR)


@pytest.fixture
def path() -> str:
    return f"tracks/{create(Kind.TRACKS).id}"


def body(**fields: Any) -> dict[str, Any]:
    return {"revision": 1, "fields": fields}


def test_a_draft_changes_nothing_but_itself(editor: Desk, path: str) -> None:
    before = editor.get(path)
    editor.put(f"{path}/draft", body(title="", summary="写到一半"))
    assert editor.get(path) == before
    kept = editor.get(f"{path}/draft")
    assert (kept["revision"], kept["fields"]) == (1, {"title": "", "summary": "写到一半"})


def test_what_is_half_typed_is_kept(editor: Desk, path: str) -> None:
    half = {
        "title": "",
        "slug": "Not yet",
        "figures": [{**dummy_figure(as_of="2025-", value="1."), "metric": ""}],
        "number": None,
    }
    assert editor.put(f"{path}/draft", {"revision": 1, "fields": half})["fields"] == half


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"strange": 1}, "strange"),
        ({"state": "published"}, "state"),
        ({"$set": {}}, "$set"),
        ({"figures": [{"$where": "1"}]}, "figures.0.$where"),
        ({"title": {"$gt": ""}}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"order": 1}, "order"),
        ({"translations": []}, "translations"),
    ],
)
def test_what_no_field_can_hold_is_refused(
    editor: Desk, path: str, fields: dict[str, Any], name: str
) -> None:
    answer = editor.put(f"{path}/draft", {"revision": 1, "fields": fields}, 400)
    assert list(answer["error"]["fields"]) == [name]
    assert not Draft.objects


def test_a_draft_survives_signing_out(app: Flask, editor: Desk, path: str) -> None:
    editor.put(f"{path}/draft", body(summary="留着"))
    editor.client.delete("/admin/api/v1/session")
    editor.get(f"{path}/draft", 401)
    editor.client = staff_client(app, account=editor.account)
    assert editor.get(f"{path}/draft")["fields"] == {"summary": "留着"}


def test_a_draft_is_nobody_else_s(app: Flask, editor: Desk, path: str) -> None:
    editor.put(f"{path}/draft", body(summary="私"))
    other = Desk(app, Role.EDITOR)
    other.get(f"{path}/draft", 404)
    other.send("DELETE", f"{path}/draft", None, 204)
    other.get(f"{path}/diff?to=draft", 404)
    assert editor.get(f"{path}/draft")["fields"] == {"summary": "私"}


def test_saving_ends_it_and_so_does_letting_go(editor: Desk, path: str) -> None:
    editor.put(f"{path}/draft", body(summary="一"))
    editor.patch(path, {"revision": 1, "summary": "一"})
    editor.get(f"{path}/draft", 404)
    editor.put(f"{path}/draft", {"revision": 2, "fields": {"summary": "二"}})
    editor.send("DELETE", f"{path}/draft", None, 204)
    editor.get(f"{path}/draft", 404)


def test_a_save_that_collides_keeps_it(editor: Desk, path: str) -> None:
    editor.put(f"{path}/draft", body(summary="一"))
    item = path.split("/")[1]
    content.update(Kind.TRACKS, item, {"summary": "别人"}, revision=1, actor=ACTOR)
    editor.patch(path, {"revision": 1, "summary": "一"}, 409)
    assert editor.get(f"{path}/draft")["fields"] == {"summary": "一"}
    (difference,) = editor.get(f"{path}/diff?from=working&to=draft")["items"]
    assert (difference["before"], difference["after"]) == ("别人", "一")


def test_drafts_are_bounded_in_number_and_time(
    editor: Desk, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "DRAFTS_MAX", 2)
    paths = [path, *(f"tracks/{create(Kind.TRACKS).id}" for _ in range(2))]
    for number, one in enumerate(paths):
        editor.put(f"{one}/draft", body(summary=str(number)))
        Draft.objects(text__contains=f'"{number}"').update(
            set__saved_at=now() - dt.timedelta(hours=9 - number)
        )
    assert sorted(drafts.fields_of(one)["summary"] for one in Draft.objects) == ["1", "2"]
    ends = [one.expires_at - now() for one in Draft.objects]
    assert all(dt.timedelta(days=89) < left <= drafts.KEEP for left in ends)


def test_a_draft_is_bounded_in_size(
    editor: Desk, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "BYTES_MAX", 100)
    answer = editor.put(f"{path}/draft", body(summary="字" * 100), 400)
    assert answer["error"]["code"] == "draft_too_large"


def test_who_may_not_write_keeps_no_draft(app: Flask, path: str) -> None:
    desk = Desk(app, Role.BOOKING_DESK)
    assert desk.refused("PUT", f"{path}/draft", body(summary="x"), 403) == "forbidden"
    assert not Draft.objects
