"""How text is cut for search: normalised, then into characters, pairs, triples and word stems."""

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import snowballstemmer

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
RUN = re.compile(rf"[{HAN}]+|[a-z0-9]+(?:[.'][a-z0-9]+)*")
PINYIN_LETTERS = re.compile(r"[a-z]+")
# Words that say nothing: a query is not held to them.
STOP_WORDS = frozenset(
    {
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "how", "in", "is"),
        *("it", "of", "on", "or", "the", "to", "what", "where", "which", "with"),
    }
)

_stemmer = snowballstemmer.stemmer("english")


@dataclass(frozen=True)
class Unit:
    """A part of a query that must be found: a run of Chinese characters, or a word."""

    text: str
    is_han: bool

    @property
    def is_lone(self) -> bool:
        """Tell whether this is a single Chinese character."""
        return self.is_han and len(self.text) == 1

    @property
    def grams(self) -> tuple[str, ...]:
        """Return what a scan for this unit may begin with."""
        return tuple(han_grams(self.text)) if self.is_han else (word_gram(self.text),)


def normalise(text: str) -> str:
    """Return `text` in lower case and half width, character by character.

    Positions stay as they are, so that what is found here is found in the original too.
    """
    return "".join(_normal(character) for character in text)


@functools.lru_cache(maxsize=20_000)
def _normal(character: str) -> str:
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def runs(normalised: str) -> Iterator[tuple[str, bool]]:
    """Yield (text, whether it is Chinese) of each run of characters, or word."""
    for match in RUN.finditer(normalised):
        text = match.group()
        yield text, text[0] > "z"


def units(query: str) -> list[Unit]:
    """Cut a query into the parts that must be found."""
    found = [Unit(text, is_han) for text, is_han in runs(normalise(query))]
    telling = [unit for unit in found if unit.is_han or unit.text not in STOP_WORDS]
    return list(dict.fromkeys(telling or found))


def han_grams(run: str) -> Iterator[str]:
    """Yield what stands for a run in a query: triples, or the pair, or the character."""
    size = min(len(run), 3)
    for start in range(len(run) - size + 1):
        yield run[start : start + size]


def word_gram(word: str) -> str:
    """Return the gram of a word: its stem."""
    return "w:" + stem(word)


@functools.lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of an English word; numbers stay as they are."""
    stemmed: str = _stemmer.stemWord(word)
    return stemmed


def grams(normalised: str, *, single: bool = False) -> set[str]:
    """Return the grams of a text; single characters too when `single`."""
    found: set[str] = set()
    for run, is_han in runs(normalised):
        if not is_han:
            found.add(word_gram(run))
            continue
        for size in (1, 2, 3) if single else (2, 3):
            found.update(run[i : i + size] for i in range(len(run) - size + 1))
    return found


def pairs(unit: Unit) -> list[str]:
    """Return the grams by which a unit is found loosely: pairs of characters, or its stem."""
    if not unit.is_han or len(unit.text) < 2:
        return list(unit.grams)
    return [unit.text[i : i + 2] for i in range(len(unit.text) - 1)]


def letters(found: list[Unit]) -> str | None:
    """Return a query of Latin letters only as one string, which may be pinyin; else None."""
    joined = "".join(unit.text.replace("'", "") for unit in found)
    return joined if PINYIN_LETTERS.fullmatch(joined) else None
