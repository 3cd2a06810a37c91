"""Suggestions while typing: titles that begin so, then titles that hold it."""

from models.enums import Language
from services.search import candidates, cards, ranking, scans, spelling, text
from services.search.asked import Filters, Query, Row
from services.search.query import QUERY_MAX
from services.search.ranking import Head
from services.search.scans import Scan

SUGGESTIONS_MAX, EACH_MAX = 10, 20
SHOWN = ("kind", "id", "slug", "title")
# Titles that begin as typed come before those that hold it further on.
BEGINS, HOLDS = 3.0, 1.0


def suggest(query: str, language: Language, limit: int = SUGGESTIONS_MAX) -> list[Row]:
    """Return titles for what is being typed, in characters, words, pinyin or initials."""
    asked = Query(" ".join(text.normalise(query).split())[:QUERY_MAX])
    if not asked.units:
        return []
    rows = scans.run(_scans(asked))
    best: dict[str, tuple[float, Row]] = {}
    for row in rows:
        value = _score(row, asked)
        if value > best.get(row["_id"], (0.0, row))[0]:
            best[row["_id"]] = value, row
    ordered = sorted((-value, row["rank"], row["_id"]) for value, row in best.values())
    keys = [key for *_, key in ordered[:limit]]
    return [{name: card[name] for name in SHOWN} for _, card in cards.of_items(keys, language)]


def _scans(asked: Query) -> list[Scan]:
    everything = Filters()
    letters = text.letters(asked.units)
    starts = dict.fromkeys([asked.core, letters or asked.core])
    found = [candidates.of_start(start, EACH_MAX, everything) for start in starts]
    if len(asked.units) == 1 and not asked.units[0].is_lone:
        found += candidates.of_headings(asked.units[0], EACH_MAX)
    ways = spelling.ways(asked.units) if letters and len(letters) > 1 else []
    found += [scan for way in ways if (scan := candidates.of_way(way, {}, everything))]
    return found


def _score(row: Row, asked: Query) -> float:
    """Return how a title fits what is typed; 0 when it does not hold it."""
    titles = [head.title for head in Head.of(row)]
    letters = text.letters(asked.units)
    place = spelling.reads(letters, row["spelt"], "title") if letters else None
    begins = any(title.startswith(asked.core) for title in titles)
    if begins or (place and place[0] == place[1] == 0):
        return BEGINS + ranking.by_kind(row)
    if place or any(asked.core in title for title in titles):
        return HOLDS + ranking.by_kind(row)
    return 0.0
