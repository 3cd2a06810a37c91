"""Finding candidates that have the whole query, or one in which a synonym replaced a term.

A scan begins with the rarest part of the query and checks the others. Scans that begin with a
heading come beside those that begin with a body, so that a title is found among many bodies.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.search import grams, scans, spelling, text
from services.search.asked import Filters, Query, Row
from services.search.scans import Scan
from services.search.spelling import Way
from services.search.text import Unit

# What a scan may return: headings, bodies; of a variant; of titles that are or begin so.
HEADINGS_MAX, BODIES_MAX, VARIANT_MAX, BEGINNINGS_MAX = 60, 120, 40, 20
# How many of a long unit's grams are counted to find a rare one.
PROBES = 4
# The source of rows that were found in pinyin, or whose title begins so: nothing is claimed.
UNCLAIMED = -1

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Door:
    """Where a scan for a unit may begin, and how many entries are there, as far as counted."""

    gram: str
    count: int
    is_beginning: bool = False


def strict(queries: Sequence[Query], filters: Filters) -> list[Row]:
    """Return the rows that have every unit of one of `queries`, or spell the first in pinyin.

    `source` is the position of the query that a row has; `UNCLAIMED` must be looked at.
    """
    spelt = spelling.ways(queries[0].units)
    wanted = [gram for query in queries for gram in _undecided(query, filters)]
    wanted += [gram for way in spelt if len(way) > 1 for gram in way]
    counts = scans.counts([*wanted, *filters.grams])
    found = [
        scan
        for number, query in enumerate(queries)
        for scan in _of_query(query, number, counts, filters)
    ]
    found += _of_title(queries[0], filters)
    found += [scan for way in spelt if (scan := of_way(way, counts, filters))]
    return scans.run(found)


def doors(unit: Unit, counts: Counts) -> list[Door]:
    """Return where scans for a unit begin: its rarest gram in headings, and that in bodies.

    A word that stands nowhere may be the beginning of one that does.
    """
    found = []
    for looked_up in (grams.heading_looked_up(unit), grams.body_looked_up(unit)):
        probes = spread(looked_up)
        if probes:
            rarest = min(probes, key=lambda gram: counts.get(gram, 1))
            found.append(Door(rarest, counts.get(rarest, 1), grams.is_beginning(rarest)))
    known = [door for door in found if door.count]
    may_go_on = not unit.is_han and len(unit.text) >= text.BEGUN_MIN
    if may_go_on and not any(door.gram in counts for door in known):
        beginning = f"{grams.HEADING}{grams.WORD}{unit.text}"
        known.append(Door(beginning, 1, is_beginning=True))
    return known


def _of_query(query: Query, number: int, counts: Counts, filters: Filters) -> list[Scan]:
    entrances = {unit: doors(unit, counts) for unit in query.telling}
    if not all(entrances.values()):
        return []
    # A single character is not looked up in bodies: a scan does not begin with it if it can.
    units = [unit for unit in query.telling if not (unit.is_han and unit.is_lone)] or query.telling
    pivot = min(units, key=lambda unit: sum(door.count for door in entrances[unit]))
    others = tuple({"$expr": scans.holds(unit)} for unit in query.telling if unit is not pivot)
    itself = ({"$expr": scans.holds(pivot)},)
    rare = min(filters.grams, key=lambda gram: counts.get(gram, 0), default=None)
    if rare and counts.get(rare, 0) < sum(door.count for door in entrances[pivot]):
        checks = (*filters.checks, *itself, *others)
        return [Scan(rare, BODIES_MAX, checks, source=number)]
    found = []
    for door in entrances[pivot]:
        is_exact = door.gram.removeprefix(grams.HEADING) == pivot.text or not pivot.is_han
        checks = (*filters.checks, *(() if is_exact else itself), *others)
        usual = HEADINGS_MAX if door.gram.startswith(grams.HEADING) else BODIES_MAX
        limit = VARIANT_MAX if query.is_variant else usual
        found.append(Scan(door.gram, limit, checks, door.is_beginning, number))
    return found


def _of_title(query: Query, filters: Filters) -> list[Scan]:
    """Return scans for titles that are the query, or begin with it."""
    exact = Scan(grams.exact(query.core), BEGINNINGS_MAX, filters.checks, source=UNCLAIMED)
    return [exact, of_start(query.core, BEGINNINGS_MAX, filters)]


def of_start(typed: str, limit: int, filters: Filters) -> Scan:
    """Return the scan for titles that begin as typed, also in pinyin or by initials."""
    gram = grams.START + typed[: grams.START_MAX]
    is_long = len(typed) not in grams.START_SIZES
    return Scan(gram, limit, filters.checks, is_beginning=is_long, source=UNCLAIMED)


def of_headings(unit: Unit, limit: int) -> list[Scan]:
    """Return the scans for headings that hold a unit, or a word that begins like it."""
    found = [door for door in doors(unit, {}) if door.gram.startswith(grams.HEADING)]
    checks = () if not unit.is_han else ({"$expr": scans.holds(unit)},)
    return [Scan(door.gram, limit, checks, door.is_beginning, UNCLAIMED) for door in found]


def of_way(way: Way, counts: Counts, filters: Filters) -> Scan | None:
    """Return the scan for one way to read letters; none when one of its grams is nowhere."""
    if not all(counts.get(gram, 1) for gram in way):
        return None
    rarest = min(way, key=lambda gram: counts.get(gram, 1))
    others = [gram for gram in way if gram != rarest]
    checks = (*filters.checks, *({"keys": gram} for gram in others))
    return Scan(rarest, HEADINGS_MAX, checks, source=UNCLAIMED)


def probes(unit: Unit) -> list[str]:
    """Return the grams that are counted to find where a scan for a unit begins best."""
    return spread(grams.heading_looked_up(unit)) + spread(grams.body_looked_up(unit))


def _undecided(query: Query, filters: Filters) -> list[str]:
    """Return the grams to count for a query, if it leaves a choice.

    A word leaves one: if it stands nowhere, it may be the beginning of others.
    """
    found = [gram for unit in query.telling for gram in probes(unit)]
    has_word = any(not unit.is_han for unit in query.telling)
    has_choice = len(query.telling) > 1 or len(found) > 2 or filters.grams
    return found if has_choice or has_word else []


def spread(found: list[str]) -> list[str]:
    """Return at most `PROBES` of them, evenly spread."""
    step = -(-len(found) // PROBES)
    return found[::step] if found else []
