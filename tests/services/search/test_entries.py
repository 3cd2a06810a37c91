"""Entries: written and removed with the live copy, in one step, with nothing internal in them."""

import datetime as dt
import json

import pytest

from core.clock import now
from core.errors import Conflict
from models.content import Content
from models.enums import Kind, Language
from models.registry import CONTENT
from models.search import SearchEntry
from models.snapshots import Snapshot, snapshot_key
from services import content, publishing, snapshots
from services.search import entries as search_entries
from services.search import text
from tests.factories import ACTOR, create, create_live, create_maximal, publish
from tests.services.search.asking import article, ask, entries, project, titles

MARK = "绝密标记"


def _entry(item: Content) -> dict[str, object] | None:
    found: dict[str, object] | None = SearchEntry._get_collection().find_one(
        {"_id": snapshot_key(item.KIND, item.id)}
    )
    return found


def _fresh() -> dict[str, dict[str, object]]:
    """Return the entries that the live copies would have if they were made now."""
    return {row["_id"]: search_entries.build(row) for row in Snapshot.raw().find({})}


@pytest.mark.parametrize("kind", [Kind.PROJECTS, Kind.CHAPTERS, Kind.ARTICLES])
def test_an_entry_comes_and_goes_with_the_live_copy(kind: Kind) -> None:
    item = create(kind, title="随版本来去")
    assert _entry(item) is None
    publish(item)
    assert titles("随版本来去") == ["随版本来去"]
    assert entries() == _fresh()
    publishing.unpublish(kind, item.id, actor=ACTOR)
    assert _entry(item) is None
    publishing.publish(kind, item.id, actor=ACTOR)
    publishing.expire(kind, item.id, actor=ACTOR)
    assert _entry(item) is None
    assert titles("随版本来去") == []


def test_an_edit_is_found_when_it_is_published() -> None:
    item = project("旧题目")
    changed = content.update(
        Kind.PROJECTS, item.id, {"title": "新名称"}, revision=item.revision, actor=ACTOR
    )
    assert titles("新名称") == []
    publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR, revision=changed.revision)
    assert (titles("新名称"), titles("旧题目")) == (["新名称"], [])
    publishing.roll_back(Kind.PROJECTS, item.id, item.revision, actor=ACTOR)
    assert (titles("新名称"), titles("旧题目")) == ([], ["旧题目"])


def test_a_refused_publication_leaves_the_entry_as_it_is() -> None:
    item = project("稳定题目")
    before = entries()
    with pytest.raises(Conflict):
        publishing.publish(Kind.PROJECTS, item.id, actor=ACTOR, revision=item.revision + 7)
    assert entries() == before


def test_order_expiry_and_refresh_reach_the_entry() -> None:
    first, second = project("海工甲"), project("海工乙")
    publishing.reorder(Kind.PROJECTS, [second.id, first.id], actor=ACTOR)
    assert titles("海工") == ["海工乙", "海工甲"]
    assert entries() == _fresh()
    later = now() + dt.timedelta(days=1)
    publishing.schedule(
        Kind.PROJECTS, first.id, revision=first.revision, expire_at=later, actor=ACTOR
    )
    assert (_entry(first) or {})["expire_at"] == later
    assert entries() == _fresh()
    publishing.refresh(Kind.PROJECTS, first.id, actor=ACTOR)
    assert entries() == _fresh()


@pytest.mark.parametrize("kind", [kind for kind in Kind if CONTENT[kind].INTERNAL])
def test_no_entry_holds_what_is_internal(kind: Kind) -> None:
    item = publish(create_maximal(kind))
    stored = json.dumps(item.stored(), default=str, ensure_ascii=False)
    kept = json.dumps(_entry(item), default=str, ensure_ascii=False)
    assert "tags.0" in kept, "each text of the item is the path where it stands"
    for name in CONTENT[kind].INTERNAL:
        assert name in stored
        assert name not in kept


def test_no_entry_holds_what_is_not_published_yet() -> None:
    item = project("已发布")
    draft = content.update(
        Kind.PROJECTS, item.id, {"summary": MARK}, revision=item.revision, actor=ACTOR
    )
    content.translate(
        Kind.PROJECTS,
        item.id,
        Language.EN,
        {"title": "Secret"},
        revision=draft.revision,
        actor=ACTOR,
    )
    kept = json.dumps(list(entries().values()), default=str, ensure_ascii=False)
    assert MARK not in kept
    assert "secret" not in kept.lower()
    assert ask(MARK).total == ask("secret").total == 0


def test_mark_up_does_not_cut_words_and_is_not_found() -> None:
    article("规定", "推行<strong>并联</strong>审批 R&amp;D</p><h2>第一节</h2><p>正文开始")
    assert titles("并联审批") == titles("r&d") == titles("第一节") == ["规定"]
    assert not ask("第一节正文").items or ask("第一节正文").loose
    assert titles("strong") == titles("amp") == []


def test_a_long_text_is_found_as_far_as_it_is_read() -> None:
    article("长文", "填充" * 4_000 + "尾声在此")
    assert titles("尾声在此") == ["长文"]
    article("更长", "填充" * 10_500 + "远方")
    assert titles("远方") == []


def test_newer_news_come_first() -> None:
    for day in ("2025-01-02", "2025-03-01", "2024-12-31"):
        article("发布会", "正文", published_on=day, summary=day)
    assert [hit["summary"] for hit in ask("发布会").items] == [
        *("2025-03-01", "2025-01-02", "2024-12-31")
    ]
    assert all(row["rank"] > 0 for row in entries().values())


def test_an_entry_fits_its_card() -> None:
    item = create_live(Kind.PROJECTS, title="ＲＣＥＰ 健康（Ａ）", summary="Ａ区")
    row = _entry(item) or {}
    head = row["texts"]["zh-CN"]["head"]  # type: ignore[index,call-overload]
    title, _, summary = head.split("\x1e")
    assert (len(title), len(summary)) == (len(item.title), len("Ａ区"))
    assert title == text.tidy(item.title)


def test_tracks_of_an_entry_are_those_of_its_live_copy() -> None:
    first = create_live(Kind.TRACKS)
    item = create_live(Kind.PROJECTS, tracks=[first.id])
    row = snapshots.build(item, 1, None)
    assert (_entry(item) or {})["tracks"] == row["tracks"] == [first.id, first.slug]
