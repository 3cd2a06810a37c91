"""What of a rendered item is searched: its title, names, summary and the text of its body.

Only what the public sees is in a rendered item: what is internal cannot be found.
"""

import datetime as dt
import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from models.enums import Kind, Language
from services.search.text import tidy

# Names of fields whose values are no text that a visitor would look for. What a figure's parts
# say, its `display` says at once; a source is named by too many items to tell them apart.
SILENT = frozenset(
    {
        *("kind", "id", "slug", "key", "cover", "photos", "video", "map_image", "subtitles", "pdf"),
        *("language", "spoken_language", "languages", "translation", "demo", "demo_fields"),
        *("featured", "place", "stage", "class", "site_type", "article_type", "topic_key"),
        *("comparator", "value", "low", "high", "unit", "crs", "opening_hours", "confirmation"),
        *("link", "standing", "$ref", "sources", "source", "published_on", "as_of", "review_by"),
        *("gate_needs", "title", "summary"),
    }
)
# Names of fields that name something: tags, companies, links of a chain, measured quantities.
NAMES = frozenset({"tags", "chain_leaders", "carriers", "industry_direction", "name", "metric"})
# How people call the kinds, in each language.
CALLED = {
    Kind.TRACKS: ("产业赛道", "industry track"),
    Kind.PROJECTS: ("招商项目", "project"),
    Kind.ROUTES: ("考察动线 考察线路", "visit route"),
    Kind.SITES: ("考察点位", "site to visit"),
    Kind.VENUES: ("招商阵地", "venue"),
    Kind.CHAPTERS: ("实用手册", "handbook chapter"),
    Kind.HANDBOOK: ("实用手册", "handbook"),
    Kind.FILMS: ("宣传片", "film video"),
    Kind.CLUSTERS: ("产业集群", "industry cluster"),
    Kind.FAQS: ("答疑解惑 常见问题", "question answer"),
    Kind.ARTICLES: ("资讯", "news article"),
}
INLINE = re.compile(r"</?(?:a|b|em|i|s|span|strong|sub|sup|u)\b[^>]*>")
TAG = re.compile(r"<[^>]+>")
BODY_MAX = 20_000
# Of all documents together.
DOCUMENTS_MAX = 50_000
# Between the parts of a head; `tidy` leaves no such character in a text.
SEPARATOR = "\x1e"
PARTS = ("title", "names", "summary")


def texts(detail: Mapping[str, Any], kind: Kind, language: Language) -> dict[str, str]:
    """Return the searched text of a rendered item, tidy but in its own case.

    `head` holds the parts of `PARTS`, `body` all other text.
    """
    names: list[str] = []
    body: list[str] = []
    _collect(detail, "", names, body)
    names.append(CALLED[kind][language is not Language.ZH_CN])
    parts = (detail["title"], "\n".join(dict.fromkeys(names)), detail.get("summary") or "")
    return {
        "head": SEPARATOR.join(tidy(part) for part in parts),
        "body": tidy("\n".join(body)[:BODY_MAX]),
    }


def joined(body: str, documents: Sequence[str]) -> str:
    """Return the text of a body with that of documents behind it."""
    return "\n".join([body, tidy("\n".join(documents)[:DOCUMENTS_MAX])]) if documents else body


def parts(head: str) -> dict[str, str]:
    """Return the parts of a head by name."""
    return dict(zip(PARTS, head.split(SEPARATOR), strict=True))


def _collect(node: Any, name: str, names: list[str], body: list[str]) -> None:
    if isinstance(node, dict):
        for key, value in node.items():
            # Inside of parts a title is text like any other.
            if key not in SILENT or (name and key in ("title", "summary")):
                _collect(value, key, names, body)
    elif isinstance(node, list):
        for value in node:
            _collect(value, name, names, body)
    elif isinstance(node, str) and node and not _is_date(node):
        (names if name in NAMES else body).append(_plain(node))


def _plain(text: str) -> str:
    """Return text without mark-up: what is emphasised inside a word does not cut it."""
    if "<" not in text and "&" not in text:
        return text
    return html.unescape(TAG.sub("\n", INLINE.sub("", text))).strip()


def _is_date(value: str) -> bool:
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return not value.isdigit()
