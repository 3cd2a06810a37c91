"""A real Chromium without a window, told what to do over its DevTools protocol."""

import base64
import functools
import http.server
import itertools
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Self

import pytest
import requests
from websockets.sync.client import ClientConnection, connect

from cli.supervisor import Process
from tests.waiting import PATIENCE_S, eventually

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing is looked up or fetched beyond this machine.
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--mute-audio", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-default-apps", "--no-pings"),
    *("--autoplay-policy=no-user-gesture-required", "--remote-debugging-port=0"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# Moves to the middle of a film and plays there, then from its beginning; tells how it went.
PLAY = """
async (url) => {
  const film = document.createElement("video");
  const failed = new Promise((_, fail) => {
    film.addEventListener("error", () => fail(new Error(`${url}: ${film.error.message}`)));
  });
  const comes = (name, fits = () => true) => Promise.race([failed, new Promise((done) => {
    film.addEventListener(name, () => fits() && done());
  })]);
  const plays = async () => {
    const start = film.currentTime;
    const on = comes("timeupdate", () => film.currentTime > start + 0.5);
    await Promise.race([failed, film.play()]);
    await on;
    film.pause();
    return film.currentTime;
  };
  const moves = async (time) => {
    const moved = comes("seeked");
    film.currentTime = time;
    await moved;
    return film.currentTime;
  };
  film.muted = true;
  film.preload = "metadata";
  film.crossOrigin = "anonymous";
  const known = comes("loadedmetadata");
  film.src = url;
  document.body.append(film);
  await known;
  const told = {
    duration: film.duration, width: film.videoWidth, height: film.videoHeight,
    moved: await moves(film.duration / 2), played: await plays(),
    back: await moves(0), again: await plays(),
  };
  film.remove();
  return told;
}
"""


def find_chromium() -> str | None:
    """Return the browser's program."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def needs_chromium() -> None:
    """Skip the test where there is no browser, and fail it where there has to be one."""
    if find_chromium() is None:
        message = "there is no Chromium: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


class Browser:
    """A browser with one page. What it fetched stands in `answers`, as DevTools tells it."""

    def __init__(self, folder: Path) -> None:
        self._profile = folder / "profile"
        self._numbers = itertools.count(1)
        self.answers: list[dict[str, Any]] = []
        argv = [str(find_chromium()), *OPTIONS, f"--user-data-dir={self._profile}", "about:blank"]
        environment = {**os.environ, "HOME": str(folder)}
        output = folder / "chromium.log"
        self._process = Process("chromium", argv, env=environment, output=output, grace_s=10)
        self._page: ClientConnection | None = None
        self._ending = ExitStack()

    def __enter__(self) -> Self:
        """Start, and take hold of the page."""
        self._process.start()
        try:
            told = self._profile / "DevToolsActivePort"
            assert eventually(lambda: told.is_file() and "\n" in told.read_text())
            base = f"http://127.0.0.1:{told.read_text().splitlines()[0]}"
            pages = [
                one
                for one in requests.get(f"{base}/json/list", timeout=PATIENCE_S).json()
                if one["type"] == "page"
            ]
            address = pages[0]["webSocketDebuggerUrl"]
            self._page = self._ending.enter_context(
                connect(address, max_size=None, open_timeout=PATIENCE_S, proxy=None)
            )
            for domain in ("Network", "Page", "Runtime"):
                self.call(f"{domain}.enable")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        """End it."""
        self._ending.close()
        self._process.stop()

    def call(self, method: str, **parameters: Any) -> Any:
        """Call a method of DevTools and return its result."""
        assert self._page is not None
        number = next(self._numbers)
        self._page.send(json.dumps({"id": number, "method": method, "params": parameters}))
        deadline = time.monotonic() + PATIENCE_S
        while True:
            message = json.loads(self._page.recv(timeout=max(0.0, deadline - time.monotonic())))
            if message.get("method") == "Network.responseReceived":
                self.answers.append(message["params"]["response"])
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    def open(self, url: str) -> None:
        """Go to a page."""
        self.call("Page.navigate", url=url)
        assert eventually(lambda: self.evaluate("document.readyState") == "complete")

    def evaluate(self, expression: str) -> Any:
        """Return the value of an expression, awaited."""
        done = self.call(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        assert "exceptionDetails" not in done, done["exceptionDetails"]
        return done["result"].get("value")

    def picture(self, path: Path) -> None:
        """Keep a picture of the whole page."""
        taken = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(taken["data"]))

    def play(self, url: str) -> dict[str, Any]:
        """Play a film from its middle, then from its beginning; return how that went."""
        told: dict[str, Any] = self.evaluate(f"({PLAY})({json.dumps(url)})")
        return told

    def fetched(self, part: str) -> list[dict[str, Any]]:
        """Return what was answered to requests whose address holds `part`."""
        return [answer for answer in self.answers if part in answer["url"]]


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing."""


@contextmanager
def page(folder: Path) -> Iterator[str]:
    """Serve an empty page, neither the product's nor the store's; yield its origin."""
    (folder / "index.html").write_text("<!doctype html><title>H5</title><body></body>")
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join(PATIENCE_S)
