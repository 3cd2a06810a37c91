"""Finding candidates: bounded index scans that begin with the rarest gram.

A strict scan asks for every gram of the query. When nothing has them all, a loose one takes what
has most of the pairs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.search import SearchEntry
from models.snapshots import in_time
from services.search import syllables, text
from services.search.text import Unit

Row = dict[str, Any]
# What a scan may return at most, and how far grams are counted to find the rarest.
TITLE_MAX, BODY_MAX, LOOSE_MAX, COUNT_MAX = 60, 200, 80, 1_000
LOOSE_SCANS = 4
PROJECTION = {
    **{"kind": 1, "tracks": 1, "rank": 1, "pinyin": 1},
    **{
        f"texts.{language}.{part}": 1
        for language in ("zh-CN", "en")
        for part in ("title", "names", "summary")
    },
}


@dataclass(frozen=True)
class Filters:
    """What hits are limited to."""

    kind: str | None = None
    track: str | None = None

    def match(self) -> Row:
        """Return the filters as a query, with what is past its time left out."""
        found: Row = in_time()
        if self.kind:
            found["kind"] = self.kind
        if self.track:
            found["tracks"] = self.track
        return found


@dataclass(frozen=True)
class Scan:
    """One scan: which field, the grams that must all be there, how many rows at most."""

    field: str
    grams: tuple[str, ...]
    limit: int


def strict(queries: Sequence[list[Unit]], filters: Filters) -> dict[str, Row]:
    """Return entries that have every unit of one of `queries` (the query and its variants)."""
    scans: list[Scan] = []
    for units in queries:
        # A lone character says little beside other words, and bodies are not scanned for it.
        telling = [unit for unit in units if not unit.is_lone] or units
        wanted = tuple(dict.fromkeys(gram for unit in telling for gram in unit.grams))
        scans.append(Scan("title_grams", wanted, TITLE_MAX))
        if not all(unit.is_lone for unit in units):
            scans.append(Scan("grams", wanted, BODY_MAX))
    letters = text.letters(queries[0])
    if letters:
        scans += _spelt(letters)
    return _run(scans, filters)


def loose(units: list[Unit], filters: Filters) -> dict[str, Row]:
    """Return entries that have at least one of the rarest pairs of the query."""
    wanted = list(dict.fromkeys(gram for unit in units for gram in text.pairs(unit)))
    counts = _counts([("grams", gram) for gram in wanted])
    rare = sorted(
        (gram for gram in wanted if counts["grams", gram]), key=lambda g: counts["grams", g]
    )
    scans = [Scan("grams", (gram,), LOOSE_MAX) for gram in rare[:LOOSE_SCANS]]
    return _run(scans, filters)


def _spelt(letters: str) -> list[Scan]:
    """Return scans for letters that may be pinyin, initials, or the beginning of a title."""
    scans = [Scan("starts", (letters,), TITLE_MAX)]
    if len(letters) >= 2:
        scans.append(Scan("title_grams", tuple(syllables.initial_grams(letters)), TITLE_MAX))
    for cut in syllables.cuts(letters):
        scans.append(Scan("title_grams", tuple(syllables.syllable_grams(cut)), TITLE_MAX))
    return scans


def _run(scans: Iterable[Scan], filters: Filters) -> dict[str, Row]:
    wanted = list(scans)
    counts = _counts(
        [(scan.field, gram) for scan in wanted if len(scan.grams) > 1 for gram in scan.grams]
    )
    pipelines = [_pipeline(scan, counts, filters) for scan in wanted]
    live = [pipeline for pipeline in pipelines if pipeline]
    return {row["_id"]: row for row in _union(live)}


def _pipeline(scan: Scan, counts: Mapping[tuple[str, str], int], filters: Filters) -> list[Row]:
    """Return the scan's pipeline; none when one of its grams occurs nowhere."""
    known = [counts.get((scan.field, gram), 1) for gram in scan.grams]
    if not all(known):
        return []
    rarest = min(scan.grams, key=lambda gram: counts.get((scan.field, gram), 1))
    others = [gram for gram in scan.grams if gram != rarest]
    match: Row = {scan.field: rarest, **filters.match()}
    if others:
        match["$and"] = [{scan.field: {"$all": others}}]
    return [
        {"$match": match},
        {"$sort": {"rank": 1}},
        {"$limit": scan.limit},
        {"$project": PROJECTION},
    ]


def _counts(wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """Return how often each (field, gram) occurs, counted no further than a bound."""
    unique = list(dict.fromkeys(wanted))
    pipelines: list[list[Row]] = [
        [
            {"$match": {name: gram}},
            {"$limit": COUNT_MAX},
            {"$group": {"_id": {"$literal": position}, "n": {"$sum": 1}}},
        ]
        for position, (name, gram) in enumerate(unique)
    ]
    counted = {row["_id"]: row["n"] for row in _union(pipelines)}
    return {one: counted.get(position, 0) for position, one in enumerate(unique)}


def _union(pipelines: Sequence[list[Row]]) -> list[Row]:
    if not pipelines:
        return []
    entries = SearchEntry._get_collection()
    first, *others = pipelines
    unions = [{"$unionWith": {"coll": entries.name, "pipeline": one}} for one in others]
    return list(entries.aggregate([*first, *unions]))
