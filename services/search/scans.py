"""Looking entries up: bounded walks along the index, many of them with one request.

A scan begins with one gram, walks along its entries in the order of rank, no further than a
bound, and checks there whatever else must hold. Its cost does not grow with the collection.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.enums import Language
from models.search import SearchEntry
from models.snapshots import in_time
from services.search import grams
from services.search.text import BEGUN_MIN, Unit

Row = dict[str, Any]
# How many entries a scan looks at, at most, and how far occurrences of a gram are counted.
EXAMINED_MAX, COUNTED_MAX = 1_000, 1_000
# How many times more entries are looked at than returned, for those past their time and the order.
SPARE = 5
FIELDS: Row = {
    **{"kind": 1, "tracks": 1, "rank": 1, "spelt": 1},
    **{f"texts.{language}.head": 1 for language in Language},
}
CHINESE = [f"$texts.{Language.ZH_CN}.{part}" for part in ("head", "body")]


@dataclass(frozen=True)
class Scan:
    """One walk: the gram it begins with, what else must hold, how many rows it returns.

    `is_beginning`: every gram that begins like this one will do. `source` stands in each row and
    tells for what it was found; `extra` are more values of rows, by name.
    """

    gram: str
    limit: int
    checks: tuple[Row, ...] = ()
    is_beginning: bool = False
    source: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)

    def pipeline(self) -> list[Row]:
        """Return the walk as stages of an aggregation."""
        checks = {"$and": [in_time(), *self.checks]}
        return [
            *_entering(self.gram, self.is_beginning),
            {"$limit": self._examined},
            {"$match": checks},
            *([{"$sort": {"rank": 1}}] if self.is_beginning else []),
            {"$limit": self.limit},
            {"$project": {**FIELDS, **self.extra, "source": {"$literal": self.source}}},
        ]

    @property
    def _examined(self) -> int:
        """Return how many entries are looked at: without checks nearly each of them is a hit."""
        return EXAMINED_MAX if self.checks else min(EXAMINED_MAX, SPARE * self.limit)


def run(scans: Iterable[Scan]) -> list[Row]:
    """Return the rows of all scans; an entry comes once for each source that finds it."""
    found = _union([scan.pipeline() for scan in scans])
    return list({(row["_id"], row["source"]): row for row in found}.values())


def counts(wanted: Iterable[str]) -> dict[str, int]:
    """Return how many entries have each gram, counted no further than a bound.

    Grams that are beginnings of longer ones are counted as such.
    """
    unique = list(dict.fromkeys(wanted))
    pipelines: list[list[Row]] = [
        [
            {"$match": {"keys": _matching(gram, grams.is_beginning(gram))}},
            {"$limit": COUNTED_MAX},
            {"$group": {"_id": {"$literal": position}, "count": {"$sum": 1}}},
        ]
        for position, gram in enumerate(unique)
    ]
    counted = {row["_id"]: row["count"] for row in _union(pipelines)}
    return {gram: counted.get(position, 0) for position, gram in enumerate(unique)}


def holds(unit: Unit, paths: Sequence[str] = CHINESE) -> Row:
    """Return the expression of whether an entry's text holds a unit of a query.

    A word is looked for among all words of the entry, by how its forms begin.
    """
    if not unit.is_han:
        beginning = unit.beginning if len(unit.text) >= BEGUN_MIN else unit.text + " "
        return {"$gte": [{"$indexOfBytes": ["$words", f" {beginning}"]}, 0]}
    return {"$or": [{"$gte": [{"$indexOfBytes": [path, unit.text]}, 0]} for path in paths]}


def _entering(gram: str, is_beginning: bool) -> list[Row]:
    entering: list[Row] = [{"$match": {"keys": _matching(gram, is_beginning)}}]
    return entering if is_beginning else [*entering, {"$sort": {"rank": 1}}]


def _matching(gram: str, is_beginning: bool) -> Any:
    if not is_beginning:
        return gram
    return {"$elemMatch": {"$gte": gram, "$lt": gram + grams.LAST}}


def _union(pipelines: Sequence[list[Row]]) -> list[Row]:
    if not pipelines:
        return []
    entries = SearchEntry._get_collection()
    first, *others = pipelines
    unions = [{"$unionWith": {"coll": entries.name, "pipeline": one}} for one in others]
    return list(entries.aggregate([*first, *unions]))
