"""Searching: candidates, ranking, the cards of what is found, facets."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from models.enums import Kind, Language
from services.search import (
    candidates,
    cards,
    fruitless,
    highlights,
    loose,
    promotions,
    ranking,
    synonyms,
    text,
)
from services.search.asked import Filters, Query, Row
from services.search.lexicon import Lexicon

QUERY_MAX = 60
# With fewer hits than this that have the whole query, those that have most of it follow.
FEW = 3


@dataclass(frozen=True)
class Hits:
    """One page of hits with facets over all of them.

    `total` counts no further than the bounds of the scans. `loose` tells that nothing had the
    whole query and these have most of it.
    """

    items: list[Row]
    total: int
    next_offset: int | None
    loose: bool
    facets: Row


def search(
    query: str,
    language: Language,
    filters: Filters,
    lexicon: Lexicon,
    *,
    limit: int,
    offset: int = 0,
) -> Hits:
    """Return hits for what a visitor typed, the best first.

    A query of which nothing has the whole is noted, when it was limited to no kind or track.
    """
    asked = Query(" ".join(text.normalise(query).split())[:QUERY_MAX])
    if not asked.units:
        return Hits([], 0, None, loose=False, facets=_facets([], filters, lexicon))
    queries = _ways(asked, lexicon)
    first = promotions.first(asked.core, lexicon)
    whole = _whole(queries, filters)
    if len(whole) < FEW and asked.plainly:
        plain = _ways(Query(asked.plainly), lexicon)
        whole = _without_repetition([*whole, *_whole(plain, filters)])
        queries += plain
    partly = (
        _partly(queries, beside=bool(whole))
        if len(whole) < FEW and len(loose.possible(asked)) > 1
        else []
    )
    everything = _without_repetition([*first, *whole, *partly])
    within = [row for row in everything if filters.admit(row)]
    if not (first or whole or filters.checks or offset):
        fruitless.note(asked.whole, language, loose=bool(partly))
    keys = [row["_id"] for row in within]
    terms = highlights.terms_of(queries, partly=bool(partly))
    promoted = {row["_id"] for row in first}
    items = cards.hits(keys[offset : offset + limit], language, queries, terms, promoted)
    next_offset = offset + limit if offset + limit < len(keys) else None
    is_loose = bool(within) and not (first or whole)
    return Hits(items, len(keys), next_offset, is_loose, _facets(everything, filters, lexicon))


def _ways(asked: Query, lexicon: Lexicon) -> list[Query]:
    """Return a query, and what it is when a synonym replaces a term."""
    others = synonyms.variants(asked.whole, lexicon)
    return [asked, *(Query(one, is_variant=True) for one in others)]


def _whole(queries: Sequence[Query], filters: Filters) -> list[Row]:
    """Return what has one of the queries as a whole, the best first.

    What is outside of the filters is looked for too: facets tell how much of it there is.
    """
    rows = candidates.strict(queries, Filters())
    if filters.checks:
        rows += candidates.strict(queries, filters)
    claims: dict[str, set[int]] = {}
    for row in rows:
        claims.setdefault(row["_id"], set()).add(row["source"])
    found = {row["_id"]: row for row in rows}
    scored = [(ranking.score(row, queries, claims[key]), row) for key, row in found.items()]
    return _sorted(scored)


def _partly(queries: Sequence[Query], *, beside: bool) -> list[Row]:
    return _sorted(loose.search(queries, Filters(), beside=beside))


def _sorted(scored: Iterable[tuple[float, Row]]) -> list[Row]:
    ordered = sorted((-value, row["rank"], row["_id"], row) for value, row in scored if value)
    return [row for *_, row in ordered]


def _without_repetition(rows: Iterable[Row]) -> list[Row]:
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row["_id"], row)
    return list(found.values())


def _facets(rows: Sequence[Row], filters: Filters, lexicon: Lexicon) -> Row:
    """Count rows by kind, whatever kind they are limited to, and by live track likewise."""
    by_track, by_kind = Filters(track=filters.track), Filters(kind=filters.kind)
    kinds = Counter(row["kind"] for row in rows if by_track.admit(row))
    tracks = Counter(track for row in rows if by_kind.admit(row) for track in row["tracks"])
    slugs = lexicon.slugs(tracks)
    named = Counter({slugs[track]: count for track, count in tracks.items() if track in slugs})
    return {
        "kinds": [{"kind": str(Kind(kind)), "count": count} for kind, count in _most(kinds)],
        "tracks": [{"track": track, "count": count} for track, count in _most(named)],
    }


def _most(counted: "Counter[str]") -> list[tuple[str, int]]:
    """Return counts, the highest first, alike ones by name."""
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
