"""A delegation, the desk, and a route to visit."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from jobs import schedule
from jobs.worker import Worker
from models.content import Content
from models.enums import Kind
from models.staff import Role
from models.visitors import DemoVisitor
from services.visitors import consents, signing_in
from tests.factories import create_live, create_media, staff_client
from tests.visiting import terms
from tests.visitors.callers import Caller
from tests.visits.asking import Desk

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
    capacity = {"groups": 1, "people": 40, "margin_minutes": 0}
    return [
        create_live(
            Kind.SITES,
            capacity=capacity,
            visit_note="请佩戴安全帽",
            address="演示路 1 号",
            location={"lng": 120.1, "lat": 36.2},
        )
        for _ in range(2)
    ]


@pytest.fixture
def route(sites: list[Content]) -> Content:
    """A live route over both, with a map and terms of booking."""
    create_media("test-map")
    stops: list[dict[str, Any]] = [
        {
            "key": f"stop-{number}",
            "site": site.id,
            "title": f"测试点位 {number}",
            "note": "看演示生产线",
            "dwell_minutes": 40,
            "travel_minutes": 20 if number == 1 else 0,
            "x": number / 3,
            "y": 0.5,
        }
        for number, site in enumerate(sites, 1)
    ]
    return create_live(
        Kind.ROUTES,
        title="测试线路",
        stops=stops,
        booking=dict(terms().to_mongo()),
        meeting_point={"title": "测试集合点", "location": {"lng": 120.1, "lat": 36.2}},
        map_image={"media": "test-map"},
        map_approval={"exemption": "示意图"},
        languages=["zh-CN", "en"],
    )


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
