"""What WeChat's answers hold, read with distrust: a wrong type is garbage, not a crash.

Every function raises `NonsenseError` when it cannot make sense of the answer.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_SESSION_KEY = re.compile(r"[A-Za-z0-9+/=]{16,128}")
_TOKEN = re.compile(r"[\x21-\x7e]{1,1024}")
_PHONE = re.compile(r"\+[1-9][0-9]{5,15}")
_RID = re.compile(r"rid: ([0-9a-f-]{8,40})")
_LINK = re.compile(r"[\x21-\x7e]{1,2048}")
_TRACE_ID = re.compile(r"[\x21-\x7e]{1,128}")
_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SUGGEST = re.compile(r"pass|review|risky")
_HIGHEST_RISK = 4
_LARGEST = 2**53
_LONGEST_TEXT = 1_024
_LONGEST_ERRMSG = 500
_LONGEST_TOKEN_LIFE_S = 86_400


class NonsenseError(Exception):
    """An answer lacks what it must hold, or holds it in a wrong form."""


@dataclass(frozen=True)
class CodeSession:
    """Who signed in. All of it is personal; `session_key` never leaves the server."""

    openid: str = field(repr=False)
    unionid: str | None = field(repr=False)
    session_key: str = field(repr=False)


def errcode(answer: Mapping[str, object]) -> int:
    """Return the errcode of an answer, 0 when it holds none."""
    code = answer.get("errcode", 0)
    if not isinstance(code, int) or isinstance(code, bool):
        raise NonsenseError
    return code


def rid(answer: Mapping[str, object]) -> str:
    """Return the platform's id of a failed call, which its support asks for; or nothing."""
    found = _RID.search(str(answer.get("errmsg", ""))[:_LONGEST_ERRMSG])
    return found.group(1) if found else ""


def code_session(answer: Mapping[str, object]) -> CodeSession:
    """Read the answer of jscode2session."""
    unionid = _matching(_OPENID, answer["unionid"]) if answer.get("unionid") else None
    return CodeSession(
        openid=_matching(_OPENID, answer.get("openid")),
        unionid=unionid,
        session_key=_matching(_SESSION_KEY, answer.get("session_key")),
    )


def access_token(answer: Mapping[str, object]) -> tuple[str, timedelta]:
    """Return the access token and how long it lives."""
    seconds = answer.get("expires_in")
    if not isinstance(seconds, int) or not 0 < seconds <= _LONGEST_TOKEN_LIFE_S:
        raise NonsenseError
    return _matching(_TOKEN, answer.get("access_token")), timedelta(seconds=seconds)


def phone_number(answer: Mapping[str, object], appid: str) -> str:
    """Return the number in international form, such as `+8613800138000`.

    A number whose watermark names another mini-program is not for us.
    """
    info = _mapping(answer.get("phone_info"))
    if _mapping(info.get("watermark")).get("appid") != appid:
        raise NonsenseError
    number = f"+{info.get('countryCode')}{info.get('purePhoneNumber')}"
    return _matching(_PHONE, number)


def done(answer: Mapping[str, object]) -> bool:
    """Read the answer of an API that tells nothing but that it did what was asked.

    Its errcode 0 must be there: an answer without one is none.
    """
    if "errcode" not in answer:
        raise NonsenseError
    return True


def message_id(answer: Mapping[str, object]) -> str:
    """Return the platform's id of a message, empty when it tells none."""
    done(answer)
    found = str(answer.get("msgid", ""))
    return found if _MESSAGE_ID.fullmatch(found) else ""


def session_key(answer: Mapping[str, object]) -> str:
    """Return the new session_key."""
    return _matching(_SESSION_KEY, answer.get("session_key"))


def image(answer: Mapping[str, object]) -> bytes:
    """Return a picture's bytes."""
    content = answer.get("image")
    if not isinstance(content, bytes):
        raise NonsenseError
    return content


def link(answer: Mapping[str, object], name: str) -> str:
    """Return the link that stands under a name."""
    return _matching(_LINK, answer.get(name))


def risk_rank(answer: Mapping[str, object]) -> int:
    """Return a user's risk, from 0 to 4."""
    rank = count(answer, "risk_rank")
    if rank > _HIGHEST_RISK:
        raise NonsenseError
    return rank


def suggestion(answer: Mapping[str, object]) -> tuple[str, int, str]:
    """Return what msg_sec_check suggests, its label, and the trace_id of the check."""
    result = _mapping(answer.get("result"))
    trace_id = _matching(_TRACE_ID, answer.get("trace_id"))
    return _matching(_SUGGEST, result.get("suggest")), count(result, "label"), trace_id


def trace_id(answer: Mapping[str, object]) -> str:
    """Return the id under which the result of a check will be pushed."""
    return _matching(_TRACE_ID, answer.get("trace_id"))


def rows(answer: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """Return the objects of a list."""
    found = answer.get(name)
    if not isinstance(found, list):
        raise NonsenseError
    return [_mapping(row) for row in found]


def count(row: Mapping[str, object], name: str) -> int:
    """Return a whole number, not below 0."""
    value = row.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST:
        raise NonsenseError
    return value


def measure(row: Mapping[str, object], name: str) -> float:
    """Return a number, not below 0."""
    value = row.get(name)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise NonsenseError
    if not 0 <= value <= _LARGEST:
        raise NonsenseError
    return float(value)


def text(row: Mapping[str, object], name: str) -> str:
    """Return a short text."""
    value = row.get(name)
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise NonsenseError
    return value


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise NonsenseError
    return value


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NonsenseError
    return value
