"""Calls that need the access token: it is fetched once for all, and replaced when it fails."""

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TypeVar

from core import clock
from core.settings import Settings
from wechat import answers
from wechat.breaker import CircuitBreaker
from wechat.calls import Api, Caller, Deadline
from wechat.errcodes import BAD_TOKEN
from wechat.errors import WechatNotConfigured, WechatRefused, WechatUnavailable
from wechat.holds import Holds
from wechat.tokens import Token, TokenStore

# In normal mode it gives the same token again.
STABLE_TOKEN = Api("stable_token", "POST", "/cgi-bin/stable_token", is_repeatable=True)
ATTEMPTS = 2
# The platform hands out a new token from 5 minutes before the end of the old one; to ask
# earlier yields the old one again. Both work during that time.
RENEW_BEFORE_END = timedelta(minutes=4)
# How long a busy platform is left alone before it is asked again what may be asked twice.
BUSY_PAUSES_S = (0.1, 0.3)

Result = TypeVar("Result")
Body = dict[str, object]


class Authorised:
    """What all parts of the client share: the mini-program, its token, deadlines, breakers."""

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
        holds = Holds(tokens, self._appid)
        self._caller = Caller(settings.wechat_api_base, breaker, holds)

    def access_token(self) -> str:
        """Return the current access token; it is fetched when there is none, or it is old.

        Raises `WechatUnavailable`, `WechatRefused`.
        """
        self._check_configured()
        return self._token(self._deadline())

    def _call_with_token(
        self,
        api: Api,
        body: Body | None,
        read: Callable[[Mapping[str, object]], Result],
        query: Mapping[str, str] | None = None,
    ) -> Result:
        """Call an API; when the token is at fault, expire it and try once more."""
        self._check_configured()
        deadline = self._deadline()
        for attempt in range(1, ATTEMPTS + 1):
            token = self._token_for_call(deadline)
            sent = {"access_token": token, **(query or {})}
            try:
                return self._patiently(api, query=sent, body=body, deadline=deadline, read=read)
            except WechatRefused as refused:
                if refused.errcode not in BAD_TOKEN:
                    raise
                self._tokens.expire(self._appid, token)
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError  # the last attempt returned or raised

    def _token_for_call(self, deadline: Deadline) -> str:
        """Return the token; what fails here says that the call it was for was not made."""
        try:
            return self._token(deadline)
        except WechatUnavailable as away:
            away.asked = False
            raise

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
        body: Body = {
            "grant_type": "client_credential",
            "appid": self._appid,
            "secret": self._secret,
        }
        value, lives = self._patiently(
            STABLE_TOKEN, query={}, body=body, deadline=deadline, read=answers.access_token
        )
        token = Token(value, clock.now() + max(lives - RENEW_BEFORE_END, lives / 2))
        self._tokens.put(self._appid, token)
        return token

    def _patiently(
        self,
        api: Api,
        *,
        query: dict[str, str],
        body: Body | None,
        deadline: Deadline,
        read: Callable[[Mapping[str, object]], Result],
    ) -> Result:
        """Call; what may be asked twice again after pauses, while the platform is busy."""
        for pause_s in BUSY_PAUSES_S if api.is_repeatable else ():
            try:
                return self._caller.call(api, query=query, body=body, deadline=deadline, read=read)
            except WechatUnavailable as away:
                if away.reason != "busy" or deadline.left_s() <= pause_s:
                    raise
            time.sleep(pause_s)
        return self._caller.call(api, query=query, body=body, deadline=deadline, read=read)

    def _deadline(self) -> Deadline:
        return Deadline(self._timeout_s)

    def _check_configured(self) -> None:
        if not self._appid:
            raise WechatNotConfigured
