"""Media items as staff keep them: lists, descriptions, uses, deletion, the record of it."""

import json
from typing import Any

import pytest
from flask import Flask

from core.errors import AppError, Unprocessable
from core.settings import Settings
from models.audit import AuditEntry
from models.enums import Kind, Language
from models.media_items import MediaItem, MediaKind
from models.snapshots import Snapshot
from services import content, media_library, media_usage, publishing, snapshots
from tests.factories import ACTOR, create, create_live, create_media
from tests.media.uploading import Sender, picture, work_off
from tests.racing import at_once


@pytest.fixture
def items(sender: Sender) -> list[str]:
    """Three items, the oldest first."""
    create_media("a-picture")
    create_media("a-film", MediaKind.VIDEO)
    create_media("a-paper", MediaKind.DOCUMENT)
    MediaItem.objects(id="a-film").update(name="招商 (2025)*.mp4", poster="a-picture")
    return ["a-picture", "a-film", "a-paper"]


def listed(sender: Sender, query: str = "") -> list[str]:
    return [one["id"] for one in sender.call("GET", f"media{query}")["items"]]


def test_lists_are_filtered_and_paged(sender: Sender, items: list[str]) -> None:
    assert sorted(listed(sender)) == sorted(items)
    assert listed(sender, "?kind=video") == ["a-film"]
    assert listed(sender, "?text=(2025)*") == ["a-film"]
    assert listed(sender, "?text=.*2025") == []
    assert listed(sender, "?state=failed") == []
    assert sorted(listed(sender, "?audience=public&state=ready")) == sorted(items)
    found: list[str] = []
    cursor = ""
    for _ in items:
        page = sender.call("GET", f"media?limit=1{cursor}")
        found += [one["id"] for one in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert found == listed(sender)


def test_describing_an_item_changes_what_is_live(
    sender: Sender, settings: Settings, items: list[str]
) -> None:
    page = create_live(Kind.SITES, cover={"media": "a-picture"})
    changed = sender.call("PATCH", "media/a-picture", {"alt": "新的说明", "rights": "自有"})
    assert (changed["alt"], changed["rights"]) == ("新的说明", "自有")
    work_off(settings)
    body = Snapshot.raw().find_one({"item": page.id})["body"]["zh-CN"]["detail"]  # type: ignore[index]
    assert json.loads(body)["cover"]["alt"] == "新的说明"
    entry = AuditEntry.objects.get(action="media.change")
    assert (entry.target, entry.after) == ("media:a-picture", {"alt": "新的说明", "rights": "自有"})
    sender.call("PATCH", "media/a-picture", {"state": "ready"}, 400)
    sender.call("PATCH", "media/none", {"alt": "x"}, 404)


def test_uses_tell_working_copies_live_ones_and_films(sender: Sender, items: list[str]) -> None:
    draft = create(Kind.SITES, photos=[{"media": "a-picture"}])
    live = create_live(Kind.VENUES, cover={"media": "a-picture"})
    expected = {
        ("sites", draft.id, True, False),
        ("venues", live.id, True, True),
        ("media", "a-film", True, False),
    }
    uses = sender.call("GET", "media/a-picture/uses")["items"]
    assert {(use["kind"], use["item"], use["working"], use["live"]) for use in uses} == expected
    type(live).objects(id=live.id).update(unset__cover=1)
    assert ("venues", live.id, False, True) in {
        (use.kind, use.item, use.working, use.live) for use in media_usage.uses("a-picture")
    }


def test_what_is_used_is_not_deleted(sender: Sender, items: list[str]) -> None:
    live = create_live(Kind.SITES, cover={"media": "a-film"})
    refused = sender.call("DELETE", "media/a-film", code=409)["error"]
    assert refused["code"] == "media_used"
    assert [use["item"] for use in refused["details"]["uses"]] == [live.id]
    assert sender.call("DELETE", "media/a-picture", code=409)["error"]["code"] == "media_used"
    publishing.unpublish(Kind.SITES, live.id, actor=ACTOR)
    assert sender.call("DELETE", "media/a-film", code=409)  # the working copy has it still
    type(live).objects(id=live.id).update(unset__cover=1)
    sender.call("DELETE", "media/a-film", code=204)
    sender.call("DELETE", "media/a-film", code=404)
    assert AuditEntry.objects(action="media.delete", target="media:a-film").count() == 1
    sender.call("DELETE", "media/a-picture", code=204)


def test_what_happened_is_on_record(app: Flask, sender: Sender, settings: Settings) -> None:
    done = sender.upload(picture(), "图.jpg")
    work_off(settings)
    sender.call("DELETE", f"media/{done['item']}", code=204)
    entries = AuditEntry.objects(target=f"media:{done['item']}").order_by("at")
    assert [entry.action for entry in entries] == ["media.upload", "media.add", "media.delete"]
    assert entries[0].actor != "system"


@pytest.mark.parametrize("translated", [False, True])
def test_what_a_text_names_is_used(sender: Sender, settings: Settings, translated: bool) -> None:
    done = sender.upload(picture(), "图.jpg")
    work_off(settings)
    item = done["item"]
    key = sender.item(item)["files"][0]["key"]
    named = f'<p>图</p><img src="/media/{key}" alt="图">'
    page = create(Kind.ARTICLES, body="<p>原文</p>" if translated else named)
    if translated:
        content.translate(
            Kind.ARTICLES, page.id, Language.EN, {"body": named}, revision=1, actor=ACTOR
        )
    uses = sender.call("GET", f"media/{item}/uses")["items"]
    assert [(one["item"], one["working"], one["live"]) for one in uses] == [(page.id, True, False)]
    assert sender.call("DELETE", f"media/{item}", code=409)["error"]["code"] == "media_used"
    publishing.publish(Kind.ARTICLES, page.id, actor=ACTOR)
    type(page).objects(id=page.id).update(body="<p>无图</p>", translations=[])
    uses = sender.call("GET", f"media/{item}/uses")["items"]
    assert [(one["item"], one["working"], one["live"]) for one in uses] == [(page.id, False, True)]
    sender.call("DELETE", f"media/{item}", code=409)
    publishing.unpublish(Kind.ARTICLES, page.id, actor=ACTOR)
    sender.call("DELETE", f"media/{item}", code=204)


@pytest.mark.parametrize("attempt", range(5))
def test_of_publishing_and_deleting_at_once_exactly_one_wins(sender: Sender, attempt: int) -> None:
    """An earlier revision comes back while what only it shows is deleted."""
    create_media("wanted")
    page = create_live(Kind.SITES, cover={"media": "wanted"})
    content.update(Kind.SITES, page.id, {"cover": None}, revision=1, actor=ACTOR)
    publishing.publish(Kind.SITES, page.id, actor=ACTOR)
    results = at_once(
        [
            lambda: publishing.roll_back(Kind.SITES, page.id, 1, actor=ACTOR),
            lambda: media_library.delete(ACTOR, "wanted"),
        ]
    )
    is_live = Snapshot.raw().count_documents({"media": "wanted"}) == 1
    assert is_live == (MediaItem.objects(id="wanted").count() == 1)
    (lost,) = (one for one in results if isinstance(one, AppError))
    assert lost.code == ("media_used" if is_live else "not_publishable")
    if not is_live:
        assert lost.fields == {"cover.media": ("media_missing", {"target": "wanted"})}


def test_what_is_deleted_at_the_last_moment_does_not_go_live(
    sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_media("wanted")
    page = create_live(Kind.SITES, cover={"media": "wanted"})
    content.update(Kind.SITES, page.id, {"cover": None}, revision=1, actor=ACTOR)
    publishing.publish(Kind.SITES, page.id, actor=ACTOR)
    build = snapshots.build

    def deleted_first(*arguments: Any) -> Any:
        row = build(*arguments)
        media_library.delete(ACTOR, "wanted")
        return row

    monkeypatch.setattr(snapshots, "build", deleted_first)
    with pytest.raises(Unprocessable) as refused:
        publishing.roll_back(Kind.SITES, page.id, 1, actor=ACTOR)
    assert refused.value.fields == {"cover.media": ("media_missing", {"target": "wanted"})}
    assert Snapshot.raw().count_documents({"media": "wanted"}) == 0
    assert content.get(Kind.SITES, page.id).published_revision == 2
