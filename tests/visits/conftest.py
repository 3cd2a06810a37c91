"""A delegation, the desk, and a route to visit."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from jobs import schedule
from jobs.worker import Worker
from models.content import Content
from models.staff import Role
from models.visitors import DemoVisitor
from services.visitors import consents, signing_in
from tests.factories import staff_client
from tests.visitors.callers import Caller
from tests.visits.asking import Desk
from tests.visits.complete import create_route, create_sites

STEPS_MAX = 200


@pytest.fixture
def enter(app: Flask) -> Callable[..., Caller]:
    """Return what signs a fictitious visitor in, who has agreed to the notice."""

    def sign_in(name: str = "A") -> Caller:
        done = signing_in.as_demo(DemoVisitor(name))
        consents.give(done.visitor, consents.current_version())
        return Caller(app, done.token, done.visitor.id)

    return sign_in


@pytest.fixture
def delegation(enter: Callable[..., Caller]) -> Caller:
    """Who asks."""
    return enter()


@pytest.fixture
def client_of_desk(app: Flask) -> FlaskClient:
    """A client of the booking desk."""
    return staff_client(app, Role.BOOKING_DESK)


@pytest.fixture
def desk(client_of_desk: FlaskClient) -> Desk:
    """Who proposes."""
    return Desk(client_of_desk)


@pytest.fixture
def sites() -> list[Content]:
    """Two sites that hold one group at a time."""
    return create_sites()


@pytest.fixture
def route(sites: list[Content]) -> Content:
    """A live route over both, with a map and terms of booking."""
    return create_route(sites)


@pytest.fixture
def run_jobs(settings: Settings) -> Callable[[], None]:
    """Return what writes the jobs that recur and runs all that is due."""
    worker = Worker(settings)

    def run() -> None:
        schedule.enqueue_due()
        for _ in range(STEPS_MAX):
            if not worker.step():
                return
        raise AssertionError("the queue does not run empty")

    return run
