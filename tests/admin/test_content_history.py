"""What was published, what differs, and going back, over REST."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.content import Content
from models.enums import Kind, Language
from models.staff import Role
from services import content, publishing
from tests.admin.newsroom import Desk
from tests.factories import ACTOR, create, create_live, dummy_figure, publish


@pytest.fixture
def editor(app: Flask) -> Desk:
    return Desk(app, Role.EDITOR)


@pytest.fixture
def item() -> Content:
    """An item live at revision 2 of 3, published twice."""
    document = create_live(Kind.TRACKS, title="一", figures=[dummy_figure()])
    document = content.update(Kind.TRACKS, document.id, {"title": "二"}, revision=1, actor=ACTOR)
    publish(document)
    figure = dummy_figure(value="600", review_by="2030-01-01")
    fields = {"title": "三", "figures": [figure], "summary": "新摘要"}
    return content.update(Kind.TRACKS, document.id, fields, revision=2, actor=ACTOR)


def test_revisions_are_listed_with_who_released_them(editor: Desk, item: Content) -> None:
    found = editor.get(f"tracks/{item.id}/revisions")["items"]
    assert [(one["number"], one["live"], one["actor"]) for one in found] == [
        (2, True, "test"),
        (1, False, "test"),
    ]
    publishing.unpublish(Kind.TRACKS, item.id, actor=ACTOR)
    assert not [one for one in editor.get(f"tracks/{item.id}/revisions")["items"] if one["live"]]


def differences(desk: Desk, item: Content, query: str = "") -> dict[str, tuple[str, object]]:
    found = desk.get(f"{item.KIND}/{item.id}/diff{query}")["items"]
    return {one["path"]: (one["change"], one["after"]) for one in found}


def test_versions_are_compared_field_by_field(editor: Desk, item: Content) -> None:
    assert differences(editor, item) == {
        "title": ("changed", "三"),
        "summary": ("added", "新摘要"),
        "figures.scale.value": ("changed", "600"),
        "figures.scale.review_by": ("added", "2030-01-01"),
    }
    assert differences(editor, item, "?from=1&to=2") == {"title": ("changed", "二")}
    assert differences(editor, item, "?from=2&to=live") == {}
    backwards = differences(editor, item, "?from=working&to=1")
    assert backwards["summary"] == ("removed", None)


def test_what_was_never_live_is_all_new(editor: Desk) -> None:
    item = create(Kind.TRACKS)
    found = differences(editor, item)
    assert found["title"] == ("added", item.title)
    assert {change for change, _ in found.values()} == {"added"}


def test_translations_are_compared_too(editor: Desk, item: Content) -> None:
    content.translate(Kind.TRACKS, item.id, Language.EN, {"title": "T"}, revision=3, actor=ACTOR)
    assert differences(editor, item)["translations.en"] == ("added", {"title": "T"})


@pytest.mark.parametrize("query", ["from=7", "to=-1", "to=latest", "from=²", "from=9999999999"])
def test_a_version_that_is_none_is_not_found(editor: Desk, item: Content, query: str) -> None:
    editor.get(f"tracks/{item.id}/diff?{query}", 404)


def test_going_back_makes_the_earlier_text_live_and_keeps_the_working_copy(
    app: Flask, editor: Desk, item: Content, client: FlaskClient
) -> None:
    final = Desk(app, Role.FINAL_REVIEWER)
    path = f"tracks/{item.id}"
    assert final.post(f"{path}/rollback", {"number": 1})["live_revision"] == 1
    assert client.get(f"/api/v1/{path}").get_json()["title"] == "一"
    assert editor.get(path)["title"] == "三"
    assert final.refused("POST", f"{path}/rollback", {"number": 3}, 404) == "no_such_revision"
    assert editor.refused("POST", f"{path}/rollback", {"number": 2}, 403) == "forbidden"
