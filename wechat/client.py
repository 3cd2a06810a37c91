"""The APIs of WeChat that the product uses, as methods.

Every method ends within WECHAT_TIMEOUT_S, all of its calls and waits together.
"""

import hashlib
import hmac
from functools import partial

from wechat import answers
from wechat.answers import CodeSession
from wechat.authorised import Body
from wechat.calls import Api
from wechat.checks import Checks
from wechat.errors import InvalidCode, SessionKeyOver
from wechat.figures import Figures
from wechat.links import Links
from wechat.messages import Messages

CODE_TO_SESSION = Api("jscode2session", "GET", "/sns/jscode2session")
PHONE_NUMBER = Api("getuserphonenumber", "POST", "/wxa/business/getuserphonenumber")
CHECK_SESSION = Api("checksession", "GET", "/wxa/checksession", is_repeatable=True)
RESET_SESSION_KEY = Api("resetusersessionkey", "GET", "/wxa/resetusersessionkey")
CODE_MAX_LENGTH = 512


class WechatClient(Messages, Links, Checks, Figures):
    """WeChat's server APIs for one mini-program; for all threads of a process.

    Without WECHAT_APPID every method raises `WechatNotConfigured`. `breaker` makes the circuit
    breaker of each API.
    """

    def code_to_session(self, code: str) -> CodeSession:
        """Exchange the code of `wx.login` for the user's identity.

        A code works once and for 5 minutes, so the call is never repeated. Raises `InvalidCode`,
        `UserBlocked`, `WechatUnavailable`, `WechatRefused`.
        """
        self._check_configured()
        _check_code(code)
        query = {
            "appid": self._appid,
            "secret": self._secret,
            "js_code": code,
            "grant_type": "authorization_code",
        }
        return self._caller.call(
            CODE_TO_SESSION, query=query, deadline=self._deadline(), read=answers.code_session
        )

    def phone_number(self, code: str, openid: str | None = None) -> str:
        """Exchange the code of the phone number button for the number, as `+8613800138000`.

        The code is another than that of the login; it works once and for 5 minutes. WeChat
        refuses it when it is not that of the user `openid`. Raises as `code_to_session` does.
        """
        self._check_configured()
        _check_code(code)
        read = partial(answers.phone_number, appid=self._appid)
        body: Body = {"code": code} if openid is None else {"code": code, "openid": openid}
        return self._call_with_token(PHONE_NUMBER, body, read)

    def session_holds(self, openid: str, session_key: str) -> bool:
        """Tell whether WeChat still takes this `session_key` for the user's."""
        query = _signed(openid, session_key)
        try:
            return self._call_with_token(CHECK_SESSION, None, answers.done, query)
        except SessionKeyOver:
            return False

    def new_session_key(self, openid: str, session_key: str) -> str:
        """Replace the user's `session_key` and return the new one; the old one ends.

        Raises `SessionKeyOver` when the old one does not hold.
        """
        query = _signed(openid, session_key)
        return self._call_with_token(RESET_SESSION_KEY, None, answers.session_key, query)


def _signed(openid: str, session_key: str) -> dict[str, str]:
    """Return the proof that we have the session_key: it signs nothing, by the platform's rule."""
    signature = hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()
    return {"openid": openid, "signature": signature, "sig_method": "hmac_sha256"}


def _check_code(code: str) -> None:
    """Turn away what cannot be a code before a call is spent on it."""
    if not (0 < len(code) <= CODE_MAX_LENGTH and code.isascii() and code.isprintable()):
        raise InvalidCode
