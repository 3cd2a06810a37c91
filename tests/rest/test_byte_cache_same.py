"""With the byte cache every answer is the one that the app gives without it.

Each request is sent to the app alone, then twice to the app behind its cache: once when nothing is
kept, once when the answer may be.
"""

import datetime as dt
import itertools
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask

from core.settings import Settings
from models.enums import Kind
from models.registry import CONTENT
from models.versions import Version
from services import publishing, sitemaps
from tests.api import surface
from tests.api.complete import create_items
from tests.api.surface import API
from tests.apps import make_app
from tests.clocks import Clock
from tests.factories import ACTOR, create_live
from tests.rest.cached import Cached, call, environment, running

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

LONG = bool(os.environ.get("TEST_LONG"))
ORIGINS = ("https://h5.example.org", "https://other.example.org")
IDENTITY = "the-same-for-both"
PAST = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
BEFORE, AT, AFTER = (
    "Tue, 31 Dec 2024 23:59:59 GMT",
    "Wed, 01 Jan 2025 00:00:00 GMT",
    "Wed, 01 Jan 2025 00:00:01 GMT",
)
QUERIES = (
    *("", "lang=en", "lang=zh-CN", "lang=EN", "lang=", "lang=en&lang=en", "&", "=", "a", "lang"),
    *("limit=1", "limit=01", "limit=+1", "limit=%31", "limit=1&limit=1", "limit=0", "limit=51"),
    *("place=jiaozhou", "place=nowhere", "place=jiaozhou&lang=en&limit=2", "cursor=", "cursor=x"),
    *("track=absent", "track=../x", "tag=a+b", "tag=a%20b", "tag=%E6%B5%8B", "tag=测试标签"),
    *("tag=%FF", "tag=%", "tag=%zz", "tag=a;limit=1", "tag=%00", "tag=%26limit=1", "tag=a%3D"),
    *("stage=open", "class=priority", "kind=park", "kind=tracks", "topic=test", "unknown=1"),
    *("q=测试", "q=%E6%B5%8B%E8%AF%95", "q=cs&lang=en", "q=", "q=%20", "q=" + "x" * 61),
    "tag=" + "x" * 2_100,
)


@pytest.fixture(params=[ORIGINS])
def both(
    settings: Settings, tmp_path: Path, clock: Clock, request: pytest.FixtureRequest
) -> Iterator[tuple[Flask, Cached]]:
    """The app without and with its cache, on complete content that is dated in the past.

    The clock stands: departures are told by the minute.
    """
    changed = replace(settings, cors_origins=request.param, byte_cache_ttl_s=600)
    plain = make_app(changed)
    create_items()
    create_live(Kind.SITES)
    for kind in Kind:
        sitemaps.build(kind)
    Version.objects.update(set__last_modified=PAST)
    clock.set(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1))
    with running(changed, tmp_path) as cached:
        yield plain, cached


def paths(app: Flask, *, short: bool = not LONG) -> list[str]:
    """Return paths that answer, and paths that do not, of every route of the public API.

    The short form has one path a route, and one that is missing.
    """
    found = set()
    for rule in surface.public_reads(app):
        name = rule.rule.removeprefix(f"{API}/").split("/")[0]
        kind = Kind(name) if name in set(Kind) else None
        chapter = CONTENT[Kind.CHAPTERS].objects(parent__ne=None).first()
        values = {"edition": chapter.edition, "chapter": chapter.id}
        if kind:
            item = CONTENT[kind].objects.first()
            found.add(surface.path(rule, **values, id_or_slug=item.id))
        if kind and not short:
            found.add(surface.path(rule, **values, id_or_slug=item.slug))
        if not (kind and short):
            found.add(surface.path(rule))
    return [*sorted(found), f"{API}/tracks/absent"]


def chosen(app: Flask) -> list[str]:
    """Return the paths on which every header is tried: of each sort of answer one."""
    if LONG:
        return paths(app)
    return [f"{API}/tracks", f"{API}/tracks/absent"]


class Differences:
    """Compares what both give; each difference is kept with its request."""

    def __init__(self, plain: Flask, cached: Cached) -> None:
        self.plain = plain
        self.cached = cached
        self.found: list[object] = []
        self.statuses: list[int] = []
        self.kept = 0

    def look(self, target: str, method: str = "GET", **headers: str) -> None:
        """Send one request to both."""
        headers = {"x_request_id": IDENTITY, **headers}
        expected = call(self.plain.wsgi_app, environment(target, method, **headers))
        self.statuses.append(expected.status)
        entered = self.cached.entered
        for attempt in ("cold", "warm"):
            given = self.cached.get(target, method, **headers)
            if (given.status, given.without("date"), given.body) != (
                expected.status,
                expected.without("date"),
                expected.body,
            ):
                self.found.append((attempt, method, target, headers, expected, given))
        self.kept += self.cached.entered - entered < 2


def test_for_every_route_and_query(both: tuple[Flask, Cached]) -> None:
    seen = Differences(*both)
    asked = [(path, query) for path in paths(both[0]) for query in QUERIES[:: 1 if LONG else 12]]
    for name in ("tracks", "sites", "tracks/absent", "search", "search/suggest"):
        asked += [(f"{API}/{name}", query) for query in QUERIES]
    for path, query in asked:
        seen.look(f"{path}{'&' if '?' in path else '?'}{query}" if query else path)
    assert seen.found == []
    assert set(seen.statuses) == {200, 400, 404}
    assert seen.kept > len(seen.statuses) / 6


def test_for_every_route_and_header(both: tuple[Flask, Cached]) -> None:
    plain, cached = both
    seen = Differences(plain, cached)
    for path in chosen(plain):
        answer = cached.get(path)
        tag = answer["ETag"] if answer.status == 200 else '"none"'
        for headers in conditions(tag) + others():
            for method in ("GET", "HEAD") if answer.status == 200 else ("GET",):
                seen.look(path, method, **headers)
        cold = {"if_none_match": tag, "accept_language": "en"}
        seen.look(surface.adding(path, lang="zh-CN"), **cold)
    few = ({"if_none_match": "*"}, {"if_modified_since": AT}, {"origin": ORIGINS[1]})
    for path, headers in itertools.product(paths(plain), few):
        seen.look(path, **headers)
    assert seen.found == []
    assert set(seen.statuses) == {200, 304, 404, 412}
    assert seen.statuses.count(304) > len(seen.statuses) / 10


def conditions(tag: str) -> list[dict[str, str]]:
    """Return conditions, those that hold and those that do not."""
    tags = [
        *(tag, f"W/{tag}", f'"x", {tag}', f'W/"x",W/{tag}', f'"x" , {tag},', tag.strip('"')),
        *("*", '"*"', f"{tag}, *", '"x"', 'W/"x"', tag.upper(), tag[:-1], f'"{tag}"', ",", '""'),
        *("", " ", '"', "W/", "\x80", f"{tag};x", f"w/{tag}", "x" * 4_000),
    ]
    dates = [
        *(BEFORE, AT, AFTER, "Friday, 01-Jan-38 00:00:00 GMT", "Fri Jan  1 00:00:00 2038"),
        *("", "no date", "2038-01-01T00:00:00Z", "Fri, 99 Jan 2038 00:00:00 GMT", "0"),
        *("Wed, 01 Jan 2025 08:00:00 +0800", "Wed, 01 Jan 2025 07:59:59 +0800"),
    ]
    return [
        *({"if_none_match": one} for one in tags),
        *({"if_modified_since": one} for one in dates),
        *({"if_none_match": a, "if_modified_since": b} for a in tags[-12:] for b in (BEFORE, AT)),
        {"if_none_match": tag, "if_modified_since": BEFORE},
        {"if_match": tag},
        {"if_match": '"x"'},
        {"if_match": '"x"', "if_none_match": tag},
        {"if_unmodified_since": BEFORE},
        {"if_range": tag},
        {"if_range": tag, "range": "bytes=0-0"},
        {"range": "bytes=0-0", "if_none_match": tag},
    ]


def others() -> list[dict[str, str]]:
    """Return headers on which an answer might depend."""
    languages = [
        *("en", "EN", "en-GB,en;q=0.8", "zh", "zh-TW", "en;q=0.1,zh;q=0.2", "fr", "*", "", ";q="),
        *("en;q=0", "en-GB", "zh-Hans-CN,en;q=0.9", "é", "x" * 500),
    ]
    return [
        *({"accept_language": one} for one in languages),
        *({"origin": one} for one in (*ORIGINS, "https://evil.example", "null", "")),
        {"access_control_request_private_network": "true"},
        {"origin": ORIGINS[0], "access_control_request_method": "GET"},
        {"authorization": "Bearer x"},
        {"cookie": "session=x"},
        {"accept": "text/html"},
        {"accept": "image/png;q=1"},
        {"accept_encoding": "gzip, br"},
        {"accept_charset": "gb18030"},
        {"x_fields": "{id}"},
        {"x_forwarded_for": "203.0.113.1", "x_forwarded_proto": "https"},
        {"x_forwarded_host": "evil.example", "forwarded": "host=evil.example"},
        {"host": "evil.example"},
        {"host": "evil.example:99"},
        {"prefer": "return=minimal"},
        {"cache_control": "no-cache", "pragma": "no-cache"},
        {"idempotency_key": "0123456789"},
    ]


@pytest.mark.parametrize("both", [()], indirect=True, ids=["no-origins"])
def test_where_no_other_origin_is_allowed(both: tuple[Flask, Cached]) -> None:
    seen = Differences(*both)
    for path in paths(both[0]):
        for headers in ({}, {"origin": ORIGINS[0]}, {"if_none_match": "*"}):
            seen.look(path, **headers)
    assert seen.found == []
    assert seen.kept > len(seen.statuses) / 2


def test_for_every_method(both: tuple[Flask, Cached]) -> None:
    seen = Differences(*both)
    for path in paths(both[0]):
        for method in ("POST", "DELETE", "OPTIONS", "BREW"):
            seen.look(path, method)
    assert seen.found == []
    assert set(seen.statuses) == {200, 405}


def test_for_paths_that_are_nearly_right(both: tuple[Flask, Cached]) -> None:
    seen = Differences(*both)
    for path in [*chosen(both[0]), f"{API}/search/suggest?q=a", f"{API}/home"]:
        path, mark, query = path.partition("?")
        head, _, tail = path.rpartition("/")
        escaped = "".join(f"%{byte:02x}" for byte in tail.encode())
        for changed in (
            *(f"{path}/", f"{path}//", f"{head}//{tail}", f"{head}/%2F{tail}", f"{head}/{escaped}"),
            *(f"{path}%20", f"{path}%3F", f"{path}%3Flang=en", f"{path}%23", f"{path}%00"),
            *(f"{path}%FF", f"{path}{quote('测')}", f"{path};a=b", f"{path}/.", f"{path}/%2e%2e"),
            *(path.upper(), f"/{path}", path.replace("/api/", "/api/./"), f"{path}.json"),
        ):
            seen.look(f"{changed}{mark}{query}")
    assert seen.found == []
    assert set(seen.statuses) == {200, 404}


def test_while_the_content_changes(both: tuple[Flask, Cached]) -> None:
    plain, cached = both
    items = [create_live(kind) for kind in (Kind.TRACKS, Kind.ARTICLES)]
    for number, item in enumerate(items):
        for action in (
            lambda item=item: publishing.unpublish(item.KIND, item.id, actor=ACTOR),
            lambda item=item: publishing.publish(item.KIND, item.id, actor=ACTOR),
            lambda item=item: publishing.reorder(item.KIND, [item.id], actor=ACTOR),
        ):
            action()
            Version.objects.update(set__last_modified=PAST + dt.timedelta(seconds=number))
            current = Version.objects.get(id="content").number
            cached.cache.counters.raise_to("content", current)
            seen = Differences(plain, cached)
            for path in (f"{API}/home", f"{API}/{item.KIND}", f"{API}/{item.KIND}/{item.id}"):
                seen.look(path)
            assert seen.found == []
