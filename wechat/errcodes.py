"""What the errcodes of WeChat's APIs mean for whoever called.

One table for all APIs: where two of them use one errcode, it means the same to us. An errcode that
is not in it is `WechatRefused`, whose errcode staff find in the log.
"""

import datetime as dt
import math
from collections.abc import Callable, Mapping

from core import clock
from core.errors import AppError
from wechat.errors import (
    BadTarget,
    InvalidCode,
    MediaNotTaken,
    MessagesBanned,
    NoCredit,
    NotTyping,
    OutOfWindow,
    SessionKeyOver,
    TextForbidden,
    UnknownUser,
    UserAway,
    UserBlocked,
    WechatMisused,
    WechatRefused,
    WechatUnavailable,
)

BUSY = -1
# The access token is unknown or superseded, malformed, expired.
BAD_TOKEN = frozenset({40001, 40014, 42001})
# Limits of a second or a minute: the platform works, this caller is too quick.
TOO_QUICK: Mapping[int, int] = {45011: 60, 44991: 60, 44990: 1}
# Limits of a day: it is of no use to ask before tomorrow.
DAY_USED_UP = frozenset({45009, 44993})
# Two messages to one user at a time.
CONCURRENT = 43108
CONCURRENT_WAIT_S = 1
# The figures of a day are not there yet.
NOT_YET = 61504
NOT_YET_WAIT_S = 3_600

_ERRORS: Mapping[int, Callable[[int], AppError]] = {
    40029: InvalidCode,
    40163: InvalidCode,
    40226: lambda _: UserBlocked(),
    **dict.fromkeys((87007, 87009), SessionKeyOver),
    **dict.fromkeys((40003, 43104), UnknownUser),
    61010: lambda _: UserAway(),
    43101: lambda _: NoCredit(),
    43107: MessagesBanned,
    45168: TextForbidden,
    **dict.fromkeys((45015, 45047), OutOfWindow),
    **dict.fromkeys((45080, 45081), NotTyping),
    # A scene, page, path, query or time that is not taken; nothing published to lead to.
    **dict.fromkeys((40165, 40169, 40212, 41030, 85079, 85096, 85401, 85402, 85407), BadTarget),
    **dict.fromkeys((40004, 87020), MediaNotTaken),
    # Wrong arguments, template, method, body, fields: how we call, not what was asked for.
    **dict.fromkeys((40037, 40097, 40129, 40200, 43002, 44002, 45072), WechatMisused),
    **dict.fromkeys((47001, 47003, 87008), WechatMisused),
    # A token, and settings, rights or an account that are at fault.
    **dict.fromkeys((*BAD_TOKEN, 40002, 40013, 40125, 40164, 40243, 41002, 41004), WechatRefused),
    **dict.fromkeys((48001, 50004, 50007, 89503, 89506, 89507, 9410009), WechatRefused),
}
_KNOWN = frozenset({0, BUSY, CONCURRENT, NOT_YET, *TOO_QUICK, *DAY_USED_UP, *_ERRORS})


def error(errcode: int) -> AppError:
    """Return the error that an errcode stands for."""
    if errcode == BUSY:
        return WechatUnavailable("busy")
    if wait_s := TOO_QUICK.get(errcode):
        return WechatUnavailable("too_quick", retry_after_s=wait_s)
    if errcode in DAY_USED_UP:
        left_s = (tomorrow() - clock.now()).total_seconds()
        return WechatUnavailable("day_used_up", retry_after_s=math.ceil(left_s))
    if errcode == CONCURRENT:
        return WechatUnavailable("concurrent", retry_after_s=CONCURRENT_WAIT_S)
    if errcode == NOT_YET:
        return WechatUnavailable("not_yet", retry_after_s=NOT_YET_WAIT_S)
    return _ERRORS.get(errcode, WechatRefused)(errcode)


def label(errcode: int) -> str:
    """Return an errcode as a label of a metric: what WeChat may make up is `other`."""
    return str(errcode) if errcode in _KNOWN else "other"


def tomorrow() -> dt.datetime:
    """Return when the platform's counters start anew: midnight in Shanghai."""
    return clock.day_start(clock.today() + dt.timedelta(days=1))
