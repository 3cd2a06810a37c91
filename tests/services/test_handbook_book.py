"""What stands in the PDF of an edition: what is live, as it is read, and nothing else."""

import orjson
import pytest

from models.content import Content
from models.enums import Kind, Language
from services import content, handbook_book, publishing, translations
from tests.factories import ACTOR, create, create_live, dummy_figure, publish
from tests.services.editions import change, chapter

ZH, EN = Language
CHAPTERS = Kind.CHAPTERS
SECRET = "内部备注不可见"


@pytest.fixture
def edition() -> Content:
    """A live edition, whose job was done."""
    return create_live(Kind.HANDBOOK, title="测试手册", foreword="<p>测试前言</p>")


def printed(edition: Content, language: Language = ZH) -> str:
    """Return all that is told of a book, as text."""
    book = handbook_book.read(edition.id, language)
    assert book is not None
    return orjson.dumps(book.told).decode()


def parts(edition: Content) -> list[tuple[int, str, str]]:
    book = handbook_book.read(edition.id, ZH)
    assert book is not None
    return [(one["level"], one["number"], one["title"]) for one in book.told["parts"]]


def test_chapters_stand_in_it_as_they_are_read(edition: Content) -> None:
    last = chapter(edition, "末章", number="2", order=20)
    first = chapter(edition, "首章", number="1", order=10)
    chapter(edition, "小节", number="1.1", order=30, parent=first.id)
    create(CHAPTERS, edition=edition.id, title="草稿章")
    create_live(CHAPTERS, title="别的版本")
    assert parts(edition) == [
        (0, "", "前言"),
        (0, "1", "首章"),
        (1, "1.1", "小节"),
        (0, "2", "末章"),
    ]
    publishing.reorder(CHAPTERS, [last.id, first.id], actor=ACTOR)
    assert [title for *_, title in parts(edition)] == ["前言", "末章", "首章", "小节"]
    publishing.unpublish(CHAPTERS, first.id, actor=ACTOR)
    assert (0, "1.1", "小节") in parts(edition), "what stood below it is read at the top"
    assert "首章" not in printed(edition)


def test_only_what_is_live_is_printed_and_nothing_internal(edition: Content) -> None:
    one = chapter(edition, "原题", body="<p>原文</p>", reviewer_note=SECRET)
    change(one, title="改题", body="<p>改文</p>")
    assert "原文" in printed(edition)
    assert "改文" not in printed(edition)
    publish(content.get(CHAPTERS, one.id))
    assert "改文" in printed(edition)
    publishing.roll_back(CHAPTERS, one.id, 1, actor=ACTOR)
    told = printed(edition) + printed(edition, EN)
    assert "原文" in told
    assert all(text not in told for text in ("改文", SECRET, ACTOR.name))


def test_what_a_chapter_holds_is_told(edition: Content) -> None:
    policy = {
        "key": "p",
        "title": "测试政策",
        "issuing_body": "测试机关",
        "document_number": "测字1号",
        "valid_from": "2025-01-01",
        "valid_until": "2025-12-31",
        "eligible": "测试对象",
        "granted": "测试支持",
    }
    contact = {
        "key": "c",
        "name": "测试窗口",
        "phone": "000-0000",
        "website": "https://example.org",
    }
    chapter(
        edition,
        "全章",
        summary="测试摘要",
        as_of="2025-01-17",
        figures=[dummy_figure(metric="测试指标", review_by="2025-01-31")],
        policies=[policy],
        contacts=[contact],
        sources=[{"title": "测试文件名", "publisher": "测试出版者"}],
        demo_fields=["figures"],
    )
    told = printed(edition)
    for text in (*list(policy.values())[1:4], "测试对象", "测试支持", *list(contact.values())[1:]):
        assert text in told, text
    for text in ("自2025年1月1日起 至2025年12月31日", "资料日期：2025年1月17日", "测试摘要"):
        assert text in told, text
    for text in ("测试指标", "待更新", "测试文件名，测试出版者", "演示数据"):
        assert text in told, text
    assert "Facts as of 17 January 2025" in printed(edition, EN)


def test_what_is_not_translated_is_printed_in_chinese_and_says_so(edition: Content) -> None:
    chapter(edition, "未译章", body="<p>只有中文</p>")
    done = create(CHAPTERS, edition=edition.id, title="译章")
    entries = translations.merged(done, EN, {"title": "Translated chapter"})
    change(done, translations=entries)
    publish(content.get(CHAPTERS, done.id))
    english = printed(edition, EN)
    assert "未译章" in english
    assert "只有中文" in english
    assert "Translated chapter" in english
    assert english.count("has not been translated yet") == 2, "the edition's and one chapter"
    assert "translated" not in printed(edition)
