"""What a hit shows: the live card of an item, with the places where the query stands."""

from collections.abc import Collection, Sequence
from typing import Any

import orjson

from models.enums import Language
from models.search import SearchEntry
from models.snapshots import Snapshot, in_time
from services.search import highlights
from services.search.asked import Query
from services.search.text import Unit

CARD_FIELDS = (
    *("kind", "id", "slug", "title", "summary", "cover", "tags", "place", "place_label"),
    *("demo", "language", "translation"),
)

Row = dict[str, Any]

NO_PLACES: Row = {"title": [], "summary": [], "snippet": None}


def hits(
    keys: Sequence[str],
    language: Language,
    queries: Sequence[Query],
    terms: Sequence[Unit],
    promoted: Collection[str],
) -> list[Row]:
    """Return the hits of live items in the given order."""
    entries = _entries(keys)
    found = []
    for key, card in of_items(keys, language):
        entry = entries.get(key)
        texts = entry["texts"].get(card["language"]) if entry else None
        # Readings are those of the Chinese title.
        spelt = entry["spelt"] if entry and card["language"] == Language.ZH_CN else {}
        marked = highlights.mark(texts, spelt, queries, terms) if texts else None
        found.append({**card, "highlights": marked or NO_PLACES, "promoted": key in promoted})
    return found


def of_items(keys: Sequence[str], language: Language) -> list[tuple[str, Row]]:
    """Return (key, card) of live items in the given order, cut to what a hit shows."""
    query = {"_id": {"$in": list(keys)}, **in_time()}
    rows = Snapshot.raw().find(query, {f"body.{language}.card": 1})
    found = {row["_id"]: orjson.loads(row["body"][language]["card"]) for row in rows}
    return [
        (key, {name: found[key].get(name) for name in CARD_FIELDS}) for key in keys if key in found
    ]


def _entries(keys: Sequence[str]) -> dict[str, Row]:
    fields = {"texts": 1, "spelt": 1}
    rows = SearchEntry._get_collection().find({"_id": {"$in": list(keys)}}, fields)
    return {row["_id"]: row for row in rows}
