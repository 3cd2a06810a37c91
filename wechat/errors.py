"""What can go wrong with WeChat, as errors that the edge can answer as they are.

None of them carries the secret, a token, a code or text that WeChat sent, and none is raised while
an error of the HTTP layer is handled: those quote the address, which holds all of them.
"""

from core.errors import Forbidden, Invalid, Unavailable


class WechatUnavailable(Unavailable):
    """WeChat does not answer, or not with sense (503). `reason` is one word for logs.

    `retry_after_s` tells how long further calls are held back, where that is known.
    """

    default_code = "wechat_unavailable"

    def __init__(self, reason: str, *, retry_after_s: int | None = None) -> None:
        self.reason = reason
        super().__init__(retry_after_s=retry_after_s, reason=reason)


class WechatNotConfigured(Unavailable):
    """This installation has no mini-program: neither WECHAT_APPID nor a simulator (503)."""

    default_code = "wechat_not_configured"


class WechatRefused(Unavailable):
    """WeChat answers and refuses us: settings, permissions or quota are at fault (503)."""

    default_code = "wechat_refused"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__(errcode=errcode)


class InvalidCode(Invalid):
    """The code of a login or a phone number is unknown, too old or was used (400).

    `errcode` is None when the code cannot be one and WeChat was not asked.
    """

    default_code = "wechat_code"

    def __init__(self, errcode: int | None = None) -> None:
        self.errcode = errcode
        super().__init__()


class UserBlocked(Forbidden):
    """WeChat does not let this user sign in: its risk control, errcode 40226 (403)."""

    default_code = "wechat_blocked"
