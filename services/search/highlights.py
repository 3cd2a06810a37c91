"""Where in a hit the query stands: offsets, never HTML; the client draws them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.search import extract, loose, ranking, spelling, text
from services.search.asked import Query
from services.search.text import Unit

BEFORE, LENGTH = 20, 90

Range = list[int]


def mark(
    texts: Mapping[str, str],
    spelt: Mapping[str, str],
    queries: Sequence[Query],
    terms: Sequence[Unit],
) -> dict[str, Any]:
    """Return ranges `[start, end)` of title and summary in code points, and a snippet.

    `terms` are what to mark. The snippet is a piece of the body that holds most of them, with
    ranges of its own; None when the body holds none.
    """
    shown = extract.parts(texts["head"])
    title = text.lower(shown["title"])
    found = _ranges(title, terms)
    letters = text.letters(queries[0].units)
    if not found and letters:
        found = _spelt(title, letters, spelt)
    return {
        "title": found,
        "summary": _ranges(text.lower(shown["summary"]), terms),
        "snippet": _snippet(texts["body"], terms),
    }


def terms_of(queries: Sequence[Query], *, partly: bool) -> list[Unit]:
    """Return what is marked: the queries in one piece and each of their telling units.

    When hits have a part of the query only, its pairs of characters are marked too.
    """
    mixed = [query for query in queries if len({unit.is_han for unit in query.units}) > 1]
    wholes = [Unit(query.whole, is_han=True) for query in mixed]
    units = [unit for query in queries for unit in query.telling]
    parts = [part for query in queries for part in loose.possible(query)] if partly else []
    return list(dict.fromkeys([*wholes, *units, *parts]))


def _ranges(part: str, terms: Sequence[Unit]) -> list[Range]:
    """Return the places of the terms in a text, merged where they touch."""
    places = sorted(place for unit in terms for place in _places(part, unit))
    merged: list[Range] = []
    for start, end in places:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def _places(part: str, unit: Unit) -> Iterator[tuple[int, int]]:
    if not unit.is_han:
        for match in text.WORD.finditer(part):
            if ranking.likeness(match.group(), unit):
                yield match.span()
        return
    start = part.find(unit.text)
    while start >= 0:
        yield start, start + len(unit.text)
        start = part.find(unit.text, start + 1)


def _spelt(title: str, letters: str, spelt: Mapping[str, str]) -> list[Range]:
    place = spelling.reads(letters, spelt, "title")
    if place is None:
        return []
    number, start, end = place
    chinese = [match.start() for match in text.RUN.finditer(title) if text.is_han(match.group())]
    return [[chinese[number] + start, chinese[number] + end]]


def _snippet(body: str, terms: Sequence[Unit]) -> dict[str, Any] | None:
    ranges = _ranges(text.lower(body), terms)
    if not ranges:
        return None
    begin = _begin(body, max(ranges, key=lambda one: (_covered(ranges, one[0]), -one[0]))[0])
    end = min(len(body), begin + LENGTH)
    inside = [
        [max(a, begin) - begin, min(b, end) - begin] for a, b in ranges if a < end and b > begin
    ]
    return {"text": body[begin:end].replace("\n", " "), "ranges": inside}


def _covered(ranges: Sequence[Range], start: int) -> int:
    """Return how many characters are marked in the piece that begins around `start`."""
    end = start - BEFORE + LENGTH
    return sum(min(b, end) - a for a, b in ranges if start <= a < end)


def _begin(body: str, first: int) -> int:
    """Return where a piece begins: a line, a sentence or a word shortly before the first place."""
    earliest = max(0, first - BEFORE)
    before = body[earliest:first]
    for ends in ("\n", "。！？；", "，、 "):
        place = max((before.rfind(one) for one in ends), default=-1)
        if place >= 0:
            return earliest + place + 1
    return earliest
