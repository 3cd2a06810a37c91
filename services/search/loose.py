"""When nothing has the whole query: what has the most telling part of it.

A run of Chinese is cut into pairs that the collection knows, which are words more often than
not; the words by which people ask are left out. What is rare tells more than what is common.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.enums import Kind
from services.search import ranking, scans
from services.search.asked import Filters, Query, Row
from services.search.candidates import Counts, doors, probes
from services.search.ranking import BODY, DENSE, SYNONYM, Head
from services.search.scans import COUNTED_MAX, Scan
from services.search.text import Unit

QUERIES_MAX, TERMS_MAX, SCANS_MAX, ROWS_MAX = 3, 10, 4, 30
# How many pairs and words are counted of a query.
POSSIBLE_MAX = 24
# The share of the weight of all terms that a hit must have: when nothing has the whole query, and
# when something has; and the share of the best hit's score.
NEEDED, NEEDED_BESIDE, OF_BEST = 0.3, 0.4, 0.35
# A question is best answered by an answer.
ANSWERS = 1.0


@dataclass(frozen=True)
class Terms:
    """What is looked for: terms with their weights, for one way to put the query."""

    query: Query
    weights: Mapping[Unit, float]

    @property
    def total(self) -> float:
        """Return the weight of all terms."""
        return sum(self.weights.values())


def search(queries: Sequence[Query], filters: Filters, *, beside: bool) -> list[tuple[float, Row]]:
    """Return (score, row) of what has enough of one of `queries`, in no order.

    `beside` tells that it comes beside what has the whole query.
    """
    needed = NEEDED_BESIDE if beside else NEEDED
    asked = queries[:QUERIES_MAX]
    counts = scans.counts(
        gram for query in asked for unit in possible(query) for gram in probes(unit)
    )
    terms = [_terms(query, counts) for query in asked]
    rows = scans.run(
        scan for number, one in enumerate(terms) for scan in _scans(one, number, counts, filters)
    )
    best: dict[str, tuple[float, Row]] = {}
    for row in rows:
        value = _score(row, terms[row["source"]], needed)
        if value > best.get(row["_id"], (0.0, row))[0]:
            best[row["_id"]] = value, row
    least = OF_BEST * max((value for value, _ in best.values()), default=0.0)
    return [(value, row) for value, row in best.values() if value >= least]


def possible(query: Query) -> list[Unit]:
    """Return the pairs of characters and the words that may be terms."""
    found: list[Unit] = []
    for unit in query.subject:
        if not unit.is_han:
            found.append(unit)
        else:
            pairs = (unit.text[i : i + 2] for i in range(len(unit.text) - 1))
            found += [Unit(pair, is_han=True) for pair in pairs]
    return list(dict.fromkeys(found))[:POSSIBLE_MAX]


def _terms(query: Query, counts: Counts) -> Terms:
    """Choose the terms: words that occur, and of overlapping pairs those that fit best."""
    found: dict[Unit, float] = {}
    for unit in query.subject:
        for term in _cut(unit.text, counts) if unit.is_han else [unit]:
            count = _count(term, counts)
            if count:
                found[term] = math.log(1 + 2 * COUNTED_MAX / count)
    heaviest = sorted(found, key=lambda term: -found[term])[:TERMS_MAX]
    return Terms(query, {term: found[term] for term in heaviest})


def _cut(run: str, counts: Counts) -> list[Unit]:
    """Cut a run into pairs that do not overlap, so that what occurs often is kept whole."""
    best: list[tuple[float, list[Unit]]] = [(0.0, []), (0.0, [])]
    for end in range(2, len(run) + 1):
        pair = Unit(run[end - 2 : end], is_han=True)
        value, chosen = best[end - 2]
        value += math.log1p(_count(pair, counts))
        if value > best[end - 1][0]:
            best.append((value, [*chosen, pair]))
        else:
            best.append(best[end - 1])
    return best[-1][1]


def _count(term: Unit, counts: Counts) -> int:
    return sum(counts.get(gram, 0) for gram in probes(term))


def _scans(terms: Terms, number: int, counts: Counts, filters: Filters) -> list[Scan]:
    in_body = {"in_body": [scans.holds(term, scans.CHINESE[1:]) for term in terms.weights]}
    rarest = list(terms.weights)[:SCANS_MAX]
    return [
        Scan(door.gram, ROWS_MAX, filters.checks, door.is_beginning, number, in_body)
        for term in rarest
        for door in doors(term, counts)
    ]


def _score(row: Row, terms: Terms, needed: float) -> float:
    heads = Head.of(row)
    worth = had = 0.0
    for (term, weight), in_body in zip(terms.weights.items(), row["in_body"], strict=True):
        part = ranking.weight(heads, term) or (BODY if in_body else 0.0)
        worth += weight * part
        had += weight if part else 0.0
    if had < needed * terms.total:
        return 0.0
    value = worth / terms.total + DENSE * ranking.density(heads, list(terms.weights))
    if terms.query.is_question and row["kind"] == Kind.FAQS:
        value += ANSWERS
    value *= SYNONYM if terms.query.is_variant else 1.0
    return value + ranking.by_kind(row)
