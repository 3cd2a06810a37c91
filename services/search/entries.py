"""Writing search entries, in the transaction that publishes, and rebuilding them.

An entry is made from the rendered snapshot: what the public cannot see cannot be found.
"""

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from pymongo.client_session import ClientSession

from core.db import transaction
from models.enums import Kind, Language
from models.search import SearchEntry
from models.snapshots import Snapshot
from services.search import pinyin, text

# Names of fields whose values are no text that a visitor would look for.
SILENT = frozenset(
    {
        *("kind", "id", "slug", "key", "cover", "photos", "video", "map_image", "subtitles", "pdf"),
        *("language", "spoken_language", "languages", "translation", "demo", "demo_fields"),
        *("featured", "place", "stage", "class", "site_type", "article_type", "topic_key"),
        *("comparator", "crs", "opening_hours", "confirmation", "link", "standing", "$ref"),
        *("title", "summary", "sources", "source", "published_on", "as_of", "review_by"),
    }
)
NAMES = ("tags", "chain_leaders", "carriers", "industry_direction", "name", "metric")
TAGS = re.compile(r"<[^>]+>")
BODY_MAX = 20_000
START_MAX = 24
# The kinds that a visitor most likely means come first among equals.
KIND_RANK = {
    Kind.TRACKS: 0,
    Kind.PROJECTS: 1,
    Kind.ROUTES: 1,
    Kind.SITES: 2,
    Kind.VENUES: 2,
    Kind.CHAPTERS: 3,
    Kind.HANDBOOK: 3,
    Kind.FILMS: 3,
    Kind.CLUSTERS: 3,
    Kind.FAQS: 4,
    Kind.ARTICLES: 5,
}


def build(snapshot: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entry of a snapshot as it is stored."""
    texts = {
        language: _texts(orjson.loads(body["detail"]))
        for language, body in snapshot["body"].items()
    }
    if texts[Language.EN] == texts[Language.ZH_CN]:
        del texts[Language.EN]
    headings = [
        one for parts in texts.values() for one in (parts["title"], *parts["names"].split("\n"))
    ]
    readings = pinyin.of_text(texts[Language.ZH_CN]["title"])
    title_grams = {gram for one in headings for gram in text.grams(one, single=True)}
    for heading in (texts[Language.ZH_CN]["title"], texts[Language.ZH_CN]["names"]):
        for run in pinyin.of_text(heading):
            title_grams |= pinyin.grams(run)
    everything = {
        gram for parts in texts.values() for part in parts.values() for gram in text.grams(part)
    }
    return {
        "_id": snapshot["_id"],
        "kind": snapshot["kind"],
        "tracks": snapshot["tracks"],
        "expire_at": snapshot["expire_at"],
        "rank": rank(Kind(snapshot["kind"]), snapshot["order"]),
        "grams": sorted(everything),
        "title_grams": sorted(title_grams),
        "starts": sorted(_starts(texts, readings)),
        "texts": texts,
        "pinyin": readings,
    }


def write(snapshot: Mapping[str, Any], session: ClientSession) -> None:
    """Write the entry of a snapshot within the transaction that publishes it."""
    entry = build(snapshot)
    SearchEntry._get_collection().replace_one(
        {"_id": entry["_id"]}, entry, upsert=True, session=session
    )


def rank(kind: Kind, order: float) -> float:
    """Return what sorts an entry before anything is known of the query."""
    return KIND_RANK[kind] * 1e6 + min(order, 999_999.0)


def remove(key: str, session: ClientSession) -> None:
    """Remove the entry of a snapshot that goes offline."""
    SearchEntry._get_collection().delete_one({"_id": key}, session=session)


def rebuild() -> Iterator[str]:
    """Write every entry anew while searches go on; yield the key of each.

    Each is a transaction of its own: when an item is published or goes offline at the same
    moment, MongoDB lets one of the two go first and repeats the other.
    """
    keys = {row["_id"] for row in SearchEntry._get_collection().find({}, {"_id": 1})}
    keys |= {row["_id"] for row in Snapshot.raw().find({}, {"_id": 1})}
    for key in sorted(keys):
        transaction(functools.partial(_rebuild, key))
        yield key


def _rebuild(key: str, session: ClientSession) -> None:
    snapshot = Snapshot.raw().find_one({"_id": key}, session=session)
    if snapshot is None:
        remove(key, session)
    else:
        write(snapshot, session)


def _texts(detail: Mapping[str, Any]) -> dict[str, str]:
    names: list[str] = []
    body: list[str] = []
    _collect(detail, "", names, body)
    parts = {
        "title": detail["title"],
        "names": "\n".join(dict.fromkeys(names)),
        "summary": detail.get("summary") or "",
        "body": "\n".join(body)[:BODY_MAX],
    }
    return {name: text.normalise(part) for name, part in parts.items()}


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
        plain = TAGS.sub(" ", node) if "<" in node else node
        (names if name in NAMES else body).append(plain)


def _is_date(value: str) -> bool:
    try:
        dt.datetime.fromisoformat(value)
    except ValueError:
        return False
    return not value.isdigit()


def _starts(texts: Mapping[str, Mapping[str, str]], readings: list[list[list[str]]]) -> set[str]:
    """Return beginnings of the titles, of their words, and of how they are read."""
    found: set[str] = set()
    for parts in texts.values():
        title = parts["title"]
        found.update(title[:size] for size in range(1, min(len(title), START_MAX) + 1))
        for run, is_han in text.runs(title):
            longest = min(len(run), START_MAX)
            if is_han:
                found.update(run[:size] for size in range(1, longest + 1))
            else:
                found.update(run[:size] for size in range(2, longest + 1))
    for run_readings in readings:
        spelt = "".join(one[0] for one in run_readings)
        initials = "".join(one[0][0] for one in run_readings)
        for letters in (spelt, initials):
            found.update(letters[:size] for size in range(1, min(len(letters), START_MAX) + 1))
    return found
