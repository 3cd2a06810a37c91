"""The floor: a WSGI application that answers bytes it holds in memory.

`BENCH_BODIES` is a folder; each file in it is the answer to the path of its name. `/unchanged`
answers 304.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_BODIES = {
    f"/{path.name}": path.read_bytes() for path in Path(os.environ["BENCH_BODIES"]).iterdir()
}
_JSON = ("Content-Type", "application/json")


def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer a request."""
    path = environ["PATH_INFO"]
    if path == "/unchanged":
        start_response("304 Not Modified", [("ETag", environ.get("HTTP_IF_NONE_MATCH", '""'))])
        return []
    body = _BODIES.get(path)
    if body is None:
        start_response("404 Not Found", [("Content-Length", "0")])
        return []
    start_response("200 OK", [_JSON, ("Content-Length", str(len(body)))])
    return [body]
