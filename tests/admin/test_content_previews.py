"""Previews: exactly what the public would read, for one draft, for a short time, for its holder."""

import base64
import datetime as dt
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import now
from models.audit import AuditEntry
from models.content import Content
from models.enums import Kind
from models.staff import Role
from services import content, previews
from services.staff import policy
from tests.admin.newsroom import Desk
from tests.factories import ACTOR, create, create_live, create_maximal, publish

URL = "/api/v1/previews"
LANGUAGES = ("zh-CN", "en")


@pytest.fixture
def editor(app: Flask) -> Desk:
    return Desk(app, Role.EDITOR)


def token(desk: Desk, item: Content) -> str:
    return str(desk.post(f"{item.KIND}/{item.id}/preview", code=201)["token"])


def read(client: FlaskClient, given: str, language: str = "zh-CN") -> Any:
    return client.get(f"{URL}?lang={language}", headers={"X-Preview-Token": given})


def public_path(item: Content) -> str:
    if item.KIND is Kind.CHAPTERS:
        return f"/api/v1/handbook/{item.edition}/chapters/{item.id}"  # type: ignore[attr-defined]
    return f"/api/v1/{item.KIND}/{item.id}"


def without_date(answer: Any) -> dict[str, Any]:
    return {name: value for name, value in answer.get_json().items() if name != "published_at"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_a_preview_is_what_the_public_reads_afterwards(
    editor: Desk, client: FlaskClient, kind: Kind, language: str
) -> None:
    item = create_maximal(kind)
    before = read(client, token(editor, item), language)
    assert before.status_code == 200, before.text
    publish(item)
    after = client.get(f"{public_path(item)}?lang={language}")
    assert without_date(before) == without_date(after)
    assert before.get_json().keys() == after.get_json().keys()


@pytest.mark.parametrize("kind", Kind)
def test_a_preview_of_a_change_shows_the_change_and_leaves_the_public_alone(
    editor: Desk, client: FlaskClient, kind: Kind
) -> None:
    item = create_live(kind)
    changed = content.update(kind, item.id, {"title": "改后"}, revision=1, actor=ACTOR)
    given = token(editor, changed)
    assert read(client, given).get_json()["title"] == "改后"
    assert client.get(public_path(item)).get_json()["title"] == item.title
    seen = read(client, given)
    publish(changed)
    assert without_date(seen) == without_date(client.get(public_path(item)))


def test_a_chapter_stands_among_its_neighbours(editor: Desk, client: FlaskClient) -> None:
    edition = create_live(Kind.HANDBOOK).id
    first, middle, last = (
        create(Kind.CHAPTERS, edition=edition, order=order) for order in (1, 2, 3)
    )
    for neighbour in (first, last):
        publish(neighbour)
    seen = read(client, token(editor, middle)).get_json()
    assert (seen["previous"]["id"], seen["next"]["id"]) == (first.id, last.id)


def test_who_gave_a_preview_is_on_record_and_the_token_is_not(editor: Desk) -> None:
    item = create(Kind.TRACKS)
    given = token(editor, item)
    entry = AuditEntry.objects.get(action="content.preview")
    assert (entry.actor, entry.target) == (editor.account.id, f"tracks:{item.id}")
    assert entry.after["revision"] == 1
    assert given not in str([one.to_mongo() for one in AuditEntry.objects])


def test_nothing_keeps_a_preview(editor: Desk, client: FlaskClient) -> None:
    answer = read(client, token(editor, create(Kind.TRACKS)))
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers


def test_a_preview_ends_with_the_next_edit_and_with_the_archive(
    editor: Desk, client: FlaskClient
) -> None:
    item = create(Kind.TRACKS)
    given = token(editor, item)
    content.update(Kind.TRACKS, item.id, {"title": "x"}, revision=1, actor=ACTOR)
    refused = read(client, given)
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (404, "preview_ended")
    given = token(editor, item)
    content.archive(Kind.TRACKS, item.id, actor=ACTOR)
    assert read(client, given).status_code == 404
    assert editor.refused("POST", f"tracks/{item.id}/preview", None, 409) == "archived"


def test_a_preview_ends_by_itself(
    editor: Desk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = create(Kind.TRACKS)
    offer = editor.post(f"tracks/{item.id}/preview", code=201)
    ends = dt.datetime.fromisoformat(offer["expires_at"])
    minutes = policy.current().settings.preview_minutes
    assert dt.timedelta() < ends - now() <= dt.timedelta(minutes=minutes)
    monkeypatch.setattr(previews, "now", lambda: ends)
    assert read(client, offer["token"]).status_code == 404


def forged(given: str, **changes: Any) -> str:
    """Return a token with another content under the signature of the first."""
    encoded, _, signature = given.partition(".")
    names = ("kind", "item", "revision", "ends")
    payload = dict(zip(names, orjson.loads(base64.urlsafe_b64decode(encoded + "===")), strict=True))
    other = orjson.dumps(list({**payload, **changes}.values()))
    return f"{base64.urlsafe_b64encode(other).decode().rstrip('=')}.{signature}"


def test_a_token_shows_nothing_but_its_own_item(editor: Desk, client: FlaskClient) -> None:
    item, other = create(Kind.TRACKS), create(Kind.TRACKS)
    given = token(editor, item)
    for change in ({"item": other.id}, {"kind": "projects"}, {"revision": 2}, {"ends": 9e12}):
        assert read(client, forged(given, **change)).status_code == 404
    assert read(client, given).get_json()["id"] == item.id


@pytest.mark.parametrize(
    "given", ["", ".", "x", "x.y", "..", "a" * 500, "é.é", "W10.x", "e30.0", "\t.\t"]
)
def test_what_is_no_token_shows_nothing(client: FlaskClient, given: str) -> None:
    answer = client.get(URL, headers={"X-Preview-Token": given.encode("latin-1")})
    assert (answer.status_code, answer.get_json()["error"]["code"]) == (404, "preview_ended")
    assert client.get(URL).status_code == 404


def test_what_is_internal_is_in_no_preview(editor: Desk, client: FlaskClient) -> None:
    item = create(Kind.CLUSTERS, target_list=[{"name": "某测试企业"}])
    assert "某测试企业" not in read(client, token(editor, item)).text
