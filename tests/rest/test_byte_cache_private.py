"""Only what says of itself that it is for everybody is kept."""

from pathlib import Path

import pytest

from tests.rest.small_app import Small


@pytest.fixture
def small(tmp_path: Path) -> Small:
    return Small(tmp_path)


def entered_by_two(small: Small, **headers: str) -> int:
    """Return how often the app was entered for two equal requests."""
    before = small.app.entered
    first, second = (small.get(**headers) for _ in range(2))
    assert (first.status, first.body) == (second.status, second.body)
    return small.app.entered - before


def test_what_is_noted_is_kept(small: Small) -> None:
    assert entered_by_two(small) == 1
    assert small.app.closed == 1


def test_what_is_not_noted_is_not_kept(small: Small) -> None:
    small.app.noted = False
    assert entered_by_two(small) == 2


def test_a_client_cannot_note_anything(small: Small) -> None:
    small.app.noted = False
    assert entered_by_two(small, toolbox_note="content", **{"toolbox.note": "x"}) == 2


@pytest.mark.parametrize(
    "header",
    [
        ("Set-Cookie", "session=abc"),
        ("Cache-Control", "private"),
        ("Cache-Control", "public, max-age=1, no-store"),
        ("cache-control", "private, max-age=1"),
        ("Vary", "Cookie"),
        ("Vary", "Accept-Language, Authorization"),
        ("vary", "accept-encoding"),
        ("Vary", "*"),
    ],
)
def test_what_may_be_somebodys_own_is_not_kept_whatever_is_noted(
    small: Small, header: tuple[str, str]
) -> None:
    small.app.headers.append(header)
    assert entered_by_two(small) == 2
    assert header in small.get().headers


@pytest.mark.parametrize("header", [("Vary", "Origin"), ("Vary", "accept-language, origin")])
def test_what_varies_with_what_the_key_holds_is_kept(small: Small, header: tuple[str, str]) -> None:
    small.app.headers.append(header)
    assert entered_by_two(small) == 1


@pytest.mark.parametrize(
    "status", ["201 CREATED", "204 NO CONTENT", "206 PARTIAL CONTENT", "301 MOVED", "304 SAME"]
)
def test_only_an_answer_in_full_is_kept(small: Small, status: str) -> None:
    small.app.status = status
    assert entered_by_two(small) == 2


@pytest.mark.parametrize(
    "status", ["400 BAD", "404 NOT FOUND", "429 TOO MANY", "500 OH", "502 BAD", "503 AWAY"]
)
def test_failures_are_not_kept_even_when_noted(small: Small, status: str) -> None:
    small.app.status = status
    assert entered_by_two(small) == 2
    small.app.status = "200 OK"
    assert small.get().status == 200


def test_an_answer_without_tag_is_not_kept(small: Small) -> None:
    small.app.headers = []
    assert entered_by_two(small) == 2


def test_what_is_not_kept_is_answered_as_it_was_asked_for(small: Small) -> None:
    small.app.noted = False
    asked = []

    def enter(environ: dict[str, str], start_response: object) -> object:
        asked.append((environ["REQUEST_METHOD"], environ.get("HTTP_IF_NONE_MATCH")))
        return inner(environ, start_response)

    inner, small.cache.app = small.app, enter
    small.get(method="HEAD")
    small.get(if_none_match='"mine"')
    assert asked == [("GET", None), ("HEAD", None), ("GET", None), ("GET", '"mine"')]
    small.app.status = "404 NOT FOUND"
    asked.clear()
    assert small.get(method="HEAD").body == b""
    assert small.get(if_none_match='"mine"').status == 404
    assert asked == [("GET", None), ("GET", None)], "a refusal has no conditions"


def test_one_scope_does_not_outdate_the_other(small: Small) -> None:
    small.app.scope = "availability"
    assert entered_by_two(small) == 1
    small.counters.raise_to("content", 9)
    assert entered_by_two(small) == 0
    small.counters.raise_to("availability", 2)
    small.app.version = 2
    assert entered_by_two(small) == 1
