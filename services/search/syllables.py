"""Pinyin in queries: which syllables letters may be, and whether they fit what a text reads as.

Needs no dictionary: readings were looked up when the entry was written (`services.search.pinyin`).
"""

import itertools
from collections.abc import Iterator

# The finals that follow each initial.
FINALS = {
    "": "a ai an ang ao e ei en eng er o ou",
    "b": "a ai an ang ao ei en eng i ian iao ie in ing o u",
    "c": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "ch": "a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo",
    "d": "a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo",
    "f": "a an ang ei en eng o ou u",
    "g": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "h": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "j": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "k": "a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo",
    "l": "a ai an ang ao e ei eng i ia ian iang iao ie in ing iu o ong ou u uan ue un uo v ve",
    "m": "a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u",
    "n": "a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan ue un uo v ve",
    "p": "a ai an ang ao ei en eng i ian iao ie in ing o ou u",
    "q": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "r": "an ang ao e en eng i ong ou u ua uan ui un uo",
    "s": "a ai an ang ao e en eng i ong ou u uan ui un uo",
    "sh": "a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo",
    "t": "a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo",
    "w": "a ai an ang ei en eng o u",
    "x": "i ia ian iang iao ie in ing iong iu u uan ue un",
    "y": "a an ang ao e i in ing o ong ou u uan ue un",
    "z": "a ai an ang ao e ei en eng i ong ou u uan ui un uo",
    "zh": "a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo",
}
SYLLABLES = frozenset(initial + one for initial, ends in FINALS.items() for one in ends.split())
BEGINNINGS = frozenset(one[:size] for one in SYLLABLES for size in range(1, len(one) + 1))
SYLLABLE_MAX = 6
# Ways that are tried: of all, those that use every letter, those whose last syllable is begun.
EVERY_MAX, WHOLE_MAX, BEGUN_MAX = 64, 3, 2
LETTERS_MAX = 40
# How a stored reading is written: runs, characters of a run, readings of a character.
RUN, CHARACTER, READING = "|", " ", "/"

Readings = list[list[str]]


def written(runs: list[Readings]) -> str:
    """Return readings of runs as they are stored."""
    return RUN.join(CHARACTER.join(READING.join(one) for one in run) for run in runs)


def read(stored: str) -> list[Readings]:
    """Return what `written` stored."""
    return [
        [one.split(READING) for one in run.split(CHARACTER)] for run in stored.split(RUN) if run
    ]


def cuts(letters: str) -> list[list[str]]:
    """Return the likeliest ways to cut `letters` into syllables; the last may be unfinished.

    An unfinished one is left out. `xian` is one syllable or two: where Chinese spelling would set
    an apostrophe (xi'an), a cut is less likely.
    """
    if len(letters) > LETTERS_MAX:
        return []
    whole: list[list[str]] = []
    begun: list[list[str]] = []
    for cut in itertools.islice(_ways(letters, 0, {}), EVERY_MAX):
        (whole if sum(map(len, cut)) == len(letters) else begun).append(cut)
    return sorted(whole, key=_unlikely)[:WHOLE_MAX] + sorted(begun, key=_unlikely)[:BEGUN_MAX]


def _ways(letters: str, start: int, dead: dict[int, bool]) -> Iterator[list[str]]:
    """Yield the ways to cut what follows `start`; `dead` are places from which there is none."""
    rest = letters[start:]
    if not rest or (start and rest in BEGINNINGS):
        yield []
    if not rest or dead.get(start):
        return
    is_dead = True
    for size in range(min(SYLLABLE_MAX, len(rest)), 0, -1):
        if rest[:size] in SYLLABLES:
            for way in _ways(letters, start + size, dead):
                is_dead = False
                yield [rest[:size], *way]
    dead[start] = is_dead


def _unlikely(cut: list[str]) -> tuple[int, int, int]:
    """Return what sorts likely ways first: few apostrophes, much that is cut, few syllables."""
    apostrophes = sum(syllable[0] in "aoe" for syllable in cut[1:])
    return apostrophes, -sum(map(len, cut)), len(cut)


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
