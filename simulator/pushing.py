"""Pushing to the product's callback as the platform does, and as who only pretends to be it."""

import http.client
import secrets
import time
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.parsers.expat import ExpatError

import orjson
import xmltodict

from simulator.crypto import CryptoError, PushCrypto, signature
from simulator.pushes import ACCOUNT, Fields, render

MODES = ("plain", "compatible", "safe")
# The platform waits so long for an answer, and tries three times.
ANSWER_WITHIN_S = 5.0
DAY_S = 86_400
# What is wrong with a push on purpose: first what any forger can do, then what is signed rightly.
FORGED = ("signature", "timestamp", "nonce")
SIGNED = ("key", "old", "appid", "padding", "truncated")
TAMPERINGS = (*FORGED, "body", *SIGNED)
OTHER_KEY = "0" * 42 + "A"


@dataclass(frozen=True)
class Target:
    """Where pushes go, and what both sides know; the same as in the platform's console."""

    url: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)
    form: str = "json"
    mode: str = "safe"


@dataclass(frozen=True)
class Letter:
    """A push ready to be sent: query and body, with what opens the reply."""

    query: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What the callback answered: 0 and a word when nothing came; `fault`: a wrong reply."""

    status: int
    text: str
    seconds: float
    reply: Fields | None = None
    fault: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return it as the control API shows it."""
        return {
            "status": self.status,
            "text": self.text[:2_000],
            "ms": round(self.seconds * 1_000),
            "reply": self.reply,
            "fault": self.fault,
        }


class Pusher:
    """Pushes for one mini-program; for all threads."""

    def __init__(self, target: Target, appid: str) -> None:
        self._target = target
        self._crypto = PushCrypto(target.aes_key, appid) if target.aes_key else None

    @property
    def tamperings(self) -> tuple[str, ...]:
        """Return what can be told to be wrong in this mode: a plain body is not signed."""
        return FORGED if self._target.mode == "plain" else TAMPERINGS

    def letter(self, fields: Fields, at: int, tampering: str | None = None) -> Letter:
        """Return a push as it is sent at a moment, in seconds."""
        moment = str(at - DAY_S if tampering == "old" else at)
        nonce, token = secrets.token_hex(5), self._target.token
        query = {
            "signature": signature(token, moment, nonce),
            "timestamp": moment,
            "nonce": nonce,
            "openid": fields.get("FromUserName", ""),
        }
        body, encrypted = self._body(fields, tampering)
        if encrypted:
            signed = signature(token, moment, nonce, encrypted)
            query |= {"encrypt_type": "aes", "msg_signature": signed}
        return _tampered(Letter(query, body.encode()), tampering, encrypted)

    def echo(self, echostr: str, at: int) -> Answer:
        """Let the callback show that it knows the token."""
        nonce = secrets.token_hex(5)
        query = {
            "signature": signature(self._target.token, str(at), nonce),
            "timestamp": str(at),
            "nonce": nonce,
            "echostr": echostr,
        }
        return self._exchange("GET", Letter(query, b""))

    def send(self, letter: Letter) -> Answer:
        """Send a push once, and check what it is answered."""
        answer = self._exchange("POST", letter)
        if answer.status != http.HTTPStatus.OK or answer.text in ("", "success"):
            return answer
        try:
            return replace(answer, reply=self._opened(answer.text))
        except (CryptoError, ExpatError, ValueError, KeyError, TypeError) as error:
            return replace(answer, fault=f"{type(error).__name__}: {error}")

    def _body(self, fields: Fields, tampering: str | None) -> tuple[str, str]:
        """Return the body, and what of it is encrypted; nothing in plain mode."""
        form = self._target.form
        text = render(fields, form)
        if self._target.mode == "plain" or self._crypto is None:
            return text, ""
        crypto = PushCrypto(OTHER_KEY, "wx") if tampering == "key" else self._crypto
        encrypted = crypto.seal(
            text,
            appid="wxother00000000000" if tampering == "appid" else None,
            bad_padding=tampering == "padding",
        )
        if tampering == "truncated":
            encrypted = encrypted[: len(encrypted) // 2 + 1]
        beside = fields if self._target.mode == "compatible" else {"ToUserName": ACCOUNT}
        return render({**beside, "Encrypt": encrypted}, form), encrypted

    def _opened(self, text: str) -> Fields:
        """Return the fields of a reply; in safe mode it must be encrypted and signed."""
        outer = _read(text, self._target.form)
        if self._crypto is None or self._target.mode == "plain":
            return outer
        encrypted = str(outer["Encrypt"])
        signed = (self._target.token, str(outer["TimeStamp"]), str(outer["Nonce"]), encrypted)
        if signature(*signed) != outer["MsgSignature"]:
            raise CryptoError("the signature of the reply is wrong")
        return _read(self._crypto.open(encrypted), self._target.form)

    def _exchange(self, method: str, letter: Letter) -> Answer:
        parts = urlsplit(self._target.url)
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=ANSWER_WITHIN_S
        )
        form = "application/json" if self._target.form == "json" else "text/xml"
        began = time.monotonic()
        try:
            target = f"{parts.path or '/'}?{urlencode(letter.query)}"
            connection.request(method, target, letter.body, {"Content-Type": form})
            response = connection.getresponse()
            text = response.read(1_000_000).decode(errors="replace")
            return Answer(response.status, text, time.monotonic() - began)
        except (OSError, http.client.HTTPException) as error:
            return Answer(0, type(error).__name__, time.monotonic() - began)
        finally:
            connection.close()


def _tampered(letter: Letter, tampering: str | None, encrypted: str) -> Letter:
    """Return a letter that somebody changed on its way."""
    query, body = dict(letter.query), letter.body
    signed = "msg_signature" if encrypted else "signature"
    if tampering == "signature":
        query[signed] = query[signed][:-1] + ("0" if query[signed][-1] != "0" else "1")
    elif tampering == "timestamp":
        query["timestamp"] = str(int(query["timestamp"]) + 1)
    elif tampering == "nonce":
        query["nonce"] += "0"
    elif tampering == "body" and encrypted:
        position = len(encrypted) // 2
        other = "A" if encrypted[position] != "A" else "B"
        changed = encrypted[:position] + other + encrypted[position + 1 :]
        body = body.replace(encrypted.encode(), changed.encode())
    return Letter(query, body)


def _read(text: str, form: str) -> Fields:
    found: Any = orjson.loads(text) if form == "json" else xmltodict.parse(text)["xml"]
    if not isinstance(found, dict):
        raise TypeError("not an object")
    return found
