"""Texts made to fit the keywords of templates: by what a reader sees, never by bytes."""

import pytest

from services.subscriptions import keywords
from simulator import keywords as platform

FAMILY = "👨‍👩‍👧‍👦"
FLAG = "🇨🇳"
WAVE = "👋🏽"
LONG_CHINESE = "您的实地考察预约已经确认，请于三月一日上午九点半前到达集合地点"
LONG_ENGLISH = "Your site visit has been confirmed, please be there by 9:30"


@pytest.fixture(autouse=True)
def database() -> None:
    """Nothing here needs the database."""


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("预约已确认", "预约已确认"),
        ("字" * 20, "字" * 20),
        ("字" * 21, "字" * 19 + "…"),
        (LONG_CHINESE, "您的实地考察预约已经确认，请于三月一日…"),
        (LONG_ENGLISH, "Your site visit has…"),
        ("  a\n b\t\x00c ", "a b c"),
        ("", "-"),
        ("\n", "-"),
        (FAMILY + "一家人", FAMILY + "一家人"),
        (FAMILY * 3, FAMILY + "…"),
        ("字" * 15 + FAMILY, "字" * 15 + "…"),
        ("字" * 18 + FLAG, "字" * 18 + "…"),
        (FLAG * 6, FLAG * 4 + "…"),
        ("字" * 17 + WAVE + "好", "字" * 17 + "…"),
        ("e\u0301" * 15, "e\u0301" * 9 + "…"),
        ("🙂" * 10, "🙂" * 10),
        ("🙂" * 11, "🙂" * 9 + "…"),
    ],
)
def test_a_thing_has_twenty_characters_at_most(text: str, expected: str) -> None:
    found = keywords.fitted("thing1", text)
    assert found == expected
    assert units(found) <= 20


@pytest.mark.parametrize(
    ("keyword", "text", "expected"),
    [
        ("phrase1", "已确认", "已确认"),
        ("phrase1", "等待工作人员确认", "等待工作人"),
        ("phrase2", "已确认 ✓", "已确认"),
        ("phrase1", "Confirmed", None),
        ("name1", "测试访客·甲乙丙丁戊己庚辛", "测试访客·甲乙丙丁戊"),
        ("name1", "Test Visitor Number One", "Test Visitor Number"),
        ("name1", "123", None),
        ("number1", "12", "12"),
        ("number1", "-3.5", "-3.5"),
        ("number1", "十二", None),
        ("amount1", "¥100.50元", "¥100.50元"),
        ("amount1", "12345678901", None),
        ("letter1", "AB-12", "AB"),
        ("letter1", "甲", None),
        ("symbol1", "★★★★★★", "★★★★★"),
        ("character_string1", "编号 BK-2026/7", "BK-2026/7"),
        ("character_string1", "x" * 40, "x" * 32),
        ("character_string1", "编号", None),
        ("phone_number1", "+86 532-0000 0000", "+86532-00000000"),
        ("phone_number1", "1" * 18, None),
        ("car_number1", "鲁B00000", "鲁B00000"),
        ("car_number1", "鲁B00000000", None),
        ("time1", "09:30", "09:30"),
        ("time1", "2026-03-01T01:30:00Z", "2026年3月1日 09:30"),
        ("time1", "2026-03-01T09:30:00", "2026年3月1日 09:30"),
        ("time1", "明天", None),
        ("date1", "2026-12-31", "2026年12月31日"),
        ("date1", "2026-12-31T16:30:00+00:00", "2027年1月1日"),
        ("date1", "soon", None),
        ("thing", "x", None),
        ("voice1", "x", None),
    ],
)
def test_each_type_has_its_rule(keyword: str, text: str, expected: str | None) -> None:
    assert keywords.fitted(keyword, text) == expected


@pytest.mark.parametrize(
    "text",
    [LONG_CHINESE, LONG_ENGLISH, FAMILY * 5, "2026-03-01T01:30:00Z", "12", "+8653200000000", ""],
)
@pytest.mark.parametrize("kind", sorted(platform.TYPES))
def test_the_platform_takes_whatever_is_made(kind: str, text: str) -> None:
    found = keywords.fitted(f"{kind}1", text)
    assert found is None or platform.TYPES[kind](found), found
