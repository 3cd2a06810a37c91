"""Figures and log lines of requests: they count, they tell nothing of visitors."""

import contextlib
import io
import json
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import logs
from core.settings import Settings
from models.enums import Kind
from tests.api.surface import API
from tests.factories import create_live

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture
def lines(settings: Settings) -> Iterator[Lines]:
    """Return the log lines that were written so far, those of requests among them."""
    written = io.StringIO()
    with contextlib.redirect_stderr(written):
        logs.configure("INFO")
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    logs.configure(settings.log_level)


def _figure(client: FlaskClient, name: str, **labels: str) -> float:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    for line in answer.text.splitlines():
        found = re.fullmatch(rf"{name}\{{(.*)\}} (\S+)", line)
        if found and dict(re.findall(r'(\w+)="([^"]*)"', found[1])) == labels:
            return float(found[2])
    return 0.0


def test_requests_are_counted_by_route_and_status(client: FlaskClient) -> None:
    item = create_live(Kind.TRACKS)
    detail = {"method": "GET", "route": f"{API}/tracks/<id_or_slug>"}
    for path, labels in (
        (f"{API}/tracks/{item.id}", {**detail, "status": "200"}),
        (f"{API}/tracks/absent", {**detail, "status": "404"}),
        ("/nothing/here", {"method": "GET", "route": "unknown", "status": "404"}),
    ):
        before = _figure(client, "toolbox_requests_total", **labels)
        client.get(path)
        client.get(path)
        assert _figure(client, "toolbox_requests_total", **labels) == before + 2


def test_times_are_counted_by_route(client: FlaskClient) -> None:
    route = f"{API}/home"
    before = _figure(client, "toolbox_request_seconds_count", route=route)
    seconds = _figure(client, "toolbox_request_seconds_sum", route=route)
    client.get(route)
    assert _figure(client, "toolbox_request_seconds_count", route=route) == before + 1
    assert _figure(client, "toolbox_request_seconds_sum", route=route) > seconds


def test_what_callers_make_up_makes_no_figures(client: FlaskClient) -> None:
    for number in range(30):
        client.open(f"/made/up/{number}", method=f"METHOD{number}")
        client.get(f"{API}/tracks/made-up-{number}?made-up-{number}=1")
    text = client.get("/metrics").text
    assert "METHOD" not in text
    assert "made" not in text
    labels = {"method": "OTHER", "route": "unknown", "status": "404"}
    assert _figure(client, "toolbox_requests_total", **labels) >= 30


def test_a_request_writes_one_line_of_json(client: FlaskClient, lines: Lines) -> None:
    answer = client.get(f"{API}/tracks")
    (line,) = lines()
    assert line["event"] == "request"
    assert line["level"] == "info"
    assert line["method"] == "GET"
    assert line["route"] == f"{API}/tracks"
    assert line["status"] == 200
    assert line["size"] == len(answer.data)
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert isinstance(line["ms"], float)
    assert str(line["timestamp"]).endswith("Z")


def test_a_line_holds_nothing_of_what_was_asked_for(client: FlaskClient, lines: Lines) -> None:
    client.get(
        f"{API}/tracks/secret-path?tag=secret-query&secret-name=1",
        headers={
            "Authorization": "Bearer secret-token",
            "Cookie": "a=secret-cookie",
            "User-Agent": "secret-agent",
            "X-Forwarded-For": "192.0.2.1",
            "Referer": "https://secret.example/",
        },
        data="secret-body",
    )
    client.open("/secret-path", method="SECRET", query_string="secret=secret")
    written = lines()
    assert len(written) == 2
    assert "secret" not in str(written).lower()
    assert "192.0.2.1" not in str(written)


def test_a_line_cannot_be_forged(client: FlaskClient, lines: Lines) -> None:
    forged = 'x"}\n{"event": "forged"}'
    client.get("/%0a%7b%22event%22", environ_overrides={"HTTP_X_REQUEST_ID": forged})
    (line,) = lines()
    assert line["event"] == "request"
    assert "forged" not in str(line)


def test_a_bug_is_logged_with_the_id_that_the_caller_got(notes: FlaskClient, lines: Lines) -> None:
    answer = notes.get("/scratch/failing/bug")
    bug, request = lines()
    assert bug["event"] == "unexpected"
    assert bug["level"] == "error"
    assert bug["request_id"] == request["request_id"] == answer.get_json()["error"]["request_id"]
    assert "ZeroDivisionError" in str(bug["exception"])
    assert "secret" not in str(bug), "the text of an exception may quote what a visitor sent"


def test_the_id_of_a_request_does_not_outlive_it(app: Flask) -> None:
    first = app.test_client().get("/nothing").get_json()["error"]["request_id"]
    second = app.test_client().get("/nothing").get_json()["error"]["request_id"]
    assert first != second
