"""Ranking candidates: which part has how much of the query, and how exactly.

A unit counts by the best part that holds it; a title that is the query, begins with it or holds it
in one piece comes first. Among equals the kind decides, then staff's order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.enums import Kind, Language
from services.search import extract, spelling, text
from services.search.asked import Query
from services.search.text import Unit

TITLE, BODY = 10.0, 1.0
WEIGHTS = {"title": TITLE, "names": 5.0, "summary": 3.0}
IN_ONE_PIECE = {"names": 3.0, "summary": 2.0}
EXACT, BEGINS, WHOLE, DENSE = 20.0, 6.0, 4.0, 3.0
SPELT_TITLE, SPELT_NAME = 8.0, 4.0
SYNONYM, BEGUN = 0.8, 0.6
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

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Head:
    """The parts of an item's head in one language, in lower case, and its title as compared."""

    parts: Mapping[str, str]
    title: str

    @classmethod
    def of(cls, row: Row) -> "list[Head]":
        """Return the heads of a row, one a language."""
        found = []
        for language in Language:
            head = row["texts"].get(language, {}).get("head")
            if head is not None:
                parts = extract.parts(text.lower(head))
                found.append(cls(parts, text.core(parts["title"])))
        return found


def score(row: Row, queries: Sequence[Query], claimed: Iterable[int]) -> float:
    """Return how well a row fits the best of `queries`; 0 when it fits none.

    `claimed` are the positions of those that it is known to have: what its head has not, its
    body has.
    """
    heads = Head.of(row)
    best = 0.0
    for number, query in enumerate(queries):
        value = _fits(heads, query, claimed=number in claimed)
        best = max(best, value * SYNONYM if query.is_variant else value)
    best = max(best, _spelt(row, queries[0]))
    return best + by_kind(row) if best else 0.0


def by_kind(row: Row) -> float:
    """Return what a row is worth before anything is known of the query."""
    return 1 / (1 + KIND_RANK[Kind(row["kind"])])


def weight(heads: Sequence[Head], unit: Unit) -> float:
    """Return the weight of the best part that holds a unit; 0 when no head does."""
    return max(
        (
            worth * holds(head.parts[name], unit)
            for head in heads
            for name, worth in WEIGHTS.items()
        ),
        default=0.0,
    )


def holds(part: str, unit: Unit) -> float:
    """Return how well a text in lower case holds a unit: 1, less for a word begun so, or 0."""
    if unit.is_han:
        return float(unit.text in part)
    if unit.beginning not in part:
        return 0.0
    return max((likeness(word, unit) for word in text.WORD.findall(part)), default=0.0)


def likeness(word: str, unit: Unit) -> float:
    """Return whether a word is that of a unit in any form (1), or begins like it (less)."""
    if not word.startswith(unit.beginning):
        return 0.0
    if text.stem(word) == text.stem(unit.text):
        return 1.0
    return BEGUN if len(unit.text) >= text.BEGUN_MIN and word.startswith(unit.text) else 0.0


def density(heads: Sequence[Head], units: Sequence[Unit]) -> float:
    """Return how much of the shortest title the units make up, 0 to 1."""
    best = 0.0
    for head in heads:
        covered = sum(len(unit.text) for unit in units if holds(head.title, unit))
        best = max(best, min(1.0, covered / max(1, len(head.title.replace(" ", "")))))
    return best


def as_a_whole(heads: Sequence[Head], query: Query) -> float:
    """Return what it is worth that a part holds the whole query in one piece."""
    best = 0.0
    for head in heads:
        if head.title == query.core:
            return EXACT
        if query.core in head.title:
            best = max(best, WHOLE + (BEGINS if head.title.startswith(query.core) else 0.0))
        for name, worth in IN_ONE_PIECE.items():
            if query.whole in head.parts[name]:
                best = max(best, worth)
    return best


def _fits(heads: Sequence[Head], query: Query, *, claimed: bool) -> float:
    weights = [weight(heads, unit) or (BODY if claimed else 0.0) for unit in query.telling]
    if not all(weights):
        return 0.0
    dense = DENSE * density(heads, query.telling)
    return sum(weights) / len(weights) + as_a_whole(heads, query) + dense


def _spelt(row: Row, query: Query) -> float:
    """Return how well letters spell the title or a name."""
    letters = text.letters(query.units)
    return _reads(letters, row["spelt"]) if letters else 0.0


def _reads(letters: str, spelt: Mapping[str, str]) -> float:
    place = spelling.reads(letters, spelt, "title")
    if place is not None:
        run, start, end = place
        share = (end - start) / max(1, sum(map(len, spelling.read_runs(spelt, "title"))))
        return SPELT_TITLE + DENSE * share + (BEGINS if run == start == 0 else 0.0)
    return SPELT_NAME if spelling.reads(letters, spelt, "names") else 0.0
