"""The grams under which an entry is found: what stands in it, cut small enough to be looked up.

An entry holds them in one array with one index, told apart by how they begin. A query looks up one
gram, the rarest, and checks the rest in what it finds.

`^` stands before what is in a heading: the title and the names (tags, companies, links of a chain).
Headings have runs of up to four Chinese characters, bodies runs of two and four: three are found
as the beginning of four. That keeps the index small, and a rare phrase is rare in it even when it
is made of common characters.
"""

from collections.abc import Iterable, Iterator

from services.search.syllables import Readings
from services.search.text import Unit, runs, stem

HEADING, STEM, WORD, EXACT, START = "^", "s:", "w:", "=", "<"
SYLLABLES, INITIALS = "y:", "i:"
KIND, TRACK = "k:", "t:"
TITLE_SIZES, NAME_SIZES, BODY_SIZES = (1, 2, 3, 4), (2, 3, 4), (2, 4)
LONGEST = 4
# Beginnings of this size are grams of their own, in the order of rank; longer ones are looked up
# as a range.
START_SIZES = (1, 2)
START_MAX, EXACT_MAX = 40, 80
# A range of grams that begin alike ends before this.
LAST = "\U0010ffff"


def of_heading(normalised: str, *, is_title: bool) -> Iterator[str]:
    """Yield the grams of a title or of names."""
    for run, chinese in runs(normalised):
        if chinese:
            for size in TITLE_SIZES if is_title else NAME_SIZES:
                yield from (HEADING + part for part in _parts(run, size))
        else:
            yield f"{HEADING}{STEM}{stem(run)}"
            yield f"{HEADING}{WORD}{run}"


def of_body(normalised: str) -> Iterator[str]:
    """Yield the grams of other text."""
    for run, chinese in runs(normalised):
        if chinese:
            for size in BODY_SIZES:
                yield from _parts(run, size)
            yield run[-3:]  # the only three with which no four begin
        else:
            yield STEM + stem(run)


def of_start(beginning: str) -> Iterator[str]:
    """Yield the grams by which a title is suggested while `beginning` is being typed."""
    yield from (START + beginning[:size] for size in START_SIZES)
    yield START + beginning[:START_MAX]


def exact(core: str) -> str:
    """Return the gram of a whole title."""
    return EXACT + core[:EXACT_MAX]


def of_readings(readings: Readings, *, is_title: bool) -> Iterator[str]:
    """Yield the grams by which a run is found in pinyin, in full or by initials.

    A name is looked for by more than one syllable.
    """
    initials = [sorted({reading[0] for reading in one}) for one in readings]
    if is_title:
        yield from (SYLLABLES + reading for one in readings for reading in one)
        yield from (INITIALS + "".join(row) for row in _rows(initials, 2))
    yield from (SYLLABLES + ".".join(row) for row in _rows(readings, 2))
    yield from (INITIALS + "".join(row) for row in _rows(initials, 3))


def heading_looked_up(unit: Unit) -> list[str]:
    """Return the grams of which every heading that holds `unit` has each."""
    if not unit.is_han:
        return [f"{HEADING}{STEM}{stem(unit.text)}"]
    return [HEADING + part for part in _parts(unit.text, min(len(unit.text), LONGEST))]


def body_looked_up(unit: Unit) -> list[str]:
    """Return the grams of which every body that holds `unit` has each.

    A run of three is the beginning of such a gram; a single character is not looked up.
    """
    if not unit.is_han:
        return [STEM + stem(unit.text)]
    if unit.is_lone:
        return []
    return list(_parts(unit.text, min(len(unit.text), LONGEST)))


def is_beginning(gram: str) -> bool:
    """Tell whether a body's gram is looked up as the beginning of longer ones."""
    return len(gram) == 3 and ":" not in gram


def _parts(run: str, size: int) -> Iterator[str]:
    return (run[start : start + size] for start in range(len(run) - size + 1))


def _rows(choices: Iterable[list[str]], size: int) -> Iterator[tuple[str, ...]]:
    """Yield each way to read `size` characters in a row."""
    every = list(choices)
    for start in range(len(every) - size + 1):
        rows: list[tuple[str, ...]] = [()]
        for one in every[start : start + size]:
            rows = [(*row, reading) for row in rows for reading in one]
        yield from rows
