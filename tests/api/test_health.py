"""Whether the process lives and can serve; what happens when the database does not answer."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import db
from core.settings import Settings
from media import stores
from media.s3_client import SIGN_TIMEOUT_S
from rest import errors
from tests.api import surface
from tests.rest.failures import check_failure, check_safe

TIMEOUT_MS = 150
# The driver looks for a server twice a second, whatever the timeout; the rest is the machine's.
PATIENCE_S = 15.0
DEGRADED = {"status": "degraded", "checks": {"database": "ok", "media": "down"}}
INDEPENDENT = {"/healthz", "/metrics", "/media/<path:path>"}


@pytest.fixture
def dead_database(settings: Settings, own_connection: None) -> Iterator[None]:
    """A database address where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, never listening: connections are refused
        uri = f"mongodb://127.0.0.1:{taken.getsockname()[1]}/?directConnection=true"
        db.configure(replace(settings, mongodb_uri=uri), timeout_ms=TIMEOUT_MS)
        db.client()  # one for all threads
        yield


@pytest.fixture
def silent_database(settings: Settings, own_connection: None) -> Iterator[None]:
    """A database that takes connections and never says a word, as a frozen one does."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(64)
        uri = f"mongodb://127.0.0.1:{silent.getsockname()[1]}/?directConnection=true"
        db.configure(replace(settings, mongodb_uri=uri), timeout_ms=TIMEOUT_MS)
        db.client()  # one for all threads
        yield


def test_all_is_well(client: FlaskClient) -> None:
    alive, ready = client.get("/healthz"), client.get("/readyz")
    assert alive.status_code == ready.status_code == 200
    assert alive.get_json() == {"status": "ok"}
    assert ready.get_json() == {"status": "ok", "checks": {"database": "ok", "media": "ok"}}
    for answer in (alive, ready):
        check_safe(answer)
        assert answer.headers["Cache-Control"] == "no-store"


def _check_read_fails(app: Flask, address: str, headers: dict[str, str]) -> float:
    """Check that a read fails in our shape; return how many seconds it took."""
    began = time.monotonic()
    answer = app.test_client().get(address, headers=headers)
    language = "en" if "Accept-Language" in headers else "zh-CN"
    assert check_failure(answer, 503, "unavailable", language) == {}, address
    assert answer.headers["Retry-After"] == str(errors.RETRY_AFTER_S)
    return time.monotonic() - began


def _check_reads_fail(app: Flask) -> None:
    """Check that every route that reads the database fails in our shape, in time."""
    requests = [
        (surface.path(rule), headers)
        for rule in surface.public_reads(app)
        for headers in ({}, {"If-None-Match": "*", "Accept-Language": "en"})
    ]
    assert len(requests) > 40
    with ThreadPoolExecutor(len(requests)) as pool:
        took = list(pool.map(lambda request: _check_read_fails(app, *request), requests))
    assert max(took) < PATIENCE_S


@pytest.mark.usefixtures("dead_database")
def test_every_read_fails_in_our_shape_when_the_database_is_gone(app: Flask) -> None:
    _check_reads_fail(app)


@pytest.mark.usefixtures("silent_database")
def test_every_read_fails_in_time_when_the_database_is_silent(app: Flask) -> None:
    _check_reads_fail(app)


@pytest.mark.usefixtures("dead_database")
def test_the_process_lives_without_its_database(app: Flask, client: FlaskClient) -> None:
    for rule in surface.open_reads(app):
        if rule.rule in INDEPENDENT or rule.endpoint in surface.DOCUMENTATION:
            with client.get(surface.path(rule)) as answer:
                assert answer.status_code in (200, 404), rule.rule
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.get_json() == {
        "status": "unavailable",
        "checks": {"database": "down", "media": "ok"},
    }
    assert ready.headers["Cache-Control"] == "no-store"


@pytest.mark.usefixtures("dead_database")
def test_what_is_wrong_is_told_without_asking_the_database(client: FlaskClient) -> None:
    check_failure(client.get(f"{surface.API}/tracks?limit=x"), 400)
    check_failure(client.get(f"{surface.API}/nothing"), 404)
    check_failure(client.post(f"{surface.API}/tracks"), 405)


def test_it_serves_again_when_the_database_is_back(
    app: Flask, settings: Settings, dead_database: None
) -> None:
    client = app.test_client()
    assert client.get(f"{surface.API}/tracks").status_code == 503
    db.configure(settings)
    assert client.get(f"{surface.API}/tracks").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_without_its_media_folder_it_serves_and_says_so(
    client: FlaskClient, settings: Settings
) -> None:
    aside = settings.media_dir.with_name("aside")
    settings.media_dir.rename(aside)
    try:
        answer = client.get("/readyz")
    finally:
        aside.rename(settings.media_dir)
    assert answer.status_code == 200
    assert answer.get_json() == DEGRADED


@pytest.mark.parametrize("silent", [False, True])
def test_a_store_that_is_away_or_silent_is_named_in_time(
    client: FlaskClient, settings: Settings, silent: bool
) -> None:
    with socket.socket() as store:
        store.bind(("127.0.0.1", 0))
        if silent:
            store.listen(8)
        endpoint = f"http://127.0.0.1:{store.getsockname()[1]}"
        keys = {"s3_access_key": "a" * 20, "s3_secret_key": "s" * 40}
        stores.configure(
            replace(settings, s3_endpoint=endpoint, s3_public_endpoint=endpoint, **keys)
        )
        try:
            began = time.monotonic()
            answer = client.get("/readyz")
            assert time.monotonic() - began < SIGN_TIMEOUT_S + PATIENCE_S
            assert client.get(f"{surface.API}/tracks").status_code == 200
        finally:
            stores.configure(settings)
    assert answer.status_code == 200
    assert answer.get_json() == DEGRADED
    assert client.get("/readyz").get_json()["status"] == "ok"
