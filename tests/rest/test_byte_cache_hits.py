"""What a hit is to others: conditions, HEAD, figures, no line in the log."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from prometheus_client import REGISTRY

from core import logs
from core.settings import Settings
from models.enums import Kind
from tests.api.surface import API
from tests.factories import create_live
from tests.rest.cached import Cached, all_at_once, running

TRACKS = f"{API}/tracks"
ROUTE = f"{API}/tracks"


@pytest.fixture
def cached(settings: Settings, tmp_path: Path) -> Iterator[Cached]:
    create_live(Kind.TRACKS)
    with running(settings, tmp_path, byte_cache_ttl_s=600) as made:
        yield made


def counted() -> dict[tuple[str, str], float]:
    """Return how many requests for tracks were counted, by method and status."""
    return {
        (sample.labels["method"], sample.labels["status"]): sample.value
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "toolbox_requests_total" and sample.labels["route"] == ROUTE
    }


def test_who_has_it_gets_304_without_entering_flask(cached: Cached) -> None:
    tag = cached.get(TRACKS)["ETag"]
    for headers in (
        {"if_none_match": tag},
        {"if_none_match": f"W/{tag}"},
        {"if_none_match": f'"a", W/"b", {tag}'},
        {"if_none_match": "*"},
        {"if_modified_since": "Fri, 01 Jan 2038 00:00:00 GMT"},
        {"if_none_match": tag, "if_modified_since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"if_none_match": "", "if_modified_since": "Fri, 01 Jan 2038 00:00:00 GMT"},
    ):
        answer = cached.get(TRACKS, **headers)
        assert (answer.status, answer.body) == (304, b""), headers
        assert answer["ETag"] == tag
        assert answer["Vary"] == "Accept-Language"
        assert answer["Cache-Control"]
        assert not [name for name, _ in answer.headers if name.lower() == "content-length"]
    for headers in (
        {"if_none_match": '"other"'},
        {"if_none_match": '"other"', "if_modified_since": "Fri, 01 Jan 2038 00:00:00 GMT"},
        {"if_modified_since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        {"if_modified_since": "no date"},
    ):
        assert cached.get(TRACKS, **headers).status == 200, headers
    assert cached.entered == 1


def test_the_condition_of_the_first_is_not_the_condition_of_the_next(cached: Cached) -> None:
    assert cached.get(TRACKS, if_none_match="*").status == 304
    assert cached.get(TRACKS).status == 200
    assert cached.get(TRACKS, if_none_match='"other"').status == 200
    assert cached.entered == 1


def test_the_head_of_the_first_is_not_the_answer_of_the_next(cached: Cached) -> None:
    head, got = cached.get(TRACKS, "HEAD"), cached.get(TRACKS)
    assert head.body == b""
    assert got.body
    assert head["Content-Length"] == got["Content-Length"] == str(len(got.body))
    assert cached.get(TRACKS, "HEAD").body == b""
    assert cached.get(TRACKS, "HEAD", if_none_match=got["ETag"]).status == 304
    assert cached.entered == 1


def test_every_request_counts_once_however_it_is_answered(cached: Cached) -> None:
    before = counted()
    requests = [
        *(("GET", {}, "200"), ("GET", {}, "200"), ("GET", {"if_none_match": "*"}, "304")),
        *(("HEAD", {}, "200"), ("HEAD", {"if_none_match": "*"}, "304")),
        ("GET", {"origin": "https://elsewhere.example"}, "200"),
    ]
    for method, headers, status in requests:
        assert str(cached.get(TRACKS, method, **headers).status) == status
    added = {key: value - before.get(key, 0) for key, value in counted().items()}
    assert {key: value for key, value in added.items() if value} == {
        ("GET", "200"): 3,
        ("GET", "304"): 1,
        ("HEAD", "200"): 1,
        ("HEAD", "304"): 1,
    }


def test_everybody_in_a_burst_counts_once(cached: Cached) -> None:
    before = sum(counted().values())
    all_at_once(16, lambda _: cached.get(TRACKS))
    assert sum(counted().values()) - before == 16


def test_a_hit_writes_no_log_line_and_a_miss_one_with_its_id(
    cached: Cached, settings: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    logs.configure("INFO")
    try:
        missed = cached.get(TRACKS)
        lines = capfd.readouterr().err.splitlines()
        assert [json.loads(line)["event"] for line in lines] == ["request"]
        assert json.loads(lines[0])["request_id"] == missed["X-Request-ID"]
        for headers in ({}, {"if_none_match": "*"}, {"x_request_id": "given-by-client"}):
            cached.get(TRACKS, **headers)
            cached.get(TRACKS, "HEAD", **headers)
        assert capfd.readouterr().err == ""
    finally:
        logs.configure(settings.log_level)


def test_ids_of_hits_are_random_and_of_the_usual_shape(cached: Cached) -> None:
    told = {cached.get(TRACKS)["X-Request-ID"] for _ in range(200)}
    assert len(told) == 200
    assert all(re.fullmatch(r"[a-z0-9]{16}", one) for one in told)


def test_the_date_of_an_answer_is_left_to_the_web_server(cached: Cached) -> None:
    for _ in range(2):
        assert not [name for name, _ in cached.get(TRACKS).headers if name.lower() == "date"]


def test_what_goes_out_is_nobodys_to_change(cached: Cached) -> None:
    first = cached.get(TRACKS)
    first.headers.clear()
    assert cached.get(TRACKS).without("x-request-id") == cached.get(TRACKS).without("x-request-id")
    assert cached.get(TRACKS)["Content-Type"] == "application/json"
    assert replace(first, headers=[]).body == cached.get(TRACKS).body
