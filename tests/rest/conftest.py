"""The scratch API for tests of what the public API does not have: bodies, idempotency."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from tests.rest import scratch
from tests.rest.scratch import Effects


@pytest.fixture
def scratch_app(settings: Settings) -> tuple[Flask, Effects]:
    """A scratch API and its effects."""
    return scratch.create(settings)


@pytest.fixture
def notes(scratch_app: tuple[Flask, Effects]) -> FlaskClient:
    """An HTTP client of the scratch API."""
    return scratch_app[0].test_client()


@pytest.fixture
def effects(scratch_app: tuple[Flask, Effects]) -> Effects:
    """What requests to the scratch API did."""
    return scratch_app[1]
