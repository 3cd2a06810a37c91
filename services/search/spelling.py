"""Queries in letters that may be pinyin: what to look up, and whether a heading reads so."""

from collections.abc import Mapping, Sequence

from services.search import grams, syllables, text
from services.search.syllables import Readings
from services.search.text import Unit

# The grams that an entry must have, each of them.
Way = tuple[str, ...]


def ways(units: Sequence[Unit]) -> list[Way]:
    """Return the ways to read a query in letters: as initials, as syllables in a row."""
    letters = text.letters(units)
    if not letters:
        return []
    initials = [tuple(_initials(letters))] if len(letters) > 1 else []
    return [*initials, *(tuple(_syllables(cut)) for cut in syllables.cuts(letters))]


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


def _syllables(cut: list[str]) -> list[str]:
    """Return the grams of syllables in a row: pairs, or the single one."""
    if len(cut) == 1:
        return [grams.SYLLABLES + cut[0]]
    return [f"{grams.SYLLABLES}{cut[i]}.{cut[i + 1]}" for i in range(len(cut) - 1)]


def _initials(letters: str) -> list[str]:
    """Return the grams of letters that may be the initials of characters in a row."""
    size = min(len(letters), 3)
    return [grams.INITIALS + letters[i : i + size] for i in range(len(letters) - size + 1)]
