"""Pinyin in queries: which syllables letters may be, and whether they fit a title's readings.

Needs no dictionary: readings were looked up when the entry was written (`services.search.pinyin`).
"""

import re

INITIALS = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
FINALS = (
    "iang|iong|uang|iao|ian|ing|uai|uan|ang|eng|ong|ai|ei|ao|ou|an|en|er|ia|ie|iu|in|ua|uo|ui|un|"
    "ue|ve|vn|a|o|e|i|u|v"
)
SYLLABLE = re.compile(rf"(?:{INITIALS})?(?:{FINALS})")
READINGS_MAX = 8
LETTERS_MAX = 40

Readings = list[list[str]]


def cuts(letters: str) -> list[list[str]]:
    """Return ways to cut `letters` into syllables; a last one may be unfinished and is left out.

    `xian` is one syllable or two: both are tried, at most eight ways.
    """
    if len(letters) > LETTERS_MAX:
        return []
    found: list[list[str]] = []

    def go(rest: str, done: list[str]) -> None:
        if len(found) >= READINGS_MAX:
            return
        if not rest or (done and len(rest) < 6 and _may_begin(rest)):
            found.append(done)
            if not rest:
                return
        for size in range(min(6, len(rest)), 0, -1):
            if SYLLABLE.fullmatch(rest[:size]):
                go(rest[size:], [*done, rest[:size]])

    go(letters, [])
    return [cut for cut in found if cut]


def _may_begin(rest: str) -> bool:
    return re.fullmatch(rf"(?:{INITIALS})?[a-z]{{0,4}}", rest) is not None


def syllable_grams(cut: list[str]) -> list[str]:
    """Return the grams of syllables in a row: pairs, or the single one."""
    if len(cut) == 1:
        return [f"y:{cut[0]}"]
    return [f"y:{cut[i]}.{cut[i + 1]}" for i in range(len(cut) - 1)]


def initial_grams(letters: str) -> list[str]:
    """Return the grams of letters that may be the initials of syllables in a row."""
    return [f"i:{letters[i : i + 2]}" for i in range(len(letters) - 1)]


def fits(letters: str, readings: Readings) -> tuple[int, int] | None:
    """Return (start, end) of the characters whose readings `letters` spell, or None.

    Each character is spelt whole or by its initial; the last one may be unfinished.
    """
    for start in range(len(readings)):
        end = _spelt(letters, readings, start)
        if end is not None:
            return start, end
    return None


def _spelt(letters: str, readings: Readings, start: int) -> int | None:
    pending = [(0, start)]
    seen: set[tuple[int, int]] = set()
    while pending:
        used, position = pending.pop()
        if used == len(letters):
            return position
        if position == len(readings) or (used, position) in seen:
            continue
        seen.add((used, position))
        rest = letters[used:]
        for reading in readings[position]:
            if reading.startswith(rest):
                return position + 1
            if rest.startswith(reading[0]):
                pending.append((used + 1, position + 1))
            if rest.startswith(reading):
                pending.append((used + len(reading), position + 1))
    return None
