"""How a figure reads: 超500亿元 stays 超, and is `over CNY 50 billion` in English."""

import re
from decimal import Decimal

from core.canonical import decimal_text
from models.enums import Comparator, Language
from models.parts import Figure
from schemas.labels import label

CHINESE = {
    Comparator.EQUAL: "{}",
    Comparator.AT_LEAST: "{}以上",
    Comparator.MORE_THAN: "超{}",
    Comparator.SURPASS: "突破{}",
    Comparator.ABOUT: "约{}",
    Comparator.RANGE: "{}",
}
ENGLISH = {
    Comparator.EQUAL: "{}",
    Comparator.AT_LEAST: "at least {}",
    Comparator.MORE_THAN: "over {}",
    Comparator.SURPASS: "exceeding {}",
    Comparator.ABOUT: "about {}",
    Comparator.RANGE: "{}",
}
# What one Chinese unit is in English: factor, text before the number, text after it.
UNITS = {
    "亿元": (Decimal(10**8), "CNY ", ""),
    "万元": (Decimal(10**4), "CNY ", ""),
    "元": (Decimal(1), "CNY ", ""),
    "亿美元": (Decimal(10**8), "USD ", ""),
    "万吨": (Decimal(10**4), "", " tonnes"),
    "万人": (Decimal(10**4), "", " people"),
    "人": (Decimal(1), "", " people"),
    "列": (Decimal(1), "", " trains"),
    "天": (Decimal(1), "", " days"),
    "年": (Decimal(1), "", " years"),
    "万辆": (Decimal(10**4), "", " vehicles"),
    "万台": (Decimal(10**4), "", " units"),
    **dict.fromkeys(("台", "辆"), (Decimal(1), "", " units")),
    "名": (Decimal(1), "", " people"),
    "平方米": (Decimal(1), "", " m²"),
    "万平方米": (Decimal(10**4), "", " m²"),
    "亿平方米": (Decimal(10**8), "", " m²"),
    "亿瓦时": (Decimal("0.1"), "", " GWh"),
    "%": (Decimal(1), "", "%"),
    **dict.fromkeys(("个", "家", "条", "项", "座", "处", "位"), (Decimal(1), "", "")),
}
# How the periods that sources name read in English; any other one stays as it is.
PERIODS = (
    (re.compile(r"([0-9]{4})年"), r"\1"),
    (re.compile(r"([0-9]{4})年底"), r"end of \1"),
    (re.compile(r"至([0-9]{4})年"), r"by \1"),
    (re.compile(r"([0-9]{4})[—–-]([0-9]{4})年"), r"\1–\2"),
    (re.compile(r"([0-9]{4})年一季度"), r"first quarter of \1"),
    (re.compile(r"([0-9]{4})年上半年"), r"first half of \1"),
    (re.compile(r"([0-9]{4})年前三季度"), r"first three quarters of \1"),
    (re.compile(r"([0-9]{4})年工作方案"), r"\1 work plan"),
    (re.compile(r"建成后"), "on completion"),
    (re.compile(r"全部建成后"), "on full completion"),
    (re.compile(r"规划编制时"), "at the time of planning"),
    (re.compile(r"项目全周期"), "whole project"),
)
BILLION, MILLION = Decimal(10**9), Decimal(10**6)


def display(figure: Figure, language: Language) -> str:
    """Return a figure's number with its comparator and unit, as people read it."""
    unit = figure.unit or ""
    if language is Language.EN:
        return ENGLISH[figure.comparator].format(_english(figure.numbers(), unit))
    numbers = "—".join(decimal_text(number) for number in figure.numbers())
    return CHINESE[figure.comparator].format(numbers + unit)


def period_label(figure: Figure, language: Language) -> str:
    """Return the period a figure belongs to and what it is: 2025年目标."""
    kind = label(figure.kind, language)
    if language is not Language.EN:
        return f"{figure.period}{kind}"
    return f"{_english_period(figure.period)} {kind}"


def _english_period(period: str) -> str:
    for pattern, words in PERIODS:
        if found := pattern.fullmatch(period):
            return found.expand(words)
    return period


def _english(numbers: list[Decimal], unit: str) -> str:
    factor, before, after = UNITS.get(unit, (Decimal(1), "", f" {unit}" if unit else ""))
    scaled = [number * factor for number in numbers]
    return before + "–".join(_short(number) for number in scaled) + after


def _short(number: Decimal) -> str:
    for size, word in ((BILLION, " billion"), (MILLION, " million")):
        if abs(number) >= size:
            return f"{decimal_text(number / size)}{word}"
    return f"{Decimal(decimal_text(number)):,f}"
