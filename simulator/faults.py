"""Faults on demand: what an endpoint does instead of, or before, answering."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from simulator.errors import ApiError

# How long a server that hangs or drips keeps a caller, at most.
LONGEST_S = 60.0
DRIP_EVERY_S = 0.1
HUGE_BYTES = 5_000_000
MODES = (
    "drop",  # the connection is cut without an answer
    "hang",  # no answer for a minute
    "drip_head",  # the header comes byte by byte
    "drip_body",  # the body comes byte by byte
    "garbage",  # bytes that are no HTTP
    "text",  # a page in place of JSON
    "list",  # JSON, but not an object
    "empty",  # no body
    "hollow",  # an object without what belongs in it
    "huge",  # more than anybody wants to read
    "redirect",  # to an address outside
    "status",  # an HTTP status that is not 200
)

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
_TEXT = "<html><body>502 Bad Gateway</body></html>"


@dataclass
class Fault:
    """What is wrong with an endpoint; `times` counts down, None means until it is mended."""

    errcode: int | None = None
    mode: str | None = None
    status: int = 503
    latency_s: float = 0.0
    times: int | None = None


class FaultBook:
    """The faults in force, by endpoint."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}

    def put(self, endpoint: str, fault: Fault) -> None:
        """Let `fault` hold from now on for `endpoint`."""
        self._faults[endpoint] = fault

    def clear(self) -> None:
        """Mend everything."""
        self._faults.clear()

    def take(self, endpoint: str) -> Fault | None:
        """Return the fault that this call meets."""
        fault = self._faults.get(endpoint)
        if fault and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                del self._faults[endpoint]
        return fault


def apply(fault: Fault, environ: Mapping[str, Any]) -> Response | None:
    """Do what the fault asks for; None when the endpoint may answer after all."""
    if fault.latency_s:
        time.sleep(fault.latency_s)
    if fault.errcode is not None:
        raise ApiError(fault.errcode)
    if fault.mode is None:
        return None
    if answer := _ANSWERS.get(fault.mode):
        return Response(answer[0], status=answer[1], headers=answer[2])
    if fault.mode == "status":
        return Response("", status=fault.status)
    _mistreat(environ["werkzeug.socket"], fault.mode)
    return Response("", status=500)  # goes nowhere: the connection is cut


_JSON = {"Content-Type": "application/json; encoding=utf-8"}
_ANSWERS: dict[str, tuple[str, int, dict[str, str]]] = {
    "text": (_TEXT, 200, {"Content-Type": "text/html"}),
    "list": ("[1,2,3]", 200, _JSON),
    "empty": ("", 200, _JSON),
    "hollow": ('{"errmsg":"ok"}', 200, _JSON),
    "huge": ('{"padding":"' + "x" * HUGE_BYTES + '"}', 200, _JSON),
    "redirect": ("", 302, {"Location": "https://elsewhere.invalid/sns/jscode2session"}),
}


def _mistreat(connection: socket.socket, mode: str) -> None:
    try:
        if mode == "garbage":
            connection.sendall(b"\x00\xff" * 200 + b"\r\n\r\n")
        elif mode == "drip_head":
            _drip(connection, _HEAD + b"X-Padding: ")
        elif mode == "drip_body":
            connection.sendall(_HEAD + b"Content-Length: 1000000\r\n\r\n")
            _drip(connection, b'{"padding":"')
        elif mode == "hang":
            _wait_for_end(connection)
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # the other side was tired of it first


def _drip(connection: socket.socket, beginning: bytes) -> None:
    for position in range(int(LONGEST_S / DRIP_EVERY_S)):
        connection.sendall(beginning[position : position + 1] or b"x")
        time.sleep(DRIP_EVERY_S)


def _wait_for_end(connection: socket.socket) -> None:
    """Return when the other side has hung up, or sent nothing for a minute."""
    connection.settimeout(LONGEST_S)
    while connection.recv(65_536):
        pass
