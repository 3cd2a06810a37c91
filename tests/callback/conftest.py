"""The product with its callback open, served on a port, and a simulator that pushes to it."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import WSGIRequestHandler, make_server

import application
from core.settings import Settings, load
from jobs.worker import Worker
from models.staff import Role
from models.visitors import Visitor
from services import wechat_pushes
from services.visitors import signing_in
from tests.apps import start_app
from tests.callback.pushing import KEY, TOKEN, A, Platform
from tests.factories import staff_client
from tests.simulator.running import APPID, SECRET, RunningSimulator

NewPlatform = Callable[..., Platform]
NewClient = Callable[..., FlaskClient]
POLL_S = 0.02


class _Silent(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do nothing."""


OURS = {
    "WECHAT_APPID": APPID,
    "WECHAT_SECRET": SECRET,
    "WECHAT_TOKEN": TOKEN,
    "WECHAT_ENCODING_AES_KEY": KEY,
}


@pytest.fixture
def callback_environ(
    environ: dict[str, str], running_simulator: RunningSimulator
) -> dict[str, str]:
    """The environment of an installation that takes pushes of the simulator."""
    return {**environ, **OURS, "WECHAT_API_BASE": running_simulator.url}


@pytest.fixture
def new_platform(
    app: Flask, settings: Settings, callback_environ: dict[str, str], simulator: RunningSimulator
) -> Iterator[NewPlatform]:
    """Return a maker of installations with other settings; the usual ones come back after."""
    del app  # the database has its indexes
    servers: list[Any] = []

    def make(form: str = "json", mode: str = "safe", **changed: str) -> Platform:
        chosen = {"WECHAT_MESSAGE_FORMAT": form, "WECHAT_MESSAGE_MODE": mode}
        made = start_app(load({**callback_environ, **chosen, **changed}))
        server = make_server("127.0.0.1", 0, made, threaded=True, request_handler=_Silent)
        threading.Thread(target=server.serve_forever, args=(POLL_S,), daemon=True).start()
        servers.append(server)
        url = f"http://127.0.0.1:{server.server_port}/wechat/callback"
        known = {"url": url, "token": TOKEN, "aes_key": KEY, "format": form, "mode": mode}
        simulator.control("POST", "push/target", **known)
        return Platform(made, simulator)

    yield make
    for server in servers:
        server.shutdown()
        server.server_close()
    application.wire(settings)


@pytest.fixture
def new_client(app: Flask, settings: Settings, environ: dict[str, str]) -> Iterator[NewClient]:
    """Return what opens the callback of the usual application, and gives a client."""

    def make(form: str = "json", mode: str = "safe", **changed: str) -> FlaskClient:
        chosen = {"WECHAT_MESSAGE_FORMAT": form, "WECHAT_MESSAGE_MODE": mode, **changed}
        wechat_pushes.configure(load({**environ, **OURS, **chosen}))
        return app.test_client()

    yield make
    wechat_pushes.configure(settings)


@pytest.fixture
def platform(new_platform: NewPlatform) -> Platform:
    """An installation with the usual settings: JSON, safe mode."""
    return new_platform()


@pytest.fixture
def work(platform: Platform) -> Callable[[], None]:
    """Return what does all jobs that are due."""
    worker = Worker(platform.app.config["SETTINGS"])

    def run() -> None:
        for _ in range(200):
            if not worker.step():
                return
        raise AssertionError("the queue does not run empty")

    return run


@pytest.fixture
def desk(platform: Platform) -> FlaskClient:
    """A member of staff at the desk."""
    return staff_client(platform.app, Role.BOOKING_DESK)


@pytest.fixture
def visitor(platform: Platform) -> Visitor:
    """A visitor who came by WeChat."""
    return signing_in.with_wechat(platform.simulator.login_code(A)).visitor


@pytest.fixture
def safe(new_client: NewClient) -> FlaskClient:
    """A client of the callback in safe mode."""
    return new_client("json", "safe")


@pytest.fixture
def plain(new_client: NewClient) -> FlaskClient:
    """A client of the callback in plain mode."""
    return new_client("json", "plain")
