"""Media files of the local folder: ranges, lasting caches, nothing from outside the folder."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.settings import Settings
from media import stores
from tests.apps import make_app
from tests.rest.failures import check_failure, check_safe

CONTENT = bytes(range(256)) * 40
SIZE = len(CONTENT)
URL = "/media/public/test/film.mp4"
OUTSIDE = b"outside of the media folder"


@pytest.fixture(autouse=True)
def files(settings: Settings) -> Iterator[Path]:
    """A film in the media folder, and files that must stay unseen around it."""
    folder = settings.media_dir / "public" / "test"
    folder.mkdir(parents=True)
    (folder / "film.mp4").write_bytes(CONTENT)
    outside = settings.data_dir / "outside.txt"
    outside.write_bytes(OUTSIDE)
    yield folder
    outside.unlink()
    shutil.rmtree(settings.media_dir)
    settings.media_dir.mkdir()


def _get(client: FlaskClient, url: str = URL, **headers: str) -> TestResponse:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: TestResponse = client.get(url, headers=sent)
    answer.get_data()
    answer.close()
    check_safe(answer)
    return answer


def test_a_file_is_served_whole_and_for_good(client: FlaskClient, settings: Settings) -> None:
    answer = _get(client)
    assert answer.status_code == 200
    assert answer.data == CONTENT
    assert answer.mimetype == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.cache_control.public
    assert answer.cache_control.immutable
    assert answer.cache_control.max_age == settings.media_max_age_s >= 31_536_000
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
        ("bytes=5-999999", 5, SIZE - 1),
    ],
)
def test_a_part_is_served(client: FlaskClient, asked: str, first: int, last: int) -> None:
    answer = _get(client, Range=asked)
    assert answer.status_code == 206
    assert answer.data == CONTENT[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer.cache_control.immutable


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE + 5}-{SIZE + 9}"])
def test_a_part_beyond_the_end_is_refused(client: FlaskClient, asked: str) -> None:
    answer = _get(client, Range=asked)
    check_failure(answer, 416, "bad_request")
    assert answer.headers["Content-Range"] == f"bytes */{SIZE}"


@pytest.mark.parametrize("asked", ["other=0-1", "bytes=b-a", "bytes", "bytes=5-2", "bytes=²-"])
def test_a_part_that_is_none_is_the_whole_or_refused(client: FlaskClient, asked: str) -> None:
    answer = client.get(URL, environ_overrides={"HTTP_RANGE": asked.encode().decode("latin-1")})
    with answer:
        assert answer.status_code in (200, 416)


def test_a_part_of_what_changed_is_the_whole(client: FlaskClient) -> None:
    etag = _get(client).headers["ETag"]
    assert _get(client, Range="bytes=0-9", If_Range=etag).status_code == 206
    assert _get(client, Range="bytes=0-9", If_Range='"other"').status_code == 200


def test_who_has_it_gets_304(client: FlaskClient) -> None:
    first = _get(client)
    for headers in (
        {"If_None_Match": first.headers["ETag"]},
        {"If_Modified_Since": first.headers["Last-Modified"]},
    ):
        answer = _get(client, **headers)
        assert answer.status_code == 304
        assert answer.data == b""
    assert _get(client, If_None_Match='"other"').status_code == 200


def test_a_precondition_that_fails_has_the_shape_of_failures(client: FlaskClient) -> None:
    check_failure(_get(client, If_Match='"other"'), 412, "bad_request")


def test_head_has_the_headers_alone(client: FlaskClient) -> None:
    with client.head(URL) as answer:
        assert answer.status_code == 200
        assert answer.data == b""
        assert answer.headers["Content-Length"] == str(SIZE)
    check_failure(client.head("/media/absent.webp"), 404)


@pytest.mark.parametrize(
    "path",
    [
        *("absent.webp", "public", "public/test", "public/test/", "public/test/absent.mp4", "."),
        *("PUBLIC/test/film.mp4", "public/TEST/film.mp4", "other/film.mp4", "public/test/图.png"),
        *("../outside.txt", "public/../../outside.txt", "%2e%2e/outside.txt", "..%2foutside.txt"),
        *("%2e%2e%2foutside.txt", "%252e%252e%252foutside.txt", "..%5coutside.txt", "....//x"),
        *("/etc/passwd", "%2fetc%2fpasswd", "//etc/passwd", "film.mp4%00"),
        *("public/test/%00film.mp4", "public/test/film.mp4%00"),
        *("a" * 5_000, "a/" * 2_000, "%ff", "%ed%a0%80", "C:%5Cx", "public/test/film.mp4%20"),
    ],
)
def test_nothing_else_is_served(client: FlaskClient, path: str) -> None:
    answer = client.get(f"/media/{path}")
    with answer:
        assert OUTSIDE not in answer.data
        check_failure(answer, 404, "not_found")


def test_a_link_out_of_a_name_is_no_way_out(client: FlaskClient) -> None:
    for path in ("/media/../outside.txt", "/media/public/../../outside.txt"):
        answer = client.get("/", environ_overrides={"PATH_INFO": path})
        with answer:
            assert answer.status_code == 404


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *(("a.webp", "image/webp"), ("a.png", "image/png"), ("a.jpg", "image/jpeg")),
        *(("a.vtt", "text/vtt"), ("a.m3u8", "application/vnd.apple.mpegurl")),
        *(("a.ts", "video/mp2t"), ("a.pdf", "application/pdf")),
    ],
)
def test_types_do_not_depend_on_the_machine(
    client: FlaskClient, files: Path, name: str, expected: str
) -> None:
    (files / name).write_bytes(b"x")
    answer = _get(client, f"/media/public/test/{name}")
    assert answer.mimetype == expected
    assert "Content-Disposition" not in answer.headers


@pytest.mark.parametrize("name", ["a.html", "a.svg", "a.xhtml", "a.xml", "a", "a.png.html"])
def test_what_a_browser_would_run_is_a_download(
    client: FlaskClient, files: Path, name: str
) -> None:
    (files / name).write_bytes(b"<script>alert(1)</script>")
    answer = _get(client, f"/media/public/test/{name}")
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "script" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("origins", [(), ("https://h5.example.org",)])
def test_scripts_of_any_page_may_read_public_files_and_no_others(
    settings: Settings, origins: tuple[str, ...]
) -> None:
    own = make_app(replace(settings, cors_origins=origins)).test_client()
    signed = stores.current().signed_url("internal/test/film.mp4", 60)
    stores.current().put("internal/test/film.mp4", CONTENT)
    for origin in ("https://h5.example.org", "https://another.example.org"):
        answer = _get(own, Origin=origin)
        assert answer.headers.getlist("Access-Control-Allow-Origin") == ["*"]
        internal = _get(own, signed, Origin=origin)
        assert internal.data == CONTENT
        assert "Access-Control-Allow-Origin" not in internal.headers
