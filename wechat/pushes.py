"""What WeChat pushes: whether it is WeChat's, and what it says.

Nothing is believed before its signature is checked. Whatever is wrong, the answer is the same, so
that nobody learns how far they came; the reason is for the log.
"""

import hashlib
import hmac
import importlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core import clock
from core.errors import Invalid
from core.settings import Settings
from core.settings_push import PLAIN
from wechat import formats
from wechat.formats import Fields, FormatError

MAX_BYTES = 65_536
EVENT = "event"

_OPENID = re.compile(r"[A-Za-z0-9_-]{6,64}")
_NAME = re.compile(r"[A-Za-z0-9_]{1,64}")
_NUMBER = re.compile(r"[0-9]{1,20}")
# Seconds since 1970, until the year 2286.
_TIMESTAMP = re.compile(r"[0-9]{1,10}")
_ECHO_MAX = 512
_OURS = ("AppID", "appid")


class InvalidPush(Invalid):
    """What came is not from WeChat, not for this mini-program, or no push at all (400)."""

    default_code = "wechat_push"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__()


@dataclass(frozen=True)
class Push:
    """A push that is WeChat's. `fields` holds all of it, personal things among them."""

    fields: Fields = field(repr=False)

    @property
    def openid(self) -> str:
        """Return whom it is about."""
        return str(self.fields["FromUserName"])

    @property
    def kind(self) -> str:
        """Return the type of a message, the name of an event."""
        kind = str(self.fields["MsgType"])
        return str(self.fields["Event"]) if kind == EVENT else kind

    @property
    def is_event(self) -> bool:
        """Tell whether something happened, rather than that somebody wrote."""
        return bool(self.fields["MsgType"] == EVENT)

    @property
    def created(self) -> int:
        """Return when it came up, as seconds since 1970."""
        return int(self.fields["CreateTime"])

    @property
    def identity(self) -> str:
        """Return what is the same for each repetition, and for nothing else.

        It is the platform's id, or else whom, when and what. Some things can come up twice in a
        second (two pictures were checked): what they are about belongs to it.
        """
        if message_id := self.fields.get("MsgId"):
            told: list[Any] = [str(message_id)]
        else:
            about = [self.fields.get(name) for name in ("trace_id", "List")]
            nested = [value for value in self.fields.values() if isinstance(value, dict)]
            told = [self.openid, self.created, self.kind, about, nested]
        digest = hashlib.sha256(formats.write({"": told}, "json").encode())
        return digest.hexdigest()

    def text(self, name: str) -> str:
        """Return a field as text; nothing when it is absent or no text."""
        value = self.fields.get(name, "")
        return str(value) if isinstance(value, str | int) else ""


class PushReader:
    """Reads what comes to the callback, by the settings; for all threads of a process."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.wechat_token
        self._appid = settings.wechat_appid
        self._form = settings.wechat_message_format
        self._window_s = settings.wechat_replay_window_s
        self._cipher: Any = None
        if settings.wechat_message_mode != PLAIN and settings.wechat_token:
            # wechatpy takes 9 MB of every process: only those that decrypt load it.
            ciphers = importlib.import_module("wechat.ciphers")
            self._cipher = ciphers.MessageCipher(
                settings.wechat_encoding_aes_key, settings.wechat_appid
            )

    @property
    def is_open(self) -> bool:
        """Tell whether there is a callback at all."""
        return bool(self._token)

    def echo(self, query: Mapping[str, str]) -> str:
        """Return what the platform wants to hear when it checks the address."""
        self._check(query, "signature")
        echo = query.get("echostr", "")
        if not 0 < len(echo) <= _ECHO_MAX or not (echo.isascii() and echo.isprintable()):
            raise InvalidPush("echostr")
        return echo

    def read(self, query: Mapping[str, str], body: bytes) -> Push:
        """Return the push that came with a query; raise `InvalidPush`.

        In all modes but plain only what is encrypted counts: the plain fields that compatible
        mode sends beside it are not covered by any signature.
        """
        outer = None if self._cipher else self._check(query, "signature")
        if not 0 < len(body) <= MAX_BYTES:
            raise InvalidPush("size")
        fields = _fields(_decoded(body))
        if outer is None:
            fields = self._opened(query, fields)
        return self._checked(fields)

    def reply(self, fields: Fields) -> str:
        """Return the body of a passive reply, encrypted where pushes are."""
        text = formats.write(fields, self._form)
        if self._cipher is None:
            return text
        encrypted = self._cipher.seal(text)
        timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(8)
        envelope = {
            "Encrypt": encrypted,
            "MsgSignature": _signature(self._token, timestamp, nonce, encrypted),
            "TimeStamp": int(timestamp),
            "Nonce": nonce,
        }
        return formats.write(envelope, self._form)

    def _opened(self, query: Mapping[str, str], outer: Fields) -> Fields:
        encrypted = outer.get("Encrypt")
        if not isinstance(encrypted, str):
            raise InvalidPush("not_encrypted")
        self._check(query, "msg_signature", encrypted)
        try:
            text = self._cipher.open(encrypted)
        except FormatError:
            raise InvalidPush("cipher") from None
        return _fields(text)

    def _check(self, query: Mapping[str, str], name: str, *signed: str) -> bool:
        """Raise `InvalidPush` unless the signature is right, and its time is near."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        expected = _signature(self._token, timestamp, nonce, *signed)
        if not hmac.compare_digest(expected.encode(), query.get(name, "").encode()):
            raise InvalidPush("signature")
        if not _TIMESTAMP.fullmatch(timestamp):
            raise InvalidPush("timestamp")
        if self._window_s and abs(clock.now().timestamp() - int(timestamp)) > self._window_s:
            raise InvalidPush("old")
        return True

    def _checked(self, fields: Fields) -> Push:
        """Return a push that has what every push has, each of its type."""
        wanted = {"FromUserName": _OPENID, "CreateTime": _TIMESTAMP, "MsgType": _NAME}
        if fields.get("MsgType") == EVENT:
            wanted["Event"] = _NAME
        if "MsgId" in fields:
            wanted["MsgId"] = _NUMBER
        for name, pattern in wanted.items():
            if not pattern.fullmatch(_word(fields.get(name))):
                raise InvalidPush("fields")
        push = Push(fields)
        # A message may be about a card of another mini-program; an event is about this one.
        if push.is_event and any(fields.get(name, self._appid) != self._appid for name in _OURS):
            raise InvalidPush("appid")
        return push


def _signature(*parts: str) -> str:
    # The platform's choice; it is compared in constant time, and no key follows from it.
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "replace")).hexdigest()  # noqa: S324


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise InvalidPush("encoding") from None


def _fields(text: str) -> Fields:
    try:
        return formats.read(text)
    except FormatError:
        raise InvalidPush("format") from None


def _word(value: object) -> str:
    is_word = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value) if is_word else ""
