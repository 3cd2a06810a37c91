"""Public reads from memory: what is kept, under which key, and what never is."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from core.settings import Settings
from models.enums import Kind
from rest.cache_keys import ACCEPTED_MAX, QUERY_MAX
from tests.api.surface import API
from tests.factories import create, create_live, publish
from tests.rest.cached import Cached, running

TRACKS = f"{API}/tracks"
SUGGEST = f"{API}/search/suggest"


@pytest.fixture
def cached(settings: Settings, tmp_path: Path) -> Iterator[Cached]:
    with running(settings, tmp_path, byte_cache_ttl_s=600) as made:
        yield made


def test_the_second_answer_does_not_enter_flask(cached: Cached) -> None:
    create_live(Kind.TRACKS)
    first, second = cached.get(TRACKS), cached.get(TRACKS)
    assert cached.entered == 1
    assert first.status == second.status == 200
    assert first.body == second.body
    assert first.without("x-request-id") == second.without("x-request-id")
    assert first["X-Request-ID"] != second["X-Request-ID"]


@pytest.mark.parametrize("given", ["a-request.id_1", "0123456789abcdef"])
def test_a_hit_carries_the_id_that_was_given(cached: Cached, given: str) -> None:
    for _ in range(2):
        assert cached.get(TRACKS, X_Request_ID=given)["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "short", "a b c d e f", "x" * 65, "<script>alert", "é" * 9])
def test_a_hit_does_not_carry_an_id_that_is_none(cached: Cached, given: str) -> None:
    cached.get(TRACKS)
    told = cached.get(TRACKS, X_Request_ID=given)["X-Request-ID"]
    assert told != given
    assert len(told) == 16


def test_the_order_and_the_writing_of_parameters_do_not_matter(cached: Cached) -> None:
    same = [
        "limit=5&place=jiaozhou&tag=a%20b&lang=en",
        "lang=en&tag=a+b&limit=5&place=jiaozhou",
        "tag=%61%20b&place=jiaozhou&&limit=5&lang=en&",
        "limit=5&place=jiaozhou&t%61g=a%20b&lang=e%6E",
    ]
    bodies = {cached.get(f"{API}/sites?{query}").body for query in same}
    assert len(bodies) == 1
    assert cached.get(f"{API}/s%69tes?{same[0]}").body in bodies
    assert cached.entered == 1


def test_the_language_decides_however_it_was_asked_for(cached: Cached) -> None:
    english = [
        cached.get(f"{TRACKS}?lang=en"),
        cached.get(TRACKS, accept_language="en"),
        cached.get(TRACKS, accept_language="fr, en;q=0.9, zh;q=0.1"),
        cached.get(f"{TRACKS}?lang=en", accept_language="zh-CN"),
    ]
    chinese = [
        cached.get(TRACKS),
        cached.get(f"{TRACKS}?lang=zh-CN", accept_language="en"),
        cached.get(TRACKS, accept_language="fr"),
        cached.get(TRACKS, accept_language=";;q=,,"),
    ]
    assert {answer["Content-Language"] for answer in english} == {"en"}
    assert {answer["Content-Language"] for answer in chinese} == {"zh-CN"}
    # `?lang=` and no query at all have keys of their own.
    assert cached.entered <= 4


@pytest.mark.parametrize(
    "query",
    [
        *("unknown=1", "limit=5&unknown=1", "limit=5&limit=5", "limit=5&limit=6", "lang=EN"),
        *("lang=", "lang=en&lang=en", "lang=en&lang=zh-CN", "lang=fr"),
        *("limit=0", "limit=abc", "cursor=forged", "place=", "$where=1", "tag[]=a", "tag=%00"),
        "tag=" + "x" * QUERY_MAX,
    ],
)
def test_what_is_refused_is_refused_each_time(cached: Cached, query: str) -> None:
    assert cached.get(f"{API}/sites").status == 200
    for number in range(2, 5):
        assert cached.get(f"{API}/sites?{query}").status == 400
        assert cached.entered == number
    assert len(cached.cache.store) == 1


def test_overlong_wishes_for_languages_are_left_to_the_app(cached: Cached) -> None:
    wishes = ",".join(["en"] * ACCEPTED_MAX)
    for number in range(1, 4):
        answer = cached.get(f"{API}/sites?limit=5", accept_language=wishes)
        assert (answer.status, answer["Content-Language"]) == (200, "en")
        assert cached.entered == number
    assert not len(cached.cache.store)


@pytest.mark.parametrize("query", ["tag=%FF", "tag=%C3%28", "tag=%ED%A0%80"])
def test_what_is_no_text_is_left_to_the_app(cached: Cached, query: str) -> None:
    for number in range(1, 4):
        assert cached.get(f"{API}/sites?{query}").data["items"] == []
        assert cached.entered == number


def test_what_is_missing_is_looked_for_each_time(cached: Cached) -> None:
    draft = create(Kind.TRACKS, slug="not-yet")
    for path in ("not-yet", draft.id):
        assert cached.get(f"{TRACKS}/{path}").status == 404
    publish(draft)
    for path in ("not-yet", draft.id):
        assert cached.get(f"{TRACKS}/{path}").status == 200


def test_a_path_that_looks_like_a_path_with_a_query_is_another(cached: Cached) -> None:
    item = create_live(Kind.TRACKS)
    own = f"{TRACKS}/{item.slug}"
    for right, wrong in (
        (f"{own}?lang=zh-CN", f"{own}%3Flang=zh-CN"),
        (f"{own}?lang=zh-CN", f"{own}%3F"),
        (f"{own}?", f"{own}%3F"),
        (f"{SUGGEST}?q=a", f"{SUGGEST}%3Fq=a"),
        (TRACKS, f"{TRACKS}%3F"),
        (TRACKS, f"{TRACKS}%23"),
        (own, f"{own}%0A"),
        (own, f"{own}%00"),
        (own, f"{API}//tracks/{item.slug}"),
        (own, f"{API}/./tracks/{item.slug}"),
        (own, f"{own.upper()}"),
    ):
        assert cached.get(right).status == 200
        assert cached.get(wrong).status == 404, wrong
        assert cached.get(right).status == 200


def test_bytes_and_their_mistaken_reading_are_different_queries(cached: Cached) -> None:
    create_live(Kind.TRACKS, title="测试轨道")
    mistaken = "测试".encode().decode("latin-1")
    for order in (1, -1):
        found = {}
        for target in (f"{SUGGEST}?q=测试", f"{SUGGEST}?q={quote(mistaken)}")[::order]:
            found[target.isascii()] = cached.get(target).data["items"]
        assert [item["title"] for item in found[False]] == ["测试轨道"]
        assert found[True] == []
    assert cached.get(f"{SUGGEST}?q={quote('测试')}").data["items"] == found[False]


def test_a_slash_at_the_end_gives_the_same_answer(cached: Cached) -> None:
    item = create_live(Kind.TRACKS)
    for path in (TRACKS, f"{TRACKS}/{item.id}", f"{API}/home", SUGGEST + "?q=a"):
        path, mark, query = path.partition("?")
        plain, slashed = (cached.get(f"{one}{mark}{query}") for one in (path, path + "/"))
        assert plain.status == slashed.status == 200
        assert plain.body == slashed.body


def test_requests_that_the_app_treats_otherwise_are_left_to_it(cached: Cached) -> None:
    cached.get(TRACKS)
    others = [
        {"origin": "https://elsewhere.example"},
        {"range": "bytes=0-1"},
        {"if_match": "*"},
        {"if_unmodified_since": "Fri, 01 Jan 2038 00:00:00 GMT"},
        {"access_control_request_private_network": "true"},
    ]
    for headers in others:
        assert not cached.is_kept(TRACKS, **headers), headers
    for method, status in (("POST", 405), ("OPTIONS", 200), ("DELETE", 405), ("BREW", 405)):
        assert cached.get(TRACKS, method).status == status
    assert cached.is_kept(TRACKS)


@pytest.mark.parametrize(
    "path", ["/healthz", "/readyz", "/metrics", f"{API}/swagger.json", f"{API}/sitemaps"]
)
def test_only_content_is_kept(cached: Cached, path: str) -> None:
    cached.get(path)
    assert not cached.is_kept(path)
    assert len(cached.cache.store) == 0


def test_nothing_that_a_client_says_of_itself_gets_into_what_others_read(cached: Cached) -> None:
    item = create_live(Kind.TRACKS)
    path = f"{TRACKS}/{item.id}"
    hostile = {
        "host": "evil.example",
        "x_forwarded_host": "evil.example",
        "x_forwarded_for": "203.0.113.66",
        "x_forwarded_proto": "gopher",
        "x_forwarded_prefix": "/evil",
        "x_original_url": "/evil",
        "x_rewrite_url": "/evil",
        "x_http_method_override": "DELETE",
        "referer": "https://evil.example",
        "user_agent": "evil",
        "accept": "text/evil",
        "accept_encoding": "gzip, br, evil",
        "accept_language": "zh-evil",
        "authorization": "Bearer evil",
        "cookie": "session=evil",
        "x_fields": "{id}",
        "x_request_id": "evil-evil-evil",
        "if_none_match": '"evil"',
        "if_range": '"evil"',
        "content_type": "text/evil",
    }
    first = cached.get(path, **hostile)
    second = cached.get(path)
    assert cached.entered == 1
    assert first.status == second.status == 200
    assert b"evil" not in second.body
    assert "evil" not in str(second.headers)


def test_who_is_signed_in_reads_what_everybody_reads(cached: Cached) -> None:
    plain = cached.get(TRACKS)
    signed_in = cached.get(TRACKS, authorization="Bearer abc", cookie="session=abc")
    assert signed_in.body == plain.body
    assert cached.entered == 1
