"""Where in a hit the query stands: offsets, never HTML; the client draws them."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.search import syllables, text
from services.search.ranking import Query
from services.search.text import Unit

BEFORE, LENGTH = 20, 90

Range = list[int]


def mark(
    texts: Mapping[str, str], readings: list[list[list[str]]], queries: list[Query]
) -> dict[str, Any]:
    """Return ranges `[start, end)` of title and summary in code points, and a snippet.

    The snippet is a piece of the body around the first place, with ranges of its own; None when
    the body does not hold the query.
    """
    units = list(dict.fromkeys(unit for query in queries for unit in query.units))
    title = texts.get("title", "")
    found = _ranges(title, units)
    letters = text.letters(list(queries[0].units))
    if not found and letters:
        found = _spelt(title, letters, readings)
    return {
        "title": found,
        "summary": _ranges(texts.get("summary", ""), units),
        "snippet": _snippet(texts.get("body", ""), units),
    }


def _ranges(part: str, units: list[Unit]) -> list[Range]:
    """Return the places of the units in a text, merged where they touch."""
    places = sorted(place for unit in units for place in _places(part, unit))
    merged: list[Range] = []
    for start, end in places:
        if merged and start <= merged[-1][1]:
            merged[-1][1] = max(merged[-1][1], end)
        else:
            merged.append([start, end])
    return merged


def _places(part: str, unit: Unit) -> Iterator[tuple[int, int]]:
    if unit.is_han:
        start = part.find(unit.text)
        while start >= 0:
            yield start, start + len(unit.text)
            start = part.find(unit.text, start + len(unit.text))
        return
    wanted = text.stem(unit.text)
    for match in text.RUN.finditer(part):
        if text.stem(match.group()) == wanted or match.group().startswith(unit.text):
            yield match.span()


def _spelt(title: str, letters: str, readings: list[list[list[str]]]) -> list[Range]:
    starts = [match.start() for match in text.RUN.finditer(title) if match.group()[0] > "z"]
    for start, run in zip(starts, readings, strict=False):
        place = syllables.fits(letters, run)
        if place is not None:
            return [[start + place[0], start + place[1]]]
    return []


def _snippet(body: str, units: list[Unit]) -> dict[str, Any] | None:
    ranges = _ranges(body, units)
    if not ranges:
        return None
    begin = max(0, ranges[0][0] - BEFORE)
    end = min(len(body), begin + LENGTH)
    inside = [[a - begin, min(b, end) - begin] for a, b in ranges if a < end]
    piece = body[begin:end].replace("\n", " ")
    return {"text": piece, "ranges": inside}
