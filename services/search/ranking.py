"""Ranking candidates: which field has how much of the query, and how exactly.

A unit counts by the best field that holds it; a title that is the query, begins with it or holds it
in one piece comes first. Among equals the kind decides, then staff's order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.search import syllables, text
from services.search.text import Unit

WEIGHTS = {"title": 10.0, "names": 5.0, "summary": 3.0, "body": 1.0}
EXACT, BEGINS, WHOLE, DENSE, SPELT, SYNONYM = 20.0, 6.0, 4.0, 3.0, 8.0, 0.8
IN_ONE_PIECE = {"title": 0.0, "names": 3.0, "summary": 2.0, "body": 1.5}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Query:
    """A normalised query: as a whole, in units, and whether a synonym replaced a term."""

    whole: str
    units: tuple[Unit, ...]
    is_variant: bool = False


def score(row: Row, queries: list[Query], needed: float) -> float:
    """Return how well an entry fits the best of `queries`; 0 when it has less than `needed`.

    `needed` is the share of units (or of their pairs, below 1) that must be there.
    """
    best = max((_fits(row, query, needed) for query in queries), default=0.0)
    letters = text.letters(list(queries[0].units))
    if letters:
        best = max(best, _spelt(row, letters))
    if best <= 0:
        return 0.0
    rank: float = row["rank"]
    return best + 1 / (1 + rank / 1e6)


def _fits(row: Row, query: Query, needed: float) -> float:
    found = max((_in_language(parts, query, needed) for parts in row["texts"].values()), default=0)
    return found * SYNONYM if query.is_variant else found


def _in_language(parts: Mapping[str, str], query: Query, needed: float) -> float:
    total = covered = 0.0
    for unit in query.units:
        share, weight = _unit(parts, unit, partly=needed < 1)
        covered += share
        total += share * weight
    count = len(query.units)
    if covered / count < needed:
        return 0.0
    return total / count + _bonus(parts, query.whole)


def _unit(parts: Mapping[str, str], unit: Unit, *, partly: bool) -> tuple[float, float]:
    """Return (how much of a unit is there, weight of the best field that has it)."""
    for name, weight in WEIGHTS.items():
        if name in parts and _holds(parts[name], unit):
            return 1.0, weight
    if not partly or not unit.is_han:
        return 0.0, 0.0
    pairs = text.pairs(unit)
    present = [
        max((WEIGHTS[name] for name, part in parts.items() if pair in part), default=0.0)
        for pair in pairs
    ]
    share = sum(1 for weight in present if weight) / len(pairs)
    return share, sum(present) / max(1, sum(1 for weight in present if weight))


def _holds(part: str, unit: Unit) -> bool:
    if unit.is_han:
        return unit.text in part
    if unit.text not in part and not unit.text.isalpha():
        return False
    wanted = text.stem(unit.text)
    return any(
        not is_han and (text.stem(word) == wanted or word.startswith(unit.text))
        for word, is_han in text.runs(part)
    )


def _bonus(parts: Mapping[str, str], whole: str) -> float:
    title = parts["title"]
    if title == whole:
        return EXACT
    if whole in title:
        begins = BEGINS if title.startswith(whole) else 0.0
        return WHOLE + begins + DENSE * len(whole) / len(title)
    return max((IN_ONE_PIECE[name] for name, part in parts.items() if whole in part), default=0.0)


def _spelt(row: Row, letters: str) -> float:
    """Return how well letters spell a run of the title."""
    best = 0.0
    for readings in row["pinyin"]:
        place = syllables.fits(letters, readings)
        if place is not None:
            start, end = place
            share = (end - start) / len(readings)
            best = max(best, SPELT + DENSE * share + (BEGINS if start == 0 else 0.0))
    return best
