"""Answers from published content to what somebody writes, each with a link to its source.

A hit counts only when what was asked stands in its title or its summary: a wrong answer is worse
than a question to staff.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.enums import Kind, Language
from models.scenes import Place
from services import scenes, versions
from services.search import lexicon
from services.search import query as search
from services.search.asked import Filters

# Where the mini-program shows an item of a kind; `?id=` follows.
PAGES = {Kind.FAQS: "pages/faq/detail", Kind.CHAPTERS: scenes.PAGES[Place.CHAPTERS]}
LOOKED_AT, FURTHER_MAX = 3, 2
ASKED_MIN = 2
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class Answer:
    """What answers: `key` names the first source as `kind:item`."""

    key: str
    text: str


@dataclass(frozen=True)
class _Wording:
    perhaps: str
    more: str
    further: str
    human: str


WORDINGS = {
    Language.ZH_CN: _Wording(
        perhaps="您想问的可能是：",
        more="查看全文",
        further="相关内容：",
        human="没有解决？回复“人工”，由工作人员答复。",
    ),
    Language.EN: _Wording(
        perhaps="This may be what you are looking for:",
        more="Read more",
        further="See also:",
        human="Not what you need? Reply “staff” and a colleague will answer.",
    ),
}


def language_of(text: str, otherwise: Language) -> Language:
    """Return the language in which somebody writes."""
    if HAN.search(text):
        return Language.ZH_CN
    return Language.EN if LATIN.search(text) else otherwise


def find(text: str, language: Language, appid: str) -> Answer | None:
    """Return an answer from questions and answers, else from the handbook; None: there is none."""
    asked = " ".join(text.split())
    if len(asked) < ASKED_MIN:
        return None
    known = versions.kept(lexicon.load)
    for kind in PAGES:
        filters = Filters(kind=kind.value)
        hits = search.search(asked, language, filters, known, limit=LOOKED_AT)
        if found := [item for item in hits.items if _tells(item)]:
            key = f"{kind.value}:{found[0]['id']}"
            return Answer(key, _text(found, language, appid, is_loose=hits.loose))
    return None


def _tells(item: Mapping[str, Any]) -> bool:
    """Tell whether what was asked stands where an item says what it is about."""
    places = item["highlights"]
    return bool(places["title"] or places["summary"])


def _text(
    items: Sequence[Mapping[str, Any]], language: Language, appid: str, *, is_loose: bool
) -> str:
    words, (first, *others) = WORDINGS[language], items
    lines = [words.perhaps] if is_loose else []
    lines += [f"【{_plain(first['title'])}】", _plain(first["summary"] or _snippet(first))]
    lines.append(_link(first, words.more, appid))
    if others:
        lines.append(words.further)
        lines += [_link(one, one["title"], appid) for one in others[:FURTHER_MAX]]
    return "\n".join(line for line in [*lines, words.human] if line)


def _link(item: Mapping[str, Any], label: str, appid: str) -> str:
    page = f"{PAGES[Kind(item['kind'])]}?id={item['id']}"
    plain = _plain(label)
    return f'<a data-miniprogram-appid="{appid}" data-miniprogram-path="{page}">{plain}</a>'


def _snippet(item: Mapping[str, Any]) -> str:
    found = item["highlights"]["snippet"]
    return str(found["text"]) if found else ""


def _plain(text: str) -> str:
    """Return a text that holds no markup: the platform reads links in what is sent."""
    return text.replace("<", "＜").replace(">", "＞")
