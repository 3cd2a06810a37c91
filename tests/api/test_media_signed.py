"""Media that not everybody may have, and where else than here files are fetched from."""

import shutil
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings, load
from media.local import LocalStorage
from tests.apps import make_app
from tests.clocks import Clock
from tests.rest.failures import check_failure, check_safe

CONTENT = bytes(range(256)) * 40
INTERNAL, PUBLIC = "internal/test/plan.pdf", "public/test/film.mp4"
NAME = "考察手册 第一版.pdf"


@pytest.fixture(autouse=True)
def store(settings: Settings) -> Iterator[LocalStorage]:
    """The store of the application, with a file for everybody and one that is not."""
    store = LocalStorage(settings.media_dir, secret=settings.secret_key)
    for key in (INTERNAL, PUBLIC):
        store.put(key, CONTENT)
    yield store
    shutil.rmtree(settings.media_dir)
    settings.media_dir.mkdir()


@pytest.fixture
def other_app(environ: dict[str, str], own_connection: None) -> Flask:
    """The application where nginx stands in front."""
    return make_app(load({**environ, "MEDIA_ACCEL": "/_media/"}))


def test_an_internal_file_needs_a_signature(client: FlaskClient, store: LocalStorage) -> None:
    check_failure(client.get(f"/media/{INTERNAL}"), 403, "link_ended")
    check_failure(client.get(f"/media/{INTERNAL}?token="), 403, "link_ended")
    check_failure(client.get("/media/internal/test/absent.pdf"), 403, "link_ended")
    check_failure(client.get("/media/incoming/test/film.mp4"), 403, "link_ended")
    with client.get(store.signed_url(INTERNAL, 60)) as answer:
        assert answer.status_code == 200
        assert answer.data == CONTENT
        check_safe(answer)
        assert answer.headers["Cache-Control"] == "private, no-cache"
        assert "Content-Disposition" not in answer.headers
    with client.get(store.signed_url(INTERNAL, 60), headers={"Range": "bytes=3-9"}) as answer:
        assert (answer.status_code, answer.data) == (206, CONTENT[3:10])
    with client.head(store.signed_url(INTERNAL, 60)) as answer:
        assert (answer.status_code, answer.data) == (200, b"")


def test_a_signature_is_for_one_file_and_a_while(
    client: FlaskClient, store: LocalStorage, clock: Clock
) -> None:
    url = store.signed_url(INTERNAL, 60)
    path, _, query = url.partition("?")
    store.put("internal/test/other.pdf", b"other")
    check_failure(client.get(f"/media/internal/test/other.pdf?{query}"), 403, "link_ended")
    check_failure(client.get(f"{path}?{query[:-1]}x"), 403, "link_ended")
    impostor = LocalStorage(store.root, secret="x" * 32)
    check_failure(client.get(impostor.signed_url(INTERNAL, 60)), 403, "link_ended")
    target = store.sign_part(INTERNAL, store.begin(INTERNAL), 1, 60)
    token = target.url.rpartition("/")[2]
    check_failure(client.get(f"{path}?token={token}"), 403, "link_ended")
    with client.get(url) as answer:
        assert answer.status_code == 200
    clock.advance(seconds=61)
    check_failure(client.get(url), 403, "link_ended")


@pytest.mark.parametrize("key", [INTERNAL, PUBLIC])
def test_a_name_in_any_script_is_offered_for_saving(
    client: FlaskClient, store: LocalStorage, key: str
) -> None:
    with client.get(store.signed_url(key, 60, NAME)) as answer:
        assert answer.status_code == 200
        expected = f"attachment; filename*=UTF-8''{quote(NAME)}"
        assert answer.headers["Content-Disposition"] == expected


def test_nginx_is_told_which_file_to_send(other_app: Flask, store: LocalStorage) -> None:
    client = other_app.test_client()
    asked = {PUBLIC: f"/media/{PUBLIC}", INTERNAL: store.signed_url(INTERNAL, 60, NAME)}
    for key, url in asked.items():
        answer = client.get(url, headers={"Range": "bytes=0-9"})
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["X-Accel-Redirect"] == f"/_media/{key}"
        assert answer.mimetype == {"mp4": "video/mp4", "pdf": "application/pdf"}[key[-3:]]
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert quote(NAME) in answer.headers["Content-Disposition"]
    check_failure(client.get(f"/media/{INTERNAL}"), 403, "link_ended")
    check_failure(client.get("/media/public/test/absent.mp4"), 404, "not_found")


def test_an_object_store_is_where_its_public_files_are(
    environ: dict[str, str], own_connection: None
) -> None:
    s3 = {"S3_ENDPOINT": "http://127.0.0.1:9", "S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s" * 8}
    client = make_app(load({**environ, **s3})).test_client()
    answer = client.get(f"/media/{PUBLIC}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"http://127.0.0.1:9/toolbox-media/{PUBLIC}"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    check_failure(client.get(f"/media/{INTERNAL}"), 403, "link_ended")
    check_failure(client.get(f"/media/{INTERNAL}?token=abc"), 403, "link_ended")
    check_failure(client.get("/media/none.mp4"), 404, "not_found")
