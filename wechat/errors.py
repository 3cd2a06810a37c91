"""What can go wrong with WeChat, as errors that the edge can answer as they are.

None of them carries the secret, a token, a code or text that WeChat sent, and none is raised while
an error of the HTTP layer is handled: those quote the address, which holds all of them.
"""

from core.errors import Conflict, Forbidden, Invalid, Unavailable

# Reasons for which a call was not made, or was answered with a refusal.
UNDONE = frozenset(
    {"busy", "too_quick", "day_used_up", "concurrent", "not_yet", "held_back", "crowded"}
    | {"token_lock"}
)


class WechatUnavailable(Unavailable):
    """WeChat does not answer, or not with sense (503). `reason` is one word for logs.

    `retry_after_s` tells how long further calls are held back, where that is known. `asked` is
    False when the call itself was not made: there was no token for it, or no time left.
    """

    default_code = "wechat_unavailable"

    def __init__(
        self, reason: str, *, retry_after_s: int | None = None, asked: bool = True
    ) -> None:
        self.reason = reason
        self.asked = asked
        super().__init__(retry_after_s=retry_after_s, reason=reason)

    @property
    def is_undone(self) -> bool:
        """Tell whether WeChat surely did not do what was asked; else nobody can know."""
        return not self.asked or self.reason in UNDONE


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


class WechatMisused(WechatRefused):
    """WeChat finds our request malformed: the product is at fault, not whoever asked (503)."""


class MessagesBanned(WechatRefused):
    """WeChat took the right to send subscription messages from us, errcode 43107 (503)."""


class TextForbidden(WechatRefused):
    """A message holds words that WeChat does not carry, errcode 45168 (503)."""


class SessionKeyOver(Conflict):
    """The user's session_key does not hold any more; they have to log in again (409)."""

    default_code = "wechat_session_over"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__()


class UnknownUser(Invalid):
    """The openid is none of this mini-program's (400)."""

    default_code = "wechat_user"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__()


class UserAway(Conflict):
    """The user was not seen by WeChat in the last two hours, errcode 61010 (409)."""

    default_code = "wechat_user_away"
    errcode = 61010


class NoCredit(Conflict):
    """The user did not ask for a message of this template, errcode 43101 (409)."""

    default_code = "wechat_no_credit"
    errcode = 43101


class OutOfWindow(Conflict):
    """The user wrote nothing for 48 hours, or has five messages since; 45015, 45047 (409)."""

    default_code = "wechat_out_of_window"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__()


class NotTyping(Conflict):
    """The sign of typing cannot be shown: shown already, or no talk goes on; 45080, 45081 (409)."""

    default_code = "wechat_not_typing"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__()


class BadTarget(Invalid):
    """WeChat does not take where a code or link leads, or until when it holds (400)."""

    default_code = "wechat_target"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__(errcode=errcode)


class MediaNotTaken(Invalid):
    """WeChat cannot check a file: of another type, or not to be fetched; 40004, 87020 (400)."""

    default_code = "wechat_media"

    def __init__(self, errcode: int) -> None:
        self.errcode = errcode
        super().__init__(errcode=errcode)
