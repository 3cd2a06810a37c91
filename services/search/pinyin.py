"""Readings of Chinese characters, looked up when an entry is written.

A character with several readings (重, 行) is indexed under the most common ones: a visitor who
types any of them finds it. pypinyin's dictionary of phrases would choose one, at the price of
45 MB in every process that publishes.
"""

import functools
import importlib
import itertools
import os
from types import ModuleType

from services.search.syllables import Readings
from services.search.text import runs

READINGS_MAX = 3
SPELLINGS_MAX = 6


def readings(run: str) -> Readings:
    """Return for each character of a Chinese run its readings, the usual one first."""
    return [_of_character(character) for character in run]


def of_text(normalised: str) -> list[Readings]:
    """Return the readings of each Chinese run of a text."""
    return [readings(run) for run, chinese in runs(normalised) if chinese]


def spellings(found: Readings) -> list[str]:
    """Return how a run is spelt: each character by its first reading, then with another one."""
    first = [one[0] for one in found]
    spelt = ["".join(first)]
    for place, one in enumerate(found):
        spelt += ["".join([*first[:place], other, *first[place + 1 :]]) for other in one[1:]]
    return list(itertools.islice(dict.fromkeys(spelt), SPELLINGS_MAX))


@functools.lru_cache(maxsize=10_000)
def _of_character(character: str) -> list[str]:
    """Return readings without tones, ü as v; of a character that has none, itself."""
    library = _library()
    looked_up = library.pinyin(character, style=library.Style.NORMAL, heteronym=True, v_to_u=False)
    return list(dict.fromkeys(looked_up[0]))[:READINGS_MAX]


@functools.cache
def _library() -> ModuleType:
    """Return pypinyin, loaded when a process first writes an entry.

    Its tables take 14 MB: a web worker that only answers reads does without.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # read when it is imported
    return importlib.import_module("pypinyin")
