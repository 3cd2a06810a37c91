"""What a keyword of a template may hold, by its type: texts are made to fit.

The rules are the platform's, which refuses a message that breaks one (47003). Lengths count UTF-16
units: whichever way the platform counts, no more than it takes. What a reader sees as one
character is never cut apart.
"""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from core.clock import SHANGHAI

KEYWORD = re.compile(r"([a-z_]+?)[0-9]{1,2}")
THING_MAX, PHRASE_MAX, SHORT_MAX, STRING_MAX = 20, 5, 5, 32
NAME_MAX, LATIN_NAME_MAX, PHONE_MAX, PLATE_MAX = 10, 20, 17, 8
NOTHING = "-"
MORE = "…"
_HAN = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{1,10})?")
_AMOUNT = re.compile(r"[¥￥$€£]?[0-9]{1,10}(\.[0-9]{1,2})?元?")
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):[0-5][0-9]")
_JOINER = "\u200d"
_SKIN = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAGS = range(0x1F1E6, 0x1F200)


def kind_of(keyword: str) -> str | None:
    """Return the type of a keyword (`thing` of `thing1`); None when there is no such type."""
    match = KEYWORD.fullmatch(keyword)
    return match.group(1) if match and match.group(1) in _RULES else None


def fitted(keyword: str, text: str) -> str | None:
    """Return a text as the keyword can hold it; None when nothing of it can stand there."""
    kind = kind_of(keyword)
    return None if kind is None else _RULES[kind](_in_one_line(text))


def cut(text: str, maximum: int) -> str:
    """Return a text of at most so many characters; what is cut off is told by `…`."""
    if _length(text) <= maximum:
        return text
    return _beginning(text, maximum - 1).rstrip() + MORE


def _beginning(text: str, maximum: int) -> str:
    kept, length = [], 0
    for piece in _pieces(text):
        length += _length(piece)
        if length > maximum:
            break
        kept.append(piece)
    return "".join(kept)


def _length(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _pieces(text: str) -> Iterator[str]:
    """Yield what a reader sees as one character: emoji with all that is joined to them, flags."""
    piece = ""
    for character in text:
        if piece and not _belongs(piece, character):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def _belongs(piece: str, character: str) -> bool:
    code = ord(character)
    if piece[-1] == _JOINER or character == _JOINER or code in _SKIN or code in _TAGS:
        return True
    if code in _FLAGS:  # two make a flag
        return len(piece) == 1 and ord(piece) in _FLAGS
    return unicodedata.category(character) in ("Mn", "Me", "Mc")


def _in_one_line(text: str) -> str:
    plain = "".join(" " if unicodedata.category(one) == "Cc" else one for one in text)
    return " ".join(plain.split())


def _thing(text: str) -> str:
    return cut(text, THING_MAX) or NOTHING


def _phrase(text: str) -> str | None:
    return "".join(_HAN.findall(text))[:PHRASE_MAX] or None


def _name(text: str) -> str | None:
    kept = "".join(one for one in text if unicodedata.category(one)[0] in "LMZP")
    maximum = LATIN_NAME_MAX if kept.isascii() else NAME_MAX
    return _beginning(kept.strip(), maximum).rstrip() or None


def _ascii(text: str) -> str | None:
    return "".join(one for one in text if " " <= one <= "~").strip()[:STRING_MAX] or None


def _letters(text: str) -> str | None:
    return "".join(one for one in text if one.isascii() and one.isalpha())[:STRING_MAX] or None


def _phone(text: str) -> str | None:
    kept = "".join(one for one in text if one in "0123456789+-")
    return kept if 0 < len(kept) <= PHONE_MAX else None


def _matching(pattern: re.Pattern[str]) -> Callable[[str], str | None]:
    return lambda text: text if pattern.fullmatch(text) else None


def _time(text: str) -> str | None:
    if _CLOCK.fullmatch(text):
        return text
    moment = _moment(text)
    return None if moment is None else f"{_day(moment)} {moment:%H:%M}"


def _date(text: str) -> str | None:
    moment = _moment(text)
    return None if moment is None else _day(moment)


def _moment(text: str) -> dt.datetime | None:
    """Read ISO 8601; without an offset it is the time in Shanghai, where people read it."""
    try:
        found = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is None else found.astimezone(SHANGHAI)


def _day(moment: dt.datetime) -> str:
    return f"{moment.year}年{moment.month}月{moment.day}日"


_RULES: Mapping[str, Callable[[str], str | None]] = {
    "thing": _thing,
    "phrase": _phrase,
    "name": _name,
    "number": _matching(_NUMBER),
    "amount": _matching(_AMOUNT),
    "letter": _letters,
    "symbol": lambda text: _beginning(text, SHORT_MAX) or None,
    "character_string": _ascii,
    "phone_number": _phone,
    "car_number": lambda text: text if 0 < len(text) <= PLATE_MAX else None,
    "time": _time,
    "date": _date,
}
