"""MinIO behind the sample configuration: public media from a cache, the rest as it is signed."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from cli.nginx import Nginx
from core.settings import Settings
from media import stores
from media.storage import Storage

CONTENT = bytes(range(256)) * 40_000  # three pieces of the cache
SIZE = len(CONTENT)
PUBLIC, INTERNAL = "public/film/720.mp4", "internal/film/720.mp4"
NAME = "考察手册 第一版.mp4"
Front = tuple[Nginx, Settings]


@pytest.fixture(scope="module")
def session(certificate: Path) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False  # it may name other certificates
        session.verify = str(certificate / "fullchain.pem")
        yield session


@pytest.fixture(scope="module")
def store(store_front: Front) -> Storage:
    """The bucket, with a film for everybody and one that is not."""
    store = stores.create(store_front[1])
    assert store.prepare() is not None
    for key in (PUBLIC, INTERNAL):
        store.put(key, CONTENT)
    return store


def test_public_media_are_served_and_kept(store: Storage, session: requests.Session) -> None:
    url = store.public_url(PUBLIC)
    answer = session.get(url)
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "video/mp4"
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    store.remove(PUBLIC)
    try:
        assert session.get(url).content == CONTENT
        middle = {"Range": "bytes=4194300-4194310"}  # where two pieces meet
        part = session.get(url, headers=middle)
        assert (part.status_code, part.content) == (206, CONTENT[4194300:4194311])
        assert part.headers["Content-Range"] == f"bytes 4194300-4194310/{SIZE}"
        head = session.head(url)
        assert (head.status_code, head.headers["Content-Length"]) == (200, str(SIZE))
    finally:
        store.put(PUBLIC, CONTENT)


@pytest.mark.parametrize("origin", [None, "https://h5.example.org"])
def test_players_of_any_page_may_read_public_media(
    store: Storage, session: requests.Session, origin: str | None
) -> None:
    """Who asks first decides what is kept: each starts with a file that nobody asked for."""
    key = f"public/hls/{'with' if origin else 'without'}/index.m3u8"
    store.put(key, b"#EXTM3U\n")
    url = store.public_url(key)
    for sent in (origin, None, "https://another.example.org"):
        answer = session.get(url, headers={"Origin": sent} if sent else {})
        assert answer.content == b"#EXTM3U\n"
        assert answer.headers["Content-Type"] == "application/vnd.apple.mpegurl"
        allowed = answer.raw.headers.getlist("Access-Control-Allow-Origin")
        assert allowed == ["*"]
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_a_seek_fetches_one_piece(
    store: Storage, store_front: Front, session: requests.Session
) -> None:
    store.put("public/film/seek.mp4", CONTENT)
    url = store.public_url("public/film/seek.mp4")
    before = _kept(store_front[0])
    part = session.get(url, headers={"Range": f"bytes={SIZE - 10}-"})
    assert (part.status_code, part.content) == (206, CONTENT[-10:])
    assert len(_kept(store_front[0]) - before) == 1


def _kept(nginx: Nginx) -> set[Path]:
    return {path for path in (nginx.folder / "cache").rglob("*") if path.is_file()}


def test_internal_media_need_a_signature(store: Storage, session: requests.Session) -> None:
    signed = store.signed_url(INTERNAL, 60, NAME)
    bare = signed.partition("?")[0]
    assert session.get(bare).status_code == 403
    assert session.get(signed[:-1] + ("0" if signed[-1] != "0" else "1")).status_code == 403
    answer = session.get(signed)
    assert answer.content == CONTENT
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(NAME)}"
    part = session.get(signed, headers={"Range": "bytes=5-9"})
    assert (part.status_code, part.content) == (206, CONTENT[5:10])


def test_public_media_are_saved_under_a_name(store: Storage, session: requests.Session) -> None:
    answer = session.get(store.signed_url(PUBLIC, 60, NAME))
    assert answer.content == CONTENT
    assert quote(NAME) in answer.headers["Content-Disposition"]


def test_parts_go_through(store: Storage, session: requests.Session) -> None:
    key = "incoming/film"
    upload = store.begin(key)
    target = store.sign_part(key, upload, 1, 60)
    answer = session.request(target.method, target.url, data=CONTENT)
    assert answer.status_code == 200, answer.text
    parts = store.list_parts(key, upload)
    assert answer.headers["ETag"].strip('"') == parts[0].etag
    assert store.complete(key, upload, parts).size == SIZE


def test_nothing_else_of_minio_is_reached(
    store: Storage, store_front: Front, session: requests.Session
) -> None:
    base = store_front[0].store_url
    for path in ("/", "/minio/health/live", "/minio/admin/v3/info", "/other-bucket/x"):
        assert session.get(base + path).status_code == 404
    for path in ("/toolbox-media/", "/toolbox-media/?list-type=2", "/toolbox-media/internal/"):
        assert session.get(base + path).status_code == 403
    url = store.public_url(PUBLIC)
    for method in ("PUT", "DELETE", "POST"):
        assert session.request(method, url, data=b"x").status_code in (400, 403, 405)
    assert store.stat(PUBLIC).size == SIZE


def test_the_product_shows_the_way(
    store: Storage, store_front: Front, session: requests.Session
) -> None:
    answer = session.get(f"{store_front[0].url}/media/{PUBLIC}")
    assert [one.status_code for one in answer.history] == [302]
    assert answer.url == store.public_url(PUBLIC)
    assert answer.content == CONTENT
