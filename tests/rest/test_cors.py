"""Other origins: none by default, those that are listed when they are."""

from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api import public
from core.settings import Settings
from rest import app as rest_app
from tests.api.surface import API

ORIGIN = "https://h5.example.org"
OTHERS = (
    "https://evil.example.org",
    "http://h5.example.org",
    "https://h5.example.org.evil.example",
    "https://h5.example.org:8443",
    "https://h5xexample.org",
    "https://evil.example/https://h5.example.org",
    "null",
    "*",
    "",
)
PREFLIGHT = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-Any"}


@pytest.fixture(params=[(ORIGIN,), ("https://other.example.org", ORIGIN)], ids=["one", "two"])
def open_client(settings: Settings, request: pytest.FixtureRequest) -> FlaskClient:
    """A client of an installation that lists origins."""
    app = rest_app.create(replace(settings, cors_origins=request.param))
    public.mount(app)
    return app.test_client()


@pytest.mark.parametrize("path", [f"{API}/home", f"{API}/tracks/absent", "/healthz", "/nothing"])
@pytest.mark.parametrize("origin", [ORIGIN, *OTHERS])
def test_no_origin_is_allowed_by_default(client: FlaskClient, path: str, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        answer = client.open(path, method=method, headers={"Origin": origin, **PREFLIGHT})
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_a_listed_origin_is_allowed(open_client: FlaskClient) -> None:
    for path in (f"{API}/home", f"{API}/tracks/absent"):
        answer = open_client.get(path, headers={"Origin": ORIGIN})
        assert answer.headers.getlist("Access-Control-Allow-Origin") == [ORIGIN]
        assert "Access-Control-Allow-Credentials" not in answer.headers
        _check_vary(answer)


def test_a_listed_origin_may_ask_beforehand(open_client: FlaskClient) -> None:
    answer = open_client.options(f"{API}/home", headers={"Origin": ORIGIN, **PREFLIGHT})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert answer.headers["Access-Control-Max-Age"] == "600"


def _check_vary(answer: TestResponse) -> None:
    """Check that caches keep the answers to different origins apart."""
    vary = [one.strip() for one in ",".join(answer.headers.getlist("Vary")).split(",")]
    assert sorted(set(vary)) == ["Accept-Language", "Origin"]


def test_a_request_of_no_origin_is_told_of_none(open_client: FlaskClient) -> None:
    answer = open_client.get(f"{API}/home")
    assert "Access-Control-Allow-Origin" not in answer.headers
    _check_vary(answer)


@pytest.mark.parametrize("origin", OTHERS)
def test_an_origin_that_only_looks_like_it_is_not(open_client: FlaskClient, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        headers = {"Origin": origin, **PREFLIGHT}
        answer = open_client.open(f"{API}/home", method=method, headers=headers)
        assert "Access-Control-Allow-Origin" not in answer.headers
