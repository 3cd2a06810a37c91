"""One HTTP exchange that ends in time, whatever the other side does.

The time-outs of HTTP libraries hold for a single read, and none holds for the name lookup: a server
that sends a byte now and then, or a dead resolver, keeps a caller for minutes. Here an exchange
runs in a thread of its own on a connection of its own; when the time is over the caller goes on
and the connection is cut, which ends the thread. A connection per call also means that no
call is lost on one that the server has just closed: a login code cannot be sent twice.
"""

import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlencode, urlsplit

import certifi
import orjson

MAX_ANSWER_BYTES = 65_536
MAX_IMAGE_BYTES = 4_000_000
# How JPEG and PNG begin.
IMAGE_HEADS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
MAX_IN_FLIGHT = 32
# Why an exchange was not begun: too many run.
CROWDED = "crowded"


class ExchangeError(Exception):
    """An exchange failed; the text is one word that quotes nothing of it."""


@dataclass(frozen=True)
class Request:
    """What to send: parameters, and a JSON body where there is one.

    `gives_image`: the answer may be a picture.
    """

    method: str
    path: str
    query: dict[str, str] = field(repr=False)
    body: dict[str, object] | None = field(default=None, repr=False)
    gives_image: bool = False

    @property
    def max_answer_bytes(self) -> int:
        """Return how much of an answer is read."""
        return MAX_IMAGE_BYTES if self.gives_image else MAX_ANSWER_BYTES


class Transport:
    """Sends requests to one server. Redirects are not followed, proxies not asked.

    At most `MAX_IN_FLIGHT` exchanges run at a time, those included that were given up.
    """

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._secure = parts.scheme == "https"
        self._host, self._port = parts.hostname or "", parts.port
        self._prefix = parts.path.rstrip("/")
        self._room = threading.BoundedSemaphore(MAX_IN_FLIGHT)

    def send(self, request: Request, within_s: float) -> dict[str, object]:
        """Return the JSON object of a 200 answer; raise `ExchangeError` after `within_s` at most.

        A picture, where one may come, is the bytes under `image`: JSON holds no bytes.

        The reasons: `timeout`, `network` (no connection, or it broke), `tls`, `http_<status>`,
        `too_large`, `garbage` (not a JSON object), `crowded` (too many exchanges run).
        """
        if not self._room.acquire(blocking=False):
            raise ExchangeError(CROWDED)
        exchange = _Exchange(self._connection(within_s), request, self._prefix, self._room)
        try:
            threading.Thread(target=exchange.run, name="wechat", daemon=True).start()
        except RuntimeError:  # no thread is to be had
            self._room.release()
            exchange.failure = CROWDED
            exchange.ended.set()
        if not exchange.ended.wait(within_s):
            exchange.cut()
            raise ExchangeError("timeout")
        if exchange.failure:
            raise ExchangeError(exchange.failure)
        if request.gives_image and exchange.content.startswith(IMAGE_HEADS):
            return {"image": exchange.content}
        return _json_object(exchange.content)

    def _connection(self, timeout_s: float) -> HTTPConnection:
        if self._secure:
            return HTTPSConnection(
                self._host, self._port, timeout=timeout_s, context=self._certificates
            )
        return HTTPConnection(self._host, self._port, timeout=timeout_s)

    @cached_property
    def _certificates(self) -> ssl.SSLContext:
        """Trust the machine's authorities, and the usual ones where it has none."""
        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        return context


class _Exchange:
    """One exchange: `run` in its thread sets `content` or `failure`, then `ended`."""

    def __init__(
        self,
        connection: HTTPConnection,
        request: Request,
        prefix: str,
        room: threading.BoundedSemaphore,
    ) -> None:
        self._connection = connection
        self._request = request
        self._prefix = prefix
        self._room = room
        # Held here too: the connection lets go of it once an answer begins.
        self._socket: socket.socket | None = None
        self._given_up = False
        self.ended = threading.Event()
        self.content = b""
        self.failure = ""

    def run(self) -> None:
        try:
            self.failure = self._outcome()
        finally:
            self._connection.close()
            self._room.release()
            self.ended.set()

    def cut(self) -> None:
        """End the exchange from another thread, wherever it is."""
        self._given_up = True
        if (connected := self._socket or self._connection.sock) is not None:
            with suppress(OSError):
                connected.shutdown(socket.SHUT_RDWR)

    def _outcome(self) -> str:
        """Exchange, and return what went wrong; texts of errors quote the address: never those."""
        try:
            return self._talk()
        except TimeoutError:
            return "timeout"
        except ssl.SSLError:
            return "tls"
        except (OSError, HTTPException, ValueError):
            return "network"

    def _talk(self) -> str:
        request = self._request
        content = None if request.body is None else orjson.dumps(request.body)
        headers = {"Accept": "application/json", "Connection": "close"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        self._connection.connect()
        self._socket = self._connection.sock
        if self._given_up:  # while there was no socket to cut
            return "timeout"
        target = f"{self._prefix}{request.path}?{urlencode(request.query)}"
        self._connection.request(request.method, target.rstrip("?"), content, headers)
        with closing(self._connection.getresponse()) as response:
            if response.status != HTTPStatus.OK:
                return f"http_{response.status}"
            self.content = response.read(request.max_answer_bytes + 1)
        return "too_large" if len(self.content) > request.max_answer_bytes else ""


def _json_object(content: bytes) -> dict[str, object]:
    try:
        found = orjson.loads(content)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ExchangeError("garbage")
    return found
