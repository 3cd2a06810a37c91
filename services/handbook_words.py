"""The words of a printed edition, and how dates read in it, in Chinese and English."""

import datetime as dt
from collections.abc import Mapping

from models.enums import Language
from services.wordings import chosen

WORDS: Mapping[str, tuple[str, str]] = {
    "caption": ("招商工具箱 5个1 · 实用手册", "Investment Toolbox · Handbook"),
    "year": ("{year}年版", "{year} edition"),
    "dated": ("内容更新至{date}", "Contents as of {date}"),
    "contents": ("目录", "Contents"),
    "pages": ("第 {n} 页，共 {total} 页", "Page {n} of {total}"),
    "foreword": ("前言", "Foreword"),
    "figures": ("目标与数据", "Targets and figures"),
    "sources": ("资料来源", "Sources"),
    "policies": ("相关政策", "Policies"),
    "contacts": ("联系方式", "Contacts"),
    "as_of": ("资料日期：{date}", "Facts as of {date}"),
    "source_is": ("来源：{text}", "Sources: {text}"),
    "metric": ("指标", "Metric"),
    "value": ("数值", "Value"),
    "period": ("期间", "Period"),
    "place": ("地方", "Place"),
    "source": ("来源", "Source"),
    "stale": ("待更新", "due for update"),
    "issuing_body": ("发文机关", "Issued by"),
    "document_number": ("文号", "Document number"),
    "valid": ("有效期", "Valid"),
    "valid_from": ("自{date}起", "from {date}"),
    "valid_until": ("至{date}", "until {date}"),
    "eligible": ("适用对象", "Who is eligible"),
    "granted": ("支持内容", "What is granted"),
    "department": ("部门", "Department"),
    "phone": ("电话", "Telephone"),
    "email": ("邮箱", "E-mail"),
    "website": ("网址", "Website"),
    "note": ("备注", "Note"),
    "demo": ("本章部分内容为演示数据。", "Some of this chapter is demonstration data."),
    "demo_edition": ("含演示数据", "Contains demonstration data"),
    "missing": (
        "本章暂无译文，以下为中文原文。",
        "This chapter has not been translated yet; it is printed in Chinese.",
    ),
    "partial": (
        "本章部分内容暂无译文，以中文原文列出。",
        "Parts of this chapter have not been translated yet; they are printed in Chinese.",
    ),
    "behind": (
        "中文原文已更新，本章译文尚待跟进。",
        "The Chinese original of this chapter has changed since it was translated.",
    ),
}


def word(name: str, language: Language, **values: object) -> str:
    """Return a word or sentence of `WORDS`."""
    return chosen(WORDS[name], language).format(**values)


def date_text(day: dt.date, language: Language) -> str:
    """Return a day as it is printed: 2025年1月17日, 17 January 2025."""
    if language is Language.EN:
        return f"{day.day} {day:%B} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"
