"""Queries in letters that may be pinyin: what to look up, and whether a heading reads so."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services.search import grams, scans, syllables, text
from services.search.asked import Query, Row
from services.search.syllables import Readings
from services.search.text import Unit


@dataclass(frozen=True)
class Way:
    """One way to read letters: the grams that an entry must have, and what else must hold."""

    grams: tuple[str, ...]
    checks: tuple[Row, ...] = field(default=())


def ways(query: Query) -> list[Way]:
    """Return the ways to read a query in letters: syllables in a row, initials, word by word."""
    letters = text.letters(query.units)
    found = []
    if letters:
        if len(letters) > 1:
            found.append(Way(tuple(_initials(letters))))
        found += [Way(tuple(_syllables(cut))) for cut in syllables.cuts(letters)]
    words = _word_by_word(query.telling)
    return [*found, words] if words else found


def reads(letters: str, spelt: Mapping[str, str], part: str) -> tuple[int, int, int] | None:
    """Return (run, start, end) of the first characters of a part that letters spell, or None."""
    for number, readings in enumerate(read_runs(spelt, part)):
        place = syllables.fits(letters, readings)
        if place is not None:
            return number, *place
    return None


def read_runs(spelt: Mapping[str, str], part: str) -> list[Readings]:
    """Return the readings of a part's runs."""
    return syllables.read(spelt.get(part, ""))


def _word_by_word(units: list[Unit]) -> Way | None:
    """Return how several units may be read, those in letters as pinyin: `chengyang dianchi`."""
    if len(units) < 2:
        return None
    found: list[str] = []
    checks: list[Any] = []
    for unit in units:
        cut = _whole_cut(unit)
        if cut:
            found += _syllables(cut)
        else:
            checks.append({"$expr": scans.holds(unit)})
    return Way(tuple(dict.fromkeys(found)), tuple(checks)) if found else None


def _whole_cut(unit: Unit) -> list[str] | None:
    """Return the first way to cut a word into whole syllables, two at least."""
    if unit.is_han or not text.LATIN.fullmatch(unit.text):
        return None
    cuts = [cut for cut in syllables.cuts(unit.text) if "".join(cut) == unit.text]
    return next((cut for cut in cuts if len(cut) > 1), None)


def _syllables(cut: list[str]) -> list[str]:
    """Return the grams of syllables in a row: pairs, or the single one."""
    if len(cut) == 1:
        return [grams.SYLLABLES + cut[0]]
    return [f"{grams.SYLLABLES}{cut[i]}.{cut[i + 1]}" for i in range(len(cut) - 1)]


def _initials(letters: str) -> list[str]:
    """Return the grams of letters that may be the initials of characters in a row."""
    size = min(len(letters), 3)
    return [grams.INITIALS + letters[i : i + size] for i in range(len(letters) - size + 1)]
