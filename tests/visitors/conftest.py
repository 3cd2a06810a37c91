"""The product with a simulator of WeChat and of mail beside it."""

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

import application
from core.settings import Settings, load
from models.visitors import DemoVisitor, Visitor
from services.visitors import signing_in
from tests.apps import start_app
from tests.simulator.running import APPID, SECRET, RunningSimulator
from tests.visitors.callers import API, Caller

# The name of whoever comes by WeChat.
NAME = "测试访客 A"
TEMPLATE = "sim-thing1-thing2"
TEMPLATES = {
    "message": {
        "template": TEMPLATE,
        "page": "pages/inbox/index",
        "fields": {"thing1": "{title}", "thing2": "{text}"},
    }
}
TEMPLATES_TEXT = json.dumps(TEMPLATES)
NewApp = Callable[..., Flask]


@pytest.fixture
def visitor_environ(environ: dict[str, str], running_simulator: RunningSimulator) -> dict[str, str]:
    """The environment of an installation that speaks to the simulator."""
    return {
        **environ,
        "WECHAT_APPID": APPID,
        "WECHAT_SECRET": SECRET,
        "WECHAT_API_BASE": running_simulator.url,
        "MAILBOX_URL": running_simulator.url,
        "WECHAT_TEMPLATES": TEMPLATES_TEXT,
        "DESK_PHONE": "000-0000-0000",
    }


@pytest.fixture
def new_app(
    app: Flask, settings: Settings, visitor_environ: dict[str, str], simulator: RunningSimulator
) -> Iterator[NewApp]:
    """Return a maker of applications with other settings; the usual ones come back after."""
    del app, simulator  # the database has its indexes, the simulator is fresh

    def make(**changed: str) -> Flask:
        return start_app(load({**visitor_environ, **changed}))

    yield make
    application.wire(settings)


@pytest.fixture
def visitor_app(new_app: NewApp) -> Flask:
    """The application with the simulator."""
    return new_app()


@pytest.fixture
def anybody(visitor_app: Flask) -> FlaskClient:
    """An HTTP client that is not signed in."""
    return visitor_app.test_client()


@pytest.fixture
def sign_in(visitor_app: Flask) -> Callable[..., Caller]:
    """Return what signs a fictitious visitor in, who has agreed to the notice unless told."""

    def enter(name: str = "A", *, agrees: bool = True) -> Caller:
        done = signing_in.as_demo(DemoVisitor(name))
        caller = Caller(visitor_app, done.token, done.visitor.id)
        if agrees:
            assert caller.put("/me/consent", {"version": "1"}).status_code == 200
        return caller

    return enter


@pytest.fixture
def visitor(sign_in: Callable[..., Caller]) -> Caller:
    """A visitor who is signed in and has agreed."""
    return sign_in()


@pytest.fixture
def other(sign_in: Callable[..., Caller]) -> Caller:
    """Another one."""
    return sign_in("B")


@pytest.fixture
def reader(visitor_app: Flask, simulator: RunningSimulator) -> Caller:
    """A visitor who came by WeChat and agreed to the notice."""
    client = visitor_app.test_client()
    done = client.post(f"{API}/sessions", json={"code": simulator.login_code(NAME)}).get_json()
    caller = Caller(visitor_app, done["token"], Visitor.objects.get().id)
    assert caller.put("/me/consent", {"version": "1"}).status_code == 200
    return caller
