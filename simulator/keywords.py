"""Templates of subscription messages: which keywords they have, and what each may hold.

A template's id names its keywords: `sim-thing1-time2` has two. What a keyword may hold is the
platform's rule for its type, which is its name without the digits.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

PREFIX = "sim"
KEYWORD = re.compile(r"([a-z_]+)[0-9]{1,2}")
_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DAY = r"\d{4}(年\d{1,2}月\d{1,2}日|(?P<mark>[-/.])\d{1,2}(?P=mark)\d{1,2})"
_MOMENT = re.compile(rf"(?P<day>{_DAY})?\s?(?P<clock>{_CLOCK})?")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_AMOUNT = re.compile(r"[¥￥$€£]?\d{1,10}(\.\d+)?元?")
_PHONE = re.compile(r"[0-9+\-() ]{1,17}")
_PHRASE = re.compile(r"[\u4e00-\u9fff]{1,5}")
_ASCII = re.compile(r"[\x20-\x7e]{1,32}")
_NAME = re.compile(r"[\x20-\x7e·]{1,20}|.{1,10}")


def _is_thing(text: str) -> bool:
    return 1 <= len(text) <= 20 and not any(unicodedata.category(one) == "Cc" for one in text)


def _is_moment(text: str, needs: str) -> bool:
    """Tell whether a text is a moment, or two with ~ between, each with a day or a clock time."""
    found = [_MOMENT.fullmatch(part.strip()) for part in text.split("~")]
    return len(found) <= 2 and all(one is not None and one.group(needs) for one in found)


TYPES: Mapping[str, Callable[[str], bool]] = {
    "thing": _is_thing,
    "number": lambda text: len(text) <= 32 and bool(_NUMBER.fullmatch(text)),
    "letter": lambda text: 1 <= len(text) <= 32 and text.isascii() and text.isalpha(),
    "symbol": lambda text: 1 <= len(text) <= 5,
    "character_string": lambda text: bool(_ASCII.fullmatch(text)),
    "time": lambda text: _is_moment(text, "clock"),
    "date": lambda text: _is_moment(text, "day"),
    "amount": lambda text: bool(_AMOUNT.fullmatch(text)),
    "phone_number": lambda text: bool(_PHONE.fullmatch(text)),
    "car_number": lambda text: 1 <= len(text) <= 8,
    "name": lambda text: bool(_NAME.fullmatch(text)),
    "phrase": lambda text: bool(_PHRASE.fullmatch(text)),
}


def of_template(template: str) -> tuple[str, ...] | None:
    """Return the keywords of a template; None when there is no such template."""
    prefix, *keywords = template.split("-")
    types = [match and match.group(1) for match in map(KEYWORD.fullmatch, keywords)]
    if prefix != PREFIX or not keywords or any(one not in TYPES for one in types):
        return None
    return tuple(keywords)


def fault(template_keywords: tuple[str, ...], data: Mapping[str, object]) -> str | None:
    """Return the first keyword whose value is missing or breaks its rule; None when all hold."""
    for keyword in template_keywords:
        held = data.get(keyword)
        value = held.get("value") if isinstance(held, dict) else None
        kind = keyword.rstrip("0123456789")
        if not isinstance(value, str | int | float) or not TYPES[kind](str(value)):
            return keyword
    return None
