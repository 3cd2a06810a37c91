"""The real application behind its byte cache, entered as a web server enters it."""

import dataclasses
import itertools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import orjson
from flask import Flask
from werkzeug.test import create_environ

from application import web
from core.settings import Settings
from models.content import Content
from rest.byte_cache import ByteCache
from services import content, publishing, versions
from services.watching import Watcher
from tests.factories import ACTOR

Environ = dict[str, Any]
App = Callable[..., Any]


@dataclasses.dataclass(frozen=True)
class Got:
    """An answer as it leaves WSGI."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def __getitem__(self, name: str) -> str:
        """Return the one value of a header."""
        (value,) = [value for known, value in self.headers if known.lower() == name.lower()]
        return value

    @property
    def data(self) -> Any:
        """Return the body as JSON."""
        return orjson.loads(self.body)

    def without(self, *names: str) -> list[tuple[str, str]]:
        """Return the headers but some, in an order that does not depend on who sent them."""
        return sorted(pair for pair in self.headers if pair[0].lower() not in names)


def environment(target: str, method: str = "GET", **headers: str) -> Environ:
    """Return the WSGI environment of a request; `target` is as it stands in the request line."""
    path, _, query = target.partition("?")
    environ = create_environ("/", method=method)
    environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    environ["QUERY_STRING"] = query.encode().decode("latin-1")
    environ.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
    return environ


def call(app: App, environ: Environ) -> Got:
    """Let a WSGI app answer."""
    told: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        del exc_info
        told.append((status, headers))

    parts = app(environ, start)
    body = b"".join(parts)
    if close := getattr(parts, "close", None):
        close()
    status, headers = told[-1]
    return Got(int(status[:3]), headers, body)


class Cached:
    """An application with a byte cache. `entered` counts how often Flask was."""

    def __init__(self, app: Flask) -> None:
        assert isinstance(app.wsgi_app, ByteCache)
        self.cache = app.wsgi_app
        self.inner = self.cache.app
        self.cache.app = self._enter
        self.before: Callable[[], None] = lambda: None
        self._count = itertools.count()
        self.entered = 0

    def _enter(self, environ: Environ, start_response: Any) -> Any:
        self.entered = next(self._count) + 1
        self.before()
        return self.inner(environ, start_response)

    def get(self, target: str, method: str = "GET", **headers: str) -> Got:
        """Send a request through the byte cache."""
        return call(self.cache, environment(target, method, **headers))

    def is_kept(self, target: str, **headers: str) -> bool:
        """Tell whether a request is answered without Flask."""
        before = self.entered
        assert self.get(target, **headers).status < 500
        return self.entered == before


@contextmanager
def running(
    settings: Settings, folder: Path, *, watched: bool = False, **changes: Any
) -> Iterator[Cached]:
    """Give an application with a byte cache and counters of its own.

    Without a watcher only requests that ask the database learn of a change.
    """
    changed = dataclasses.replace(settings, byte_cache_mb=8, run_dir=folder / "run", **changes)
    app = web.create_app(changed)
    cached = Cached(app)
    watcher = cached.cache.ready.__self__  # type: ignore[attr-defined]
    assert isinstance(watcher, Watcher)
    if not watched:
        cached.cache.ready = lambda: None
        app.config["VERSIONS"] = versions
    try:
        yield cached
    finally:
        watcher.stop()


def all_at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Return what `work(number)` gives in so many threads that begin together."""
    barrier = threading.Barrier(count)

    def begin(number: int) -> Any:
        barrier.wait()
        return work(number)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(begin, range(count)))


def retitle(item: Content, title: str) -> None:
    """Give an item another title and publish it."""
    current = content.get(item.KIND, item.id)
    content.update(item.KIND, item.id, {"title": title}, revision=current.revision, actor=ACTOR)
    publishing.publish(item.KIND, item.id, actor=ACTOR)
