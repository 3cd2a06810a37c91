"""ETag and Last-Modified on every public read: 304 when unchanged, never when changed."""

import datetime as dt
import itertools
import re
from dataclasses import replace
from email.utils import format_datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.http import http_date
from werkzeug.test import TestResponse

from api import public
from core.clock import SHANGHAI
from core.settings import Settings
from models.enums import Kind
from models.sitemaps import Sitemap
from models.versions import Version
from rest import app as rest_app
from services import content, publishing, sitemaps
from tests.api import surface
from tests.api.complete import create_items, create_whole_departure
from tests.api.surface import API
from tests.clocks import Clock
from tests.factories import ACTOR, create_live

SECOND = dt.timedelta(seconds=1)


def _paths(app: Flask) -> list[str]:
    """Return one path that answers for every public read of the URL map."""
    items = create_items()
    departure = create_whole_departure(items[Kind.ROUTES])
    for kind in Kind:
        sitemaps.build(kind)
    paths = []
    for rule in surface.public_reads(app):
        name = rule.rule.removeprefix(f"{API}/").split("/")[0]
        item = items[Kind(name)].id if name in set(Kind) else "absent"
        chapter = items[Kind.CHAPTERS]
        values = {"id_or_slug": item, "edition": chapter.edition, "chapter": chapter.id}
        values |= {"departure_id": departure.id}
        address = surface.path(rule, **values)
        month = f"{departure.starts_at.astimezone(SHANGHAI):%Y-%m}"
        paths.append(re.sub(r"month=[0-9-]+", f"month={month}", address))
    return paths


def _get(client: FlaskClient, path: str, **headers: str) -> TestResponse:
    answer = client.get(path, headers={k.replace("_", "-"): v for k, v in headers.items()})
    assert answer.status_code in (200, 304), answer.text
    return answer


def _last_modified() -> dt.datetime:
    """Return the date of the content's version, which may run ahead of the clock."""
    return Version.objects.get(id="content").last_modified  # type: ignore[no-any-return]


def test_every_read_answers_304_to_who_has_it(
    app: Flask, client: FlaskClient, clock: Clock
) -> None:
    paths = _paths(app)
    # So is the last change of a departure; and no minute ends while this looks.
    clock.set(dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5))
    # Publishing many items within a second makes the date run ahead of the clock: let it be past.
    past = dt.datetime(2025, 1, 1, tzinfo=dt.UTC)
    Version.objects(id="content").update(set__last_modified=past)
    for path in paths:
        first = _get(client, path)
        assert first.status_code == 200
        etag, date = first.headers["ETag"], first.headers["Last-Modified"]
        for headers in (
            {"If_None_Match": etag},
            {"If_None_Match": f'"other", W/{etag}'},
            {"If_None_Match": "*"},
            {"If_Modified_Since": date},
            {"If_None_Match": etag, "If_Modified_Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
        ):
            again = _get(client, path, **headers)
            assert again.status_code == 304, (path, headers)
            assert again.data == b""
            assert again.headers["ETag"] == etag
            assert "Accept-Language" in again.headers["Vary"]
        for headers in (
            {"If_None_Match": '"other"'},
            {"If_None_Match": '"other"', "If_Modified_Since": date},
            {"If_Modified_Since": "Sat, 01 Jan 2000 00:00:00 GMT"},
            {"If_Modified_Since": "no date"},
        ):
            assert _get(client, path, **headers).status_code == 200, (path, headers)


def test_every_read_has_its_headers_and_head_has_them_too(app: Flask, client: FlaskClient) -> None:
    for path in _paths(app):
        got, head = client.get(path), client.head(path)
        assert got.mimetype == "application/json"
        assert head.status_code == got.status_code == 200
        assert head.data == b""
        for name in ("ETag", "Content-Type", "Content-Length", "Content-Language", "Vary"):
            assert head.headers[name] == got.headers[name], (path, name)
        assert got.headers["Cache-Control"] == "public, max-age=0, no-cache"
        assert got.headers["Content-Language"] == "zh-CN"
        assert got.headers["Vary"] == "Accept-Language"
        date = got.last_modified
        assert date is not None
        assert date <= dt.datetime.now(dt.UTC)


def test_the_two_languages_have_different_tags(app: Flask, client: FlaskClient) -> None:
    for path in _paths(app):
        if "sitemaps" in path or "suggest" in path:
            continue  # nothing in two languages
        chinese, english = (_get(client, surface.adding(path, lang=one)) for one in ("zh-CN", "en"))
        assert chinese.headers["ETag"] != english.headers["ETag"], path
        tag = chinese.headers["ETag"]
        assert _get(client, surface.adding(path, lang="en"), If_None_Match=tag).status_code == 200


def test_a_precondition_that_fails_has_the_shape_of_failures(client: FlaskClient) -> None:
    answer = client.get(f"{API}/tracks", headers={"If-Match": '"other"'})
    assert answer.status_code == 412
    assert answer.get_json()["error"]["code"] == "bad_request"
    own = client.get(f"{API}/tracks").headers["ETag"]
    assert client.get(f"{API}/tracks", headers={"If-Match": own}).status_code == 200


def _publish_title(item: Any, title: str) -> None:
    current = content.get(Kind.TRACKS, item.id)
    content.update(Kind.TRACKS, item.id, {"title": title}, revision=current.revision, actor=ACTOR)
    publishing.publish(Kind.TRACKS, item.id, actor=ACTOR)


def test_every_change_is_seen_by_tag_and_by_date_even_within_a_second(client: FlaskClient) -> None:
    item = create_live(Kind.TRACKS)
    path = f"{API}/tracks/{item.id}"
    tags: list[str] = []
    dates = [_get(client, path).headers["Last-Modified"]]
    for number in range(5):
        _publish_title(item, f"测试 {number}")
        fresh = _get(client, path, If_Modified_Since=dates[-1])
        assert fresh.status_code == 200, "a client that only compares dates sees every change"
        assert fresh.get_json()["title"] == f"测试 {number}"
        assert _get(client, path, If_None_Match=tags[-1] if tags else '"x"').status_code == 200
        tags.append(fresh.headers["ETag"])
        dates.append(fresh.headers["Last-Modified"])
    assert len(set(tags)) == len(tags)


def test_each_change_has_a_date_of_its_own() -> None:
    item = create_live(Kind.TRACKS)
    dates = []
    for number in range(4):
        _publish_title(item, f"测试 {number}")
        dates.append(_last_modified())
    assert all(later - earlier >= SECOND for earlier, later in itertools.pairwise(dates))


def test_a_date_ahead_of_the_clock_is_neither_sent_nor_matched(client: FlaskClient) -> None:
    create_live(Kind.TRACKS)
    ahead = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(minutes=10)
    Version.objects(id="content").update(set__last_modified=ahead)
    sent = _get(client, f"{API}/tracks").last_modified
    assert sent is not None
    assert sent < ahead - dt.timedelta(minutes=9)
    before = format_datetime(ahead - SECOND, usegmt=True)
    assert _get(client, f"{API}/tracks", If_Modified_Since=before).status_code == 200
    exactly = format_datetime(ahead, usegmt=True)
    assert _get(client, f"{API}/tracks", If_Modified_Since=exactly).status_code == 304


def test_the_index_of_sitemaps_is_dated_by_their_making(client: FlaskClient) -> None:
    create_live(Kind.TRACKS)
    sitemaps.build(Kind.TRACKS)
    made = dt.datetime(2025, 5, 1, 2, 3, 4, 567000, tzinfo=dt.UTC)
    Sitemap.objects.update(set__generated_at=made)
    first = _get(client, f"{API}/sitemaps")
    assert first.last_modified == made.replace(microsecond=0)
    date = first.headers["Last-Modified"]
    assert _get(client, f"{API}/sitemaps", If_Modified_Since=date).status_code == 304
    Sitemap.objects.update(set__generated_at=made + SECOND)
    assert _get(client, f"{API}/sitemaps", If_Modified_Since=date).status_code == 200


def test_a_sitemap_is_dated_by_its_making_or_by_content_whichever_is_later(
    client: FlaskClient,
) -> None:
    """It leaves out what went offline since, so content changes it too."""
    item = create_live(Kind.TRACKS)
    sitemaps.build(Kind.TRACKS)
    path = f"{API}/sitemaps/tracks"
    later = (_last_modified() + 5 * SECOND).replace(microsecond=0)
    Sitemap.objects.update(set__generated_at=later - 60 * SECOND)
    date = http_date(_last_modified())
    assert _get(client, path, If_Modified_Since=date).status_code == 304
    Sitemap.objects.update(set__generated_at=later)
    assert _get(client, path, If_Modified_Since=date).status_code == 200
    Sitemap.objects.update(set__generated_at=later - 60 * SECOND)
    publishing.unpublish(Kind.TRACKS, item.id, actor=ACTOR)
    assert _get(client, path, If_Modified_Since=date).status_code == 200


def test_an_index_without_sitemaps_has_no_date(client: FlaskClient) -> None:
    answer = _get(client, f"{API}/sitemaps")
    assert answer.last_modified is None
    date = "Fri, 01 Jan 2038 00:00:00 GMT"
    assert _get(client, f"{API}/sitemaps", If_Modified_Since=date).status_code == 200


@pytest.mark.parametrize(
    ("seconds", "expected"), [(0, "public, max-age=0, no-cache"), (60, "public, max-age=60")]
)
def test_the_age_of_answers_is_a_setting(settings: Settings, seconds: int, expected: str) -> None:
    app = rest_app.create(replace(settings, public_max_age_s=seconds))
    public.mount(app)
    answer = app.test_client().get(f"{API}/tracks")
    assert answer.headers["Cache-Control"] == expected
    missing = app.test_client().get(f"{API}/tracks/absent")
    assert missing.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("kind", surface.LISTED)
def test_a_change_is_visible_in_the_next_answer(client: FlaskClient, kind: Kind) -> None:
    listed = f"{API}/{kind}"
    empty = _get(client, listed).headers["ETag"]
    item = create_live(kind)
    own = f"{listed}/{item.id}"
    assert _get(client, listed, If_None_Match=empty).status_code == 200
    one = _get(client, own)
    content.update(kind, item.id, {"title": "测试改名"}, revision=item.revision, actor=ACTOR)
    etag = one.headers["ETag"]
    assert _get(client, own, If_None_Match=etag).status_code == 304, "a draft changes nothing"
    publishing.publish(kind, item.id, actor=ACTOR)
    assert _get(client, own, If_None_Match=etag).get_json()["title"] == "测试改名"
    publishing.unpublish(kind, item.id, actor=ACTOR)
    assert client.get(own, headers={"If-None-Match": etag}).status_code == 404
    again = _get(client, listed)
    assert item.id not in again.text
