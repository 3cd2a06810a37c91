"""How figures read: 超500亿元 keeps its 超, in English too."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.enums import Comparator, FigureKind, Language
from models.parts import Figure
from schemas import wording
from tests.factories import dummy_figure

ZH, EN = Language.ZH_CN, Language.EN
CONTENT = Path(__file__).resolve().parents[2] / "content"
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def database() -> None:
    """Nothing here needs the database."""


def figure(**changes: Any) -> Figure:
    return Figure._from_son(dummy_figure(**changes))


def both(**changes: Any) -> tuple[str, str]:
    one = figure(**changes)
    return wording.display(one, ZH), wording.display(one, EN)


def period(text: str, kind: FigureKind = FigureKind.TARGET) -> tuple[str, str]:
    one = figure(period=text, kind=kind.value)
    return wording.period_label(one, ZH), wording.period_label(one, EN)


@pytest.mark.parametrize(
    ("comparator", "expected"),
    [
        ("eq", ("500亿元", "CNY 50 billion")),
        ("gte", ("500亿元以上", "at least CNY 50 billion")),
        ("gt", ("超500亿元", "over CNY 50 billion")),
        ("surpass", ("突破500亿元", "exceeding CNY 50 billion")),
        ("approx", ("约500亿元", "about CNY 50 billion")),
    ],
)
def test_each_comparator_keeps_its_meaning(comparator: str, expected: tuple[str, str]) -> None:
    assert both(value="500", unit="亿元", comparator=comparator) == expected


@pytest.mark.parametrize(
    ("low", "high", "unit", "expected"),
    [
        ("3", "5", "家", ("3—5家", "3–5")),
        ("1", "2.5", "亿元", ("1—2.5亿元", "CNY 100 million–250 million")),
        ("10", "20", "%", ("10—20%", "10–20%")),
    ],
)
def test_a_range_shows_both_ends(low: str, high: str, unit: str, expected: tuple[str, str]) -> None:
    assert both(comparator="range", value=None, low=low, high=high, unit=unit) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        ("10.4", "亿元", ("10.4亿元", "CNY 1.04 billion")),
        ("0.5", "亿元", ("0.5亿元", "CNY 50 million")),
        ("3000", "万元", ("3000万元", "CNY 30 million")),
        ("50", "万元", ("50万元", "CNY 500,000")),
        ("12", "亿美元", ("12亿美元", "USD 1.2 billion")),
        ("1492", "名", ("1492名", "1,492 people")),
        ("2", "万人", ("2万人", "20,000 people")),
        ("1000", "列", ("1000列", "1,000 trains")),
        ("150", "万吨", ("150万吨", "1.5 million tonnes")),
        ("100", "亿瓦时", ("100亿瓦时", "10 GWh")),
        ("5.5", "万平方米", ("5.5万平方米", "55,000 m²")),
        ("27.9", "%", ("27.9%", "27.9%")),
        ("10000", "台", ("10000台", "10,000 units")),
        ("1234.5", "天", ("1234.5天", "1,234.5 days")),
        ("6", "位", ("6位", "6")),
        ("500.00", "家", ("500家", "500")),
        ("7", None, ("7", "7")),
        ("3", "标准箱", ("3标准箱", "3 标准箱")),
    ],
)
def test_units_are_said_as_each_language_says_them(
    value: str, unit: str | None, expected: tuple[str, str]
) -> None:
    assert both(value=value, unit=unit, comparator="eq") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025年", ("2025年目标", "2025 target")),
        ("2025年底", ("2025年底目标", "end of 2025 target")),
        ("至2027年", ("至2027年目标", "by 2027 target")),
        ("2023—2025年", ("2023—2025年目标", "2023–2025 target")),
        ("2025年一季度", ("2025年一季度目标", "first quarter of 2025 target")),
        ("2024年前三季度", ("2024年前三季度目标", "first three quarters of 2024 target")),
        ("2025年工作方案", ("2025年工作方案目标", "2025 work plan target")),
        ("建成后", ("建成后目标", "on completion target")),
        ("十五五期间", ("十五五期间目标", "十五五期间 target")),
        ("2025年某月", ("2025年某月目标", "2025年某月 target")),
    ],
)
def test_the_period_is_said_with_whether_it_is_a_goal(text: str, expected: tuple[str, str]) -> None:
    assert period(text) == expected


def test_a_result_is_not_called_a_goal() -> None:
    assert period("2024年", FigureKind.ACTUAL) == ("2024年实际", "2024 actual")


def test_both_languages_have_words_for_every_comparator() -> None:
    assert set(wording.CHINESE) == set(wording.ENGLISH) == set(Comparator)


def figures_in(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict) and "comparator" in node:
        yield node
    elif isinstance(node, (dict, list)):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from figures_in(inner)


def test_every_figure_that_the_product_ships_with_reads_as_english() -> None:
    files = sorted(CONTENT.glob("*.yaml"))
    figures = [one for file in files for one in figures_in(yaml.safe_load(file.read_text()))]
    assert len(figures) > 100
    said = set()
    for one in figures:
        fields = {**one, "place": "jiaozhou", "source": "x", "as_of": None, "review_by": None}
        document = Figure._from_son(fields)
        said |= {wording.display(document, EN), wording.period_label(document, EN)}
    assert sorted(text for text in said if CHINESE.search(text)) == []
