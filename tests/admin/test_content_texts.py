"""Translations and links over REST: what is missing, behind, broken; what leads where."""

import pytest
from flask import Flask

from models.enums import Kind
from models.staff import Role
from services import content, publishing
from tests.admin.newsroom import Desk
from tests.factories import ACTOR, create, create_live, dummy_figure


@pytest.fixture
def editor(app: Flask) -> Desk:
    return Desk(app, Role.EDITOR)


def test_what_is_missing_and_what_is_behind_is_listed(editor: Desk) -> None:
    item = create(Kind.TRACKS, summary="摘要", figures=[dummy_figure()])
    path = f"tracks/{item.id}"
    before = editor.get(f"{path}/translations")
    assert (before["status"], before["missing"]) == (
        "missing",
        ["title", "summary", "figures.scale.metric"],
    )
    texts = {"title": "Title", "summary": "Summary"}
    done = editor.patch(f"{path}/translations", {"revision": 1, "texts": texts})
    assert (done["status"], done["missing"], done["revision"]) == (
        "partial",
        ["figures.scale.metric"],
        2,
    )
    editor.patch(path, {"revision": 2, "title": "新题"})
    after = editor.get(f"{path}/translations?language=en")
    assert (after["status"], after["behind"]) == ("behind", ["title"])
    taken = {"revision": 3, "texts": {"title": None}}
    assert "title" in editor.patch(f"{path}/translations", taken)["missing"]


@pytest.mark.parametrize("path", ["slug", "figures.other.metric", "$set", "title.x", "state"])
def test_only_texts_are_translated(editor: Desk, path: str) -> None:
    item = create(Kind.TRACKS, figures=[dummy_figure()])
    body = {"revision": 1, "texts": {path: "x"}}
    answer = editor.patch(f"tracks/{item.id}/translations", body, 400)["error"]
    assert list(answer["fields"]) == [path]


def test_a_translation_of_an_older_text_is_refused(editor: Desk) -> None:
    item = create(Kind.TRACKS)
    editor.patch(f"tracks/{item.id}", {"revision": 1, "title": "新"})
    body = {"revision": 1, "texts": {"title": "Old"}}
    path = f"tracks/{item.id}/translations"
    assert editor.refused("PATCH", path, body, 409) == "stale_revision"


def test_who_translates_is_an_author(editor: Desk, app: Flask) -> None:
    item = create(Kind.TRACKS)
    other = Desk(app, Role.FIRST_REVIEWER)
    body = {"revision": 1, "texts": {"title": "T"}}
    other.patch(f"tracks/{item.id}/translations", body)
    editor.post(f"tracks/{item.id}/submit", {"revision": 2})
    verdict = {"revision": 2, "approved": True}
    assert other.refused("POST", f"tracks/{item.id}/review", verdict, 403) == "own_text"


def test_links_are_told_in_both_directions(editor: Desk) -> None:
    track, site = create_live(Kind.TRACKS), create(Kind.SITES)
    project = create(
        Kind.PROJECTS,
        tracks=[track.id],
        site=site.id,
        chain_positions=[{"track": "nowhere", "link": "x"}],
    )
    found = editor.get(f"projects/{project.id}/checks")
    states = {one["path"]: (one["exists"], one["live"]) for one in found["links"]}
    assert states == {
        "tracks.0": (True, True),
        "site": (True, False),
        "chain_positions.0.track": (False, False),
    }
    assert set(found["problems"]) == {"site", "chain_positions.0.track"}
    assert site.id in found["problems"]["site"]
    for target in (track, site):
        (referrer,) = editor.get(f"{target.KIND}/{target.id}/checks")["referrers"]
        assert (referrer["item"], referrer["live"]) == (project.id, False)


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.TRACKS])
def test_every_kind_of_link_to_a_track_is_found(editor: Desk, kind: Kind) -> None:
    track = create_live(Kind.TRACKS)
    item = create_live(kind, tracks=[track.id])
    referrers = editor.get(f"tracks/{track.id}/checks")["referrers"]
    assert [(one["kind"], one["item"], one["live"]) for one in referrers] == [
        (kind.value, item.id, True)
    ]
    publishing.unpublish(kind, item.id, actor=ACTOR)
    content.archive(kind, item.id, actor=ACTOR)
    assert editor.get(f"tracks/{track.id}/checks")["referrers"] == []


def test_stops_editions_and_parents_are_links_too(editor: Desk) -> None:
    chapter = create_live(Kind.CHAPTERS)
    below = create(Kind.CHAPTERS, edition=chapter.edition, parent=chapter.id)
    route = create(Kind.ROUTES)
    cases = {
        f"chapters/{chapter.id}": {below.id},
        f"handbook/{chapter.edition}": {chapter.id, below.id},
        f"sites/{route.stops[0].site}": {route.id},
    }
    for path, expected in cases.items():
        found = editor.get(f"{path}/checks")["referrers"]
        assert {one["item"] for one in found} == expected, path


def test_broken_links_of_a_kind_are_listed(editor: Desk) -> None:
    track = create_live(Kind.TRACKS)
    item = create_live(Kind.FAQS, tracks=[track.id])
    create_live(Kind.FAQS)
    assert editor.get("broken-links/faqs")["items"] == []
    publishing.unpublish(Kind.TRACKS, track.id, actor=ACTOR)
    (found,) = editor.get("broken-links/faqs")["items"]
    assert found["item"]["id"] == item.id
    assert [(one["path"], one["exists"], one["live"]) for one in found["links"]] == [
        ("tracks.0", True, False)
    ]
    editor.get("broken-links/secrets", 404)
