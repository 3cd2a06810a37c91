"""Asking as a visitor does."""

import datetime as dt
from typing import Any

from core.clock import now
from models.enums import Kind, Language
from models.search import SearchEntry
from models.snapshots import Snapshot, snapshot_key
from services.search import lexicon, suggestions
from services.search import query as search
from services.search.asked import Filters
from services.search.query import Hits
from tests.factories import create_live

# How many entries a scan looks at in tests of its bound.
BOUND = 100


def ask(query: str, language: str = "zh-CN", limit: int = 20, offset: int = 0, **only: str) -> Hits:
    """Return the hits of a query, limited to a kind or a track."""
    filters, known = Filters(**only), lexicon.load()
    return search.search(query, Language(language), filters, known, limit=limit, offset=offset)


def titles(query: str, language: str = "zh-CN", **only: str) -> list[str]:
    """Return the titles of the hits, the best first."""
    return [hit["title"] for hit in ask(query, language, **only).items]


def suggested(typed: str, language: str = "zh-CN") -> list[str]:
    """Return the titles that are suggested."""
    return [one["title"] for one in suggestions.suggest(typed, Language(language))]


def marked(query: str, part: str = "title", language: str = "zh-CN") -> list[str]:
    """Return the pieces of the first hit that are marked."""
    hit = ask(query, language).items[0]
    places = hit["highlights"][part]
    if part == "snippet":
        return [places["text"][a:b] for a, b in places["ranges"]] if places else []
    return [hit[part][a:b] for a, b in places]


def track(title: str, **fields: Any) -> Any:
    """Publish a track."""
    return create_live(Kind.TRACKS, title=title, **fields)


def project(title: str, **fields: Any) -> Any:
    """Publish a project."""
    return create_live(Kind.PROJECTS, title=title, **fields)


def article(title: str, body: str, **fields: Any) -> Any:
    """Publish an article with a body."""
    return create_live(Kind.ARTICLES, title=title, body=f"<p>{body}</p>", **fields)


def entries() -> dict[str, dict[str, Any]]:
    """Return all search entries by key."""
    return {row["_id"]: row for row in SearchEntry._get_collection().find({})}


def expire_now(kind: Kind, item: str) -> None:
    """Let an item be past its time without any worker about."""
    past = {"$set": {"expire_at": now() - dt.timedelta(seconds=1)}}
    for collection in (Snapshot.raw(), SearchEntry._get_collection()):
        collection.update_one({"_id": snapshot_key(kind, item)}, past)
