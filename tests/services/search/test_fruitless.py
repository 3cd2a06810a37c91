"""The log of what was not found: counted by day, with nothing in it of who asked."""

from typing import Any

import pytest

from core.clock import today
from models.enums import Kind, Language
from models.search import FruitlessQuery
from services.search import fruitless, promotions
from tests.factories import ACTOR
from tests.services.search.asking import ask, project


def _log() -> list[tuple[str, int, bool]]:
    return [(row.query, row.count, row.loose) for row in fruitless.top(today())]


def _rows() -> list[dict[str, Any]]:
    return list(FruitlessQuery._get_collection().find({}))


def test_what_finds_nothing_is_counted() -> None:
    for query in ("量子通信", "　量子通信 ", "量子通信", "氢能"):
        ask(query)
    assert _log() == [("量子通信", 3, False), ("氢能", 1, False)]


def test_languages_are_counted_apart() -> None:
    ask("quantum")
    ask("quantum", "en")
    assert sorted(row["language"] for row in _rows()) == ["en", "zh-CN"]


def test_what_finds_a_part_only_is_told_apart() -> None:
    project("氢能装备")
    ask("氢能轮船")
    assert _log() == [("氢能轮船", 1, True)]


def test_what_is_found_limited_or_paged_is_not_counted() -> None:
    item = project("氢能装备")
    promotions.promote(ACTOR, "电话多少", [(Kind.PROJECTS, item.id)])
    ask("氢能装备")
    ask("电话多少")
    ask("量子通信", kind="films")
    ask("量子通信", offset=20)
    ask("？！😀")
    assert _log() == []


@pytest.mark.parametrize(
    "query",
    [
        *("电话13800000000", "138 0000 0000", "138-0000-0000", "１３８００００００００"),
        *("370200190001010000", "37020019000101000x", "幺三八零零零零零零零零"),
        *("someone@example.com", "鲁b12345", "鲁B·D12345", "6222 0000 0000 0000"),
    ],
)
def test_what_may_be_personal_is_never_written(query: str) -> None:
    assert ask(query).items == []
    assert _rows() == []


@pytest.mark.parametrize("query", ["152.66亿元", "2025年", "g20 峰会", "5g", "1000亩"])
def test_figures_are_no_personal_data(query: str) -> None:
    ask(query)
    assert len(_rows()) == 1


def test_a_row_says_nothing_of_who_asked() -> None:
    ask("量子通信")
    (row,) = _rows()
    assert set(row) == {"_id", "day", "query", "language", "count", "loose", "last_at", "handled"}


def test_a_day_has_no_end_of_queries_but_the_log_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fruitless, "DAY_MAX", 3)
    for number in range(6):
        fruitless.note(f"未知{number}", Language.ZH_CN, loose=False)
    fruitless.note("未知1", Language.ZH_CN, loose=False)
    assert len(_rows()) == 3
    assert _log()[0] == ("未知1", 2, False)


def test_rows_go_after_a_year() -> None:
    indexes = FruitlessQuery._get_collection().index_information().values()
    assert [one["expireAfterSeconds"] for one in indexes if "expireAfterSeconds" in one] == [
        366 * 24 * 3600
    ]
