"""Searching: candidates, ranking, the cards of what is found, facets, suggestions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from models.enums import Kind, Language
from models.search import SearchEntry
from models.snapshots import Snapshot, in_time, snapshot_key
from services.search import candidates, fruitless, highlights, ranking, synonyms, text
from services.search.candidates import Filters
from services.search.ranking import Query

QUERY_MAX = 60
# How many of the best are read whole, to rank them by what their bodies say.
READ_MAX = 60
STRICT, LOOSE = 1.0, 0.6
SUGGESTIONS_MAX = 10
CARD_FIELDS = (
    *("kind", "id", "slug", "title", "summary", "cover", "tags", "place", "place_label"),
    *("demo", "language", "translation"),
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Hits:
    """One page of hits with facets over all of them.

    `total` counts no further than the bound of a scan. `loose` tells that nothing had the whole
    query and these have most of it.
    """

    items: list[Row]
    total: int
    next_offset: int | None
    loose: bool
    facets: Row


def search(
    query: str, language: Language, filters: Filters, *, limit: int, offset: int = 0
) -> Hits:
    """Return hits for what a visitor typed, the best first; a fruitless query is noted."""
    whole = " ".join(text.normalise(query).split())[:QUERY_MAX]
    units = text.units(whole)
    if not units:
        return Hits([], 0, None, loose=False, facets={"kinds": [], "tracks": []})
    queries = [Query(whole, tuple(units))]
    for variant in synonyms.variants(whole):
        queries.append(Query(variant, tuple(text.units(variant)), is_variant=True))
    rows = candidates.strict([list(one.units) for one in queries], filters)
    ranked, is_loose = _ranked(rows, queries, STRICT), False
    if not ranked:
        rows = candidates.loose(units, filters)
        ranked, is_loose = _ranked(rows, queries, LOOSE), True
    keys = _with_promoted(whole, [row["_id"] for row in ranked])
    if not keys and offset == 0:
        fruitless.note(whole, language)
    promoted = len(keys) - len(ranked)
    page = keys[offset : offset + limit]
    items = _items(page, language, queries, promoted=set(keys[: max(promoted, 0)]))
    more = offset + limit < len(keys)
    return Hits(items, len(keys), offset + limit if more else None, is_loose, _facets(ranked))


def suggest(query: str, language: Language, limit: int = SUGGESTIONS_MAX) -> list[Row]:
    """Return titles that begin with what is being typed, in characters, pinyin or initials."""
    typed = text.normalise(query).strip()[:QUERY_MAX]
    if not typed:
        return []
    starts = {typed, typed.replace(" ", "")}
    match = {"starts": {"$in": sorted(starts)}, **in_time()}
    rows = SearchEntry._get_collection().find(match, {"_id": 1}).sort("rank", 1).limit(limit)
    found = _cards([row["_id"] for row in rows], language)
    return [{name: card[name] for name in ("kind", "id", "slug", "title")} for card in found]


def _ranked(rows: Mapping[str, Row], queries: list[Query], needed: float) -> list[Row]:
    """Sort candidates by what their short texts say, then the best by their bodies too.

    A strict candidate has every gram somewhere: short of its body it may look incomplete.
    """
    first = sorted(
        rows.values(), key=lambda row: (-ranking.score(row, queries, 0.0), row["rank"], row["_id"])
    )
    best, rest = first[:READ_MAX], first[READ_MAX:]
    whole = _whole([row["_id"] for row in best])
    scored = []
    for row in best:
        value = ranking.score(whole.get(row["_id"], row), queries, needed)
        if value > 0:
            scored.append((-value, row["rank"], row["_id"], row))
    scored.sort(key=lambda one: one[:3])
    return [row for *_, row in scored] + (rest if needed == STRICT else [])


def _whole(keys: list[str]) -> dict[str, Row]:
    fields = {"rank": 1, "pinyin": 1, "texts": 1}
    return {
        row["_id"]: row
        for row in SearchEntry._get_collection().find({"_id": {"$in": keys}}, fields)
    }


def _with_promoted(whole: str, keys: list[str]) -> list[str]:
    wanted = synonyms.promoted(whole)
    if not wanted:
        return keys
    live = {
        row["_id"] for row in Snapshot.raw().find({"_id": {"$in": wanted}, **in_time()}, {"_id": 1})
    }
    first = [key for key in wanted if key in live]
    return first + [key for key in keys if key not in live]


def _items(
    keys: list[str], language: Language, queries: list[Query], promoted: set[str]
) -> list[Row]:
    entries = _whole(keys)
    items = []
    for card in _cards(keys, language):
        key = f"{card['kind']}:{card['id']}"
        entry = entries.get(key)
        spoken = card["language"]
        texts = entry["texts"].get(spoken, entry["texts"][Language.ZH_CN]) if entry else {}
        marked = highlights.mark(texts, entry["pinyin"] if entry else [], queries)
        items.append({**card, "highlights": marked, "promoted": key in promoted})
    return items


def _cards(keys: list[str], language: Language) -> list[Row]:
    """Return the cards of live snapshots in the given order, cut to what a hit shows."""
    fields = {f"body.{language}.card": 1}
    query = {"_id": {"$in": keys}, **in_time()}
    found = {row["_id"]: row for row in Snapshot.raw().find(query, fields)}
    cards = [orjson.loads(found[key]["body"][language]["card"]) for key in keys if key in found]
    return [{name: card.get(name) for name in CARD_FIELDS} for card in cards]


def _facets(rows: list[Row]) -> Row:
    """Count hits by kind and by live track; one that is offline is not named."""
    kinds = Counter(row["kind"] for row in rows)
    tracks = Counter(track for row in rows for track in row["tracks"])
    keys = [snapshot_key(Kind.TRACKS, track) for track in tracks]
    live = Snapshot.raw().find({"_id": {"$in": keys}, **in_time()}, {"item": 1, "slug": 1})
    slugs = {row["item"]: row["slug"] for row in live}
    named = [(slugs[track], count) for track, count in tracks.most_common() if track in slugs]
    return {
        "kinds": [{"kind": str(Kind(kind)), "count": count} for kind, count in kinds.most_common()],
        "tracks": [{"track": slug, "count": count} for slug, count in named],
    }
