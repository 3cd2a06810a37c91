"""Readings of Chinese characters, looked up when an entry is written.

A character with several readings (重, 行) is indexed under the two most common ones: a visitor who
types either finds it. pypinyin's dictionary of phrases would choose one of them, at the price of
45 MB in every process that publishes.
"""

import functools
import importlib
import itertools
import os
from types import ModuleType

from services.search.syllables import Readings
from services.search.text import runs

READINGS_MAX = 2


def readings(run: str) -> Readings:
    """Return for each character of a Chinese run its readings without tones, ü as v."""
    library = _library()
    looked_up = library.pinyin(
        run, style=library.Style.NORMAL, heteronym=True, v_to_u=False, errors="ignore"
    )
    return [list(dict.fromkeys(one))[:READINGS_MAX] for one in looked_up]


@functools.cache
def _library() -> ModuleType:
    """Return pypinyin, loaded when a process first writes an entry.

    Its tables take 14 MB: a web worker that only answers reads does without.
    """
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")  # read when it is imported
    return importlib.import_module("pypinyin")


def grams(found: Readings) -> set[str]:
    """Return the grams by which a run's readings are found."""
    result = {f"y:{reading}" for one in found for reading in one}
    for one, other in itertools.pairwise(found):
        for left in one:
            for right in other:
                result.add(f"y:{left}.{right}")
                result.add(f"i:{left[0]}{right[0]}")
    return result


def of_text(normalised: str) -> list[Readings]:
    """Return the readings of each Chinese run of a text."""
    return [readings(run) for run, is_han in runs(normalised) if is_han]
