"""Readings of Chinese characters, looked up when an entry is written.

A character with several readings (重, 行) is indexed under the two most common ones: a visitor who
types either finds it. pypinyin's dictionary of phrases would choose one of them, at the price of
45 MB in every process that publishes.
"""

import itertools
import os

# Read by pypinyin when it is imported.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")

from pypinyin import Style, pinyin

from services.search.syllables import Readings
from services.search.text import runs

READINGS_MAX = 2


def readings(run: str) -> Readings:
    """Return for each character of a Chinese run its readings without tones, ü as v."""
    looked_up = pinyin(run, style=Style.NORMAL, heteronym=True, v_to_u=False, errors="ignore")
    return [list(dict.fromkeys(one))[:READINGS_MAX] for one in looked_up]


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
