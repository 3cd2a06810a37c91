"""What the audit log may hold of a change: no secrets, personal data masked, bounded in size.

Both the name of a field and the shape of a text decide; a text is never taken for harmless
because its field has an unknown name.
"""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from bson.decimal128 import Decimal128

from core.canonical import decimal_text

STRUCK_OUT = "***"
TEXT_MAX = 2_000
# Looked at beyond the cut, so that what lies across it is still known by its shape.
MARGIN = 200
ELEMENTS_MAX = 200
DEPTH_MAX = 12

# Parts of field names, after lower-casing and cutting at _ - . and capitals.
SECRET_NAMES = frozenset(
    {
        *("password", "passwd", "passphrase", "secret", "secrets", "token", "tokens", "credential"),
        *("credentials", "cookie", "cookies", "authorization", "csrf", "otp", "totp", "recovery"),
        *("hash", "salt", "signature", "ciphertext", "openid", "unionid", "pin", "session_key"),
    }
)
SECRET_PHRASES = frozenset({"api_key", "private_key", "secret_key", "session_key", "js_code"})
PERSONAL_NAMES = frozenset(
    {
        *("phone", "phones", "mobile", "mobiles", "telephone", "tel", "fax", "email", "emails"),
        *("mail", "plate", "plates", "passport", "idcard", "companions", "wechat", "birthday"),
    }
)
PERSONAL_PHRASES = frozenset({"id_card", "id_number", "contact_name", "contact_person"})
# Whether there is a secret, and since when, is no secret.
HARMLESS = (bool, dt.datetime)
WORDS = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")

SHAPES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    # Secrets: password hashes, addresses of second factors, bearer tokens, signed tokens,
    # user and password in an address.
    (re.compile(r"\$(?:argon2\w*|2[aby]|scrypt|pbkdf2[\w-]*)\$\S+"), lambda _: STRUCK_OUT),
    (re.compile(r"(?i)otpauth://\S+"), lambda _: STRUCK_OUT),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), lambda _: STRUCK_OUT),
    (re.compile(r"\beyJ[\w-]{8,}\.[\w-]+\.?[\w-]*"), lambda _: STRUCK_OUT),
    (re.compile(r"(?<=://)[^\s/:@]*:[^\s/@]+(?=@)"), lambda _: STRUCK_OUT),
    # Personal data: e-mail, identity card, mobile number, any written in groups.
    (
        re.compile(r"(?<![A-Za-z0-9.+_-])[A-Za-z0-9.+_-]+@([\w-]{1,63}(?:\.[\w-]{1,63}){1,8})"),
        lambda found: f"{found[0][0]}{STRUCK_OUT}@{found[1]}",
    ),
    (
        re.compile(r"(?<![0-9A-Za-z])([1-9]\d{5})(?:18|19|20)\d{9}([0-9Xx])(?![0-9A-Za-z])"),
        lambda found: f"{found[1][:3]}{'*' * 14}{found[2]}",
    ),
    (
        re.compile(
            r"(?<![0-9A-Za-z])((?:\+?86[ -]?)?1[3-9]\d)[ -]?\d{4}[ -]?(\d{4})(?![0-9A-Za-z])"
        ),
        lambda found: f"{found[1]}****{found[2]}",
    ),
)


def difference(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return both without what they share; one that is None stays None, the other whole."""
    if before is None or after is None:
        return (dict(before) if before is not None else None), (
            dict(after) if after is not None else None
        )
    missing = object()
    names = [
        name
        for name in {**before, **after}
        if before.get(name, missing) != after.get(name, missing)
    ]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def masked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields as the log may hold them, in types that MongoDB and JSON have."""
    found: dict[str, Any] = _plain(fields, 0)
    return found


def masked_text(text: str) -> str:
    """Return a text without what has the shape of a secret or of personal data, cut to size.

    What is cut off is not looked at, so that a long text costs no more; its hash tells whether
    it changed.
    """
    kept = text[: TEXT_MAX + MARGIN]
    for pattern, replace in SHAPES:
        kept = pattern.sub(replace, kept)
    if len(text) > TEXT_MAX:
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:16]
        kept = f"{kept[:TEXT_MAX]}… ({len(text)} characters, {digest})"
    return kept


def _named(name: str, value: Any, depth: int) -> Any:
    """Return the value of a field of that name."""
    words = [word.lower() for word in WORDS.findall(name)]
    phrase = "_".join(words)
    if _holds(words, phrase, SECRET_NAMES, SECRET_PHRASES) and not isinstance(value, HARMLESS):
        return STRUCK_OUT if value not in (None, "", [], {}) else value
    if _holds(words, phrase, PERSONAL_NAMES, PERSONAL_PHRASES):
        return _personal(value, depth)
    return _plain(value, depth)


def _holds(words: list[str], phrase: str, names: frozenset[str], phrases: frozenset[str]) -> bool:
    return not names.isdisjoint(words) or any(one in phrase for one in phrases)


def _personal(value: Any, depth: int) -> Any:
    """Return personal data so that one can tell two values apart, and no more."""
    if isinstance(value, Mapping):
        return {str(name): _personal(inner, depth + 1) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_personal(inner, depth + 1) for inner in list(value)[:ELEMENTS_MAX]]
    if value is None or isinstance(value, bool) or value == "":
        return value
    text = str(value)
    shown = masked_text(text)
    if shown != text:
        return shown
    return f"{text[:1]}{STRUCK_OUT}" if len(text) < 8 else f"{text[:2]}{STRUCK_OUT}{text[-2:]}"


def _plain(value: Any, depth: int) -> Any:
    if depth > DEPTH_MAX:
        return "…"
    if isinstance(value, Mapping):
        return {
            _key(str(name)): _named(str(name), inner, depth + 1)
            for name, inner in list(value.items())[:ELEMENTS_MAX]
        }
    if isinstance(value, list | tuple | set | frozenset):
        elements = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        return [_plain(inner, depth + 1) for inner in elements[:ELEMENTS_MAX]]
    return _scalar(value)


def _key(name: str) -> str:
    """Return a name that can be a key in MongoDB, itself masked: callers may have chosen it."""
    return masked_text(name).replace("$", "＄").replace(".", "．").replace("\x00", "")


def _scalar(value: Any) -> Any:
    if isinstance(value, Enum):
        value = value.value
    if value is None or isinstance(value, bool | int | float | dt.datetime):
        return _number(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal128):
        value = value.to_decimal()
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, bytes | bytearray):
        return f"({len(value)} bytes)"
    text = str(value).encode("utf-8", "replace").decode()
    return masked_text(text)


def _number(value: Any) -> Any:
    """Return a number as it is, or as masked text when its digits are those of a person."""
    if isinstance(value, int) and not isinstance(value, bool):
        text = str(value)
        shown = masked_text(text)
        too_large = not -(2**63) <= value < 2**63
        return shown if shown != text or too_large else value
    return value
