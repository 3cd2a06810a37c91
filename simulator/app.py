"""The simulator as a WSGI application: WeChat's APIs, the control API, the page."""

import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import orjson
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from simulator import messages
from simulator.control import CONTROLS, Control, ControlError
from simulator.endpoints import ENDPOINTS
from simulator.errors import ApiError
from simulator.faults import apply
from simulator.media import RESULTS
from simulator.mini_program import MINI_PROGRAM
from simulator.push_control import PUSHES
from simulator.requests import Endpoint
from simulator.world import World

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY_BYTES = 1_000_000
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
# These wait for the product.
WAITING = {**PUSHES, **RESULTS, **MINI_PROGRAM}
PAGE = Path(__file__).parent / "page"
PAGE_FILES = {
    "/": ("index.html", "text/html; charset=utf-8"),
    "/page.css": ("page.css", "text/css; charset=utf-8"),
    **{
        f"/{name}.js": (f"{name}.js", "text/javascript; charset=utf-8")
        for name in ("page", "phone", "shared")
    },
}
PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}

# jscode2session says that its JSON is plain text; the other APIs call it what it is.
_TYPES = {"jscode2session": "text/plain"}
_JSON = "application/json; encoding=utf-8"


class SimulatorApp:
    """Answers by path; requests that name another host than this machine are refused."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = MAX_BODY_BYTES
        try:
            response = self._answer(request)
        except HTTPException as error:
            response = Response(f"{error.code}\n", status=error.code)
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        # A page elsewhere may have its name point here; its requests still carry that name.
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK_NAMES:
            return Response("this is for 127.0.0.1 only\n", status=421)
        if endpoint := ENDPOINTS.get(request.path):
            return self._call(endpoint, request)
        if control := CONTROLS.get((request.method, request.path)):
            with self._world.lock:
                return self._control(control, request)
        if control := WAITING.get((request.method, request.path)):
            return self._control(control, request)
        if request.method in ("GET", "HEAD") and (file := PAGE_FILES.get(request.path)):
            content = (PAGE / file[0]).read_bytes()
            return Response(content, content_type=file[1], headers=PAGE_HEADERS)
        return Response("not found\n", status=404)

    def _control(self, control: Control, request: Request) -> Response:
        status = 200
        try:
            body = control(self._world, request)
        except ControlError as error:
            status, body = 400, {"error": str(error)}
        return _json(body, "application/json", status)

    def _call(self, endpoint: Endpoint, request: Request) -> Response:
        name = endpoint.__name__
        # What is left unread when a connection closes may cost the other side the answer.
        request.get_data()
        started = time.monotonic()
        with self._world.lock:
            fault = self._world.faults.take(name)
            entry: dict[str, object] = {
                "endpoint": name,
                "method": request.method,
                "at": self._world.clock.now().isoformat(),
                "parameters": sorted(request.args),
                "errcode": None,
                "fault": fault and fault.mode,
            }
            self._world.calls.append(entry)
        body: dict[str, object] | bytes
        try:
            with messages.serving(self._world, request):
                mistreated = apply(fault, request.environ) if fault else None
                if mistreated is not None:
                    return mistreated
                with self._world.lock:
                    body = endpoint(self._world, request)
            errcode = 0
        except ApiError as error:
            errcode = error.errcode
            with self._world.lock:
                body = error.body(self._world.draws.rid())
        with self._world.lock:
            entry |= {"errcode": errcode, "ms": round((time.monotonic() - started) * 1_000)}
        if isinstance(body, bytes):
            return Response(body, content_type="image/png")
        return _json(body, _TYPES.get(name, _JSON))


def _json(body: dict[str, object], content_type: str, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status=status, content_type=content_type)
