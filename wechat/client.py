"""The APIs of WeChat that the product uses, as methods.

Every method ends within WECHAT_TIMEOUT_S, all of its calls and waits together.
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import TypeVar

from core import clock
from core.settings import Settings
from wechat import answers
from wechat.answers import CodeSession
from wechat.breaker import CircuitBreaker
from wechat.calls import Api, Caller, Deadline
from wechat.errors import InvalidCode, WechatNotConfigured, WechatRefused, WechatUnavailable
from wechat.tokens import Token, TokenStore

CODE_TO_SESSION = Api("jscode2session", "GET", "/sns/jscode2session")
STABLE_TOKEN = Api("stable_token", "POST", "/cgi-bin/stable_token")
PHONE_NUMBER = Api("getuserphonenumber", "POST", "/wxa/business/getuserphonenumber")

# errcodes that say that the access token is at fault: unknown, malformed, expired.
BAD_TOKEN = frozenset({40001, 40014, 42001})
ATTEMPTS = 2
# The platform hands out a new token from 5 minutes before the end of the old one; to ask
# earlier yields the old one again. Both work during that time.
RENEW_BEFORE_END = timedelta(minutes=4)
CODE_MAX_LENGTH = 512

Result = TypeVar("Result")


class WechatClient:
    """WeChat's server APIs for one mini-program; for all threads of a process.

    Without WECHAT_APPID every method raises `WechatNotConfigured`. `breaker` makes the circuit
    breaker of each API.
    """

    def __init__(
        self,
        settings: Settings,
        tokens: TokenStore,
        *,
        breaker: Callable[[], CircuitBreaker] = CircuitBreaker,
    ) -> None:
        self._appid = settings.wechat_appid
        self._secret = settings.wechat_secret
        self._timeout_s = settings.wechat_timeout_s
        self._tokens = tokens
        self._caller = Caller(settings.wechat_api_base, breaker)

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

    def phone_number(self, code: str) -> str:
        """Exchange the code of the phone number button for the number, as `+8613800138000`.

        The code is another than that of the login; it works once and for 5 minutes. Raises as
        `code_to_session` does.
        """
        self._check_configured()
        _check_code(code)
        read = partial(answers.phone_number, appid=self._appid)
        return self._call_with_token(PHONE_NUMBER, {"code": code}, read)

    def access_token(self) -> str:
        """Return the current access token; it is fetched when there is none, or it is old.

        Raises `WechatUnavailable`, `WechatRefused`.
        """
        self._check_configured()
        return self._token(self._deadline())

    def _call_with_token(
        self, api: Api, body: dict[str, object], read: Callable[[Mapping[str, object]], Result]
    ) -> Result:
        """Call an API; when the token is at fault, expire it and try once more."""
        deadline = self._deadline()
        for attempt in range(1, ATTEMPTS + 1):
            token = self._token(deadline)
            try:
                return self._caller.call(
                    api, query={"access_token": token}, body=body, deadline=deadline, read=read
                )
            except WechatRefused as refused:
                if refused.errcode not in BAD_TOKEN:
                    raise
                self._tokens.expire(self._appid, token)
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError  # the last attempt returned or raised

    def _token(self, deadline: Deadline) -> str:
        if token := self._fresh_token():
            return token.value
        try:
            with self._tokens.lock(self._appid, wait_s=deadline.left_s()):
                # Somebody else may have fetched one while we waited.
                return (self._fresh_token() or self._fetch_token(deadline)).value
        except TimeoutError:
            pass
        raise WechatUnavailable("token_lock")

    def _fresh_token(self) -> Token | None:
        token = self._tokens.get(self._appid)
        return token if token and clock.now() < token.renew_at else None

    def _fetch_token(self, deadline: Deadline) -> Token:
        body: dict[str, object] = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
        }
        value, lives = self._caller.call(
            STABLE_TOKEN, query={}, body=body, deadline=deadline, read=answers.access_token
        )
        token = Token(value, clock.now() + max(lives - RENEW_BEFORE_END, lives / 2))
        self._tokens.put(self._appid, token)
        return token

    def _deadline(self) -> Deadline:
        return Deadline(self._timeout_s)

    def _check_configured(self) -> None:
        if not self._appid:
            raise WechatNotConfigured


def _check_code(code: str) -> None:
    """Turn away what cannot be a code before a call is spent on it."""
    if not (0 < len(code) <= CODE_MAX_LENGTH and code.isascii() and code.isprintable()):
        raise InvalidCode
