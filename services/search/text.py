"""How text is read for search: tidied, cut into runs of Chinese and words, stemmed."""

import functools
import itertools
import re
import threading
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import snowballstemmer

HAN = "\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U000323af"
RUN = re.compile(rf"[{HAN}]+|[^\W_{HAN}]+(?:[.'’][^\W_{HAN}]+)*")
WORD = re.compile(rf"[^\W_{HAN}]+(?:[.'’][^\W_{HAN}]+)*")
IS_HAN = re.compile(rf"[{HAN}]")
LATIN = re.compile(r"[a-z]+")
# From this length on what is typed may be the beginning of a word.
BEGUN_MIN = 3
# Words that say nothing: a query is not held to them.
STOP_WORDS = frozenset(
    {
        *("a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "by", "can", "could"),
        *("did", "do", "does", "for", "from", "get", "has", "have", "how", "i", "if", "in", "into"),
        *("is", "it", "its", "me", "my", "of", "on", "or", "our", "shall", "should", "that"),
        *("the", "their", "there", "these", "they", "this", "to", "us", "was", "we", "were"),
        *("what", "when", "where", "which", "who", "whom", "why", "will", "with", "would"),
        *("you", "your"),
    }
)


class _Stemmer(threading.local):
    """A stemmer for each thread: the one in C, used where it is installed, is not to be shared."""

    def __init__(self) -> None:
        self.stem: Any = snowballstemmer.stemmer("english").stemWord


_stemmer = _Stemmer()


@dataclass(frozen=True)
class Unit:
    """A part of a query that must be found: a run of Chinese characters, or a word."""

    text: str
    is_han: bool

    @property
    def is_lone(self) -> bool:
        """Tell whether this is a single character, which says little beside others."""
        return len(self.text) == 1

    @functools.cached_property
    def beginning(self) -> str:
        """Return how every form of a word begins: `energ` of energy, `compan` of companies."""
        pairs = zip(self.text, stem(self.text).removesuffix("i"), strict=False)
        alike = itertools.takewhile(lambda pair: pair[0] == pair[1], pairs)
        return "".join(one for one, _ in alike) or self.text


class _Tidying(dict[int, str]):
    """Maps each character to how it is kept, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        kept = self[code] = _kept(chr(code))
        return kept


def _kept(character: str) -> str:
    """Return letters and digits in their usual form, without accents; control characters go."""
    category = unicodedata.category(character)
    if category == "Cc" and character != "\n":
        return " "
    if category[0] not in "LN":
        return character
    plain = unicodedata.normalize("NFKC", character)
    base = unicodedata.normalize("NFD", plain)[:1]
    if base.isascii() and base.isalnum() and len(plain) == 1:
        return base
    return plain if len(plain) == 1 else character


_tidying = _Tidying()


def tidy(text: str) -> str:
    """Return `text` in half width, character by character: positions and case stay."""
    return text.translate(_tidying)


def lower(text: str) -> str:
    """Return `text` in lower case, character by character: positions stay."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(one.lower() if len(one.lower()) == 1 else one for one in text)


def normalise(text: str) -> str:
    """Return `text` as it is compared: tidy, in lower case, each character where it was."""
    return lower(tidy(text))


def is_han(text: str) -> bool:
    """Tell whether a run is Chinese."""
    return IS_HAN.match(text) is not None


def runs(normalised: str) -> Iterator[tuple[str, bool]]:
    """Yield (text, whether it is Chinese) of each run of characters, or word."""
    for match in RUN.finditer(normalised):
        text = match.group()
        yield text, is_han(text)


def core(normalised: str) -> str:
    """Return a text without what nobody types: punctuation, and spaces but between words."""
    pieces: list[str] = []
    was_word = False
    for text, chinese in runs(normalised):
        if was_word and not chinese:
            pieces.append(" ")
        pieces.append(text)
        was_word = not chinese
    return "".join(pieces)


def units(normalised: str) -> list[Unit]:
    """Cut a query into the parts that must be found."""
    found = [Unit(text, chinese) for text, chinese in runs(normalised)]
    telling = [unit for unit in found if unit.is_han or unit.text not in STOP_WORDS]
    return list(dict.fromkeys(telling or found))


@functools.lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return the stem of an English word; numbers and other scripts stay as they are."""
    stemmed: Any = _stemmer.stem(word)
    return str(stemmed)


def letters(found: Sequence[Unit]) -> str | None:
    """Return a query of Latin letters only as one string, which may be pinyin; else None."""
    joined = "".join(unit.text.replace("'", "").replace("’", "") for unit in found)
    return joined if LATIN.fullmatch(joined) else None
