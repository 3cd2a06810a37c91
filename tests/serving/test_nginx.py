"""The sample configuration of nginx, in a real one: media from the disk, and what is kept back."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import requests

from cli.nginx import SAMPLE, Nginx
from media import types
from media.local import LocalStorage
from tests.waiting import eventually

CONTENT = bytes(range(256)) * 4_000
SIZE = len(CONTENT)
PUBLIC, INTERNAL = "public/film/720.mp4", "internal/film/720.mp4"
FOR_EVER = "public, max-age=31536000, immutable"
NAME = "考察手册 第一版.mp4"


@pytest.fixture(scope="module")
def session(certificate: Path) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False  # it may name other certificates
        session.verify = str(certificate / "fullchain.pem")
        yield session


@pytest.fixture(autouse=True)
def files(store: LocalStorage) -> None:
    for key in (PUBLIC, INTERNAL):
        store.put(key, CONTENT)


def check_safe(answer: requests.Response) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Server"] == "nginx"


def test_public_media_come_from_the_disk_for_ever(front: Nginx, session: requests.Session) -> None:
    answer = session.get(f"{front.url}/media/{PUBLIC}")
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Cache-Control"] == FOR_EVER
    assert "Content-Disposition" not in answer.headers
    assert "X-Request-ID" not in answer.headers  # not asked of the product
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    check_safe(answer)
    known = {"If-None-Match": answer.headers["ETag"]}
    assert session.get(f"{front.url}/media/{PUBLIC}", headers=known).status_code == 304


@pytest.mark.parametrize("key", [PUBLIC, INTERNAL])
@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-0", 0, 0), (f"bytes={SIZE - 9}-", SIZE - 9, SIZE - 1), ("bytes=99-199", 99, 199)],
)
def test_a_part_is_served(
    front: Nginx,
    session: requests.Session,
    store: LocalStorage,
    key: str,
    asked: str,
    first: int,
    last: int,
) -> None:
    url = front.url + store.signed_url(key, 60)
    answer = session.get(url, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.content == CONTENT[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    beyond = session.get(url, headers={"Range": f"bytes={SIZE}-"})
    assert beyond.status_code == 416


@pytest.mark.parametrize("url", [f"/media/{PUBLIC}", ""])
def test_head_tells_type_and_size(
    front: Nginx, session: requests.Session, store: LocalStorage, url: str
) -> None:
    answer = session.head(front.url + (url or store.signed_url(INTERNAL, 60)))
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["Content-Length"] == str(SIZE)
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Accept-Ranges"] == "bytes"


def test_internal_media_need_a_signature(
    front: Nginx, session: requests.Session, store: LocalStorage
) -> None:
    bare = session.get(f"{front.url}/media/{INTERNAL}")
    assert bare.status_code == 403
    assert bare.json()["error"]["code"] == "link_ended"
    signed = store.signed_url(INTERNAL, 60)
    assert session.get(f"{front.url}{signed}x").status_code == 403
    answer = session.get(front.url + signed)
    assert answer.status_code == 200
    assert answer.content == CONTENT
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "X-Accel-Redirect" not in answer.headers
    assert "Access-Control-Allow-Origin" not in answer.headers
    check_safe(answer)


def test_an_address_past_its_time_is_refused(
    front: Nginx, session: requests.Session, store: LocalStorage
) -> None:
    url = front.url + store.signed_url(INTERNAL, 2)
    assert session.get(url).status_code == 200
    assert eventually(lambda: session.get(url).status_code == 403, 60)


def test_the_product_is_not_asked_for_every_range(
    front: Nginx, session: requests.Session, store: LocalStorage
) -> None:
    url = front.url + store.signed_url(INTERNAL, 60)

    def asked() -> float:
        figures = requests.get(f"http://{front.behind.app}/metrics", timeout=30).text
        lines = [line for line in figures.splitlines() if "/media/<path:path>" in line]
        return sum(float(line.rpartition(" ")[2]) for line in lines if "_total" in line)

    before = asked()
    for start in range(0, 100):
        part = session.get(url, headers={"Range": f"bytes={start}-{start}"})
        assert (part.status_code, part.content) == (206, CONTENT[start : start + 1])
    assert 1 <= asked() - before < 50
    assert session.get(f"{url}x").status_code == 403


@pytest.mark.parametrize("key", [PUBLIC, INTERNAL])
def test_a_name_in_any_script_is_offered_for_saving(
    front: Nginx, session: requests.Session, store: LocalStorage, key: str
) -> None:
    answer = session.get(front.url + store.signed_url(key, 60, NAME))
    assert answer.content == CONTENT
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=UTF-8''{quote(NAME)}"


@pytest.mark.parametrize("suffix", ["html", "svg", "xml", "js", "swf", "bin"])
def test_what_a_browser_would_run_is_a_download(
    front: Nginx, session: requests.Session, store: LocalStorage, suffix: str
) -> None:
    for area in ("public", "internal"):
        key = f"{area}/test/a.{suffix}"
        store.put(key, b"<script>alert(1)</script>")
        url = f"/media/{key}" if area == "public" else store.signed_url(key, 60)
        answer = session.get(front.url + url)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment"
        check_safe(answer)


@pytest.mark.parametrize(
    "path",
    [
        *(f"/_media/{PUBLIC}", f"/_media/{INTERNAL}", "/metrics", "/media/public/film/"),
        *("/media/public/absent.mp4", "/media/public/../.uploads/x", "/media/.uploads/x"),
        *("/media/public/film/.720.mp4.partial", "/media/public/%2e%2e/%2e%2e/web.log"),
        *("/media/public%2f..%2f..%2fweb.log", "/media/public/..%2f..%2fweb.log"),
        *("/media../web.log", "/_media../web.log", "/media/public/../../web.log"),
    ],
)
def test_nothing_else_is_served(
    front: Nginx, session: requests.Session, store: LocalStorage, path: str
) -> None:
    (store.root / ".uploads").mkdir(exist_ok=True)
    for hidden in (".uploads/x", "public/film/.720.mp4.partial"):
        (store.root / hidden).write_bytes(b"hidden")
    request = session.prepare_request(requests.Request("GET", front.url))
    request.url = front.url + path
    answer = session.send(request, verify=session.verify)
    assert answer.status_code in (400, 404), answer.text
    assert "hidden" not in answer.text
    if path.startswith("/media/"):
        assert answer.json()["error"]["code"] == "not_found"


def test_what_is_gone_has_the_shape_of_failures(front: Nginx, session: requests.Session) -> None:
    answer = session.get(f"{front.url}/media/public/absent.mp4")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"
    assert answer.headers["Cache-Control"] == "no-store"


def test_answers_are_compressed_and_still_known(front: Nginx, session: requests.Session) -> None:
    url = f"{front.url}/api/v1/swagger.json"
    answer = session.get(url, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    home = session.get(f"{front.url}/api/v1/home", headers={"Accept-Encoding": "gzip"})
    known = {"If-None-Match": home.headers["ETag"], "Accept-Encoding": "gzip"}
    assert session.get(f"{front.url}/api/v1/home", headers=known).status_code == 304
    staff = session.get(f"{front.url}/admin/api/v1/swagger.json")
    assert "Content-Encoding" not in staff.headers


def test_large_bodies_end_at_nginx(front: Nginx, session: requests.Session) -> None:
    answer = session.post(f"{front.url}/api/v1/sessions/demo", data=b"x" * 1_100_000)
    assert answer.status_code == 413
    assert "nginx" in answer.text


def test_plain_http_leads_to_the_encrypted_address(front: Nginx) -> None:
    plain = f"http://127.0.0.1:{front.plain_port}/api/v1/home"
    answer = requests.get(plain, allow_redirects=False, timeout=30)
    assert answer.status_code == 301
    assert answer.headers["Location"] == "https://127.0.0.1/api/v1/home"


def test_the_sample_shows_what_the_product_shows() -> None:
    text = SAMPLE.read_text(encoding="utf-8")
    listed = re.search(r"~\\\.\(([a-z0-9|]+)\)\$", text)
    assert listed
    assert {f".{one}" for one in listed[1].split("|")} == set(types.SHOWN)
    block = re.search(r"types \{(.*?)\}", text, re.DOTALL)
    assert block
    told = {
        f".{suffix}": mime
        for mime, *suffixes in (line.strip(" ;").split() for line in block[1].strip().split("\n"))
        for suffix in suffixes
    }
    assert told == types.SHOWN
