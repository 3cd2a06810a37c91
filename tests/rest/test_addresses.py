"""Where media are fetched from, in every answer of the API, without anything rendered anew."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.settings import load
from models.enums import Kind
from tests.api.complete import register_media
from tests.apps import make_app
from tests.factories import create_live

S3 = {"S3_ENDPOINT": "http://127.0.0.1:9", "S3_ACCESS_KEY": "k", "S3_SECRET_KEY": "s" * 8}
PUBLIC = {"S3_PUBLIC_ENDPOINT": "https://media.example"}
CDN = {"MEDIA_CDN_URL": "https://cdn.example/toolbox"}
TEXT = 'a "url":"/media/public/x" b'


@pytest.fixture(autouse=True)
def item(own_connection: None) -> None:
    register_media()
    create_live(
        Kind.TRACKS,
        slug="pictured",
        cover={"media": "whole-picture"},
        title=TEXT,
        summary="/media/public/",
    )


def _client(environ: dict[str, str], tmp_path: Path, **more: str) -> FlaskClient:
    return make_app(load({**environ, "DATA_DIR": str(tmp_path), **more})).test_client()


@pytest.mark.parametrize(
    ("more", "base"),
    [
        ({}, "/media/"),
        (CDN, "https://cdn.example/toolbox/"),
        (S3, "http://127.0.0.1:9/toolbox-media/"),
        (S3 | PUBLIC, "https://media.example/toolbox-media/"),
        (S3 | PUBLIC | CDN, "https://cdn.example/toolbox/"),
    ],
)
def test_answers_name_the_store_in_force(
    environ: dict[str, str], tmp_path: Path, more: dict[str, str], base: str
) -> None:
    client = _client(environ, tmp_path, **more)
    detail = client.get("/api/v1/tracks/pictured")
    (card,) = _json(client.get("/api/v1/tracks"))["items"]
    (linked,) = [
        one for group in _json(client.get("/api/v1/home"))["tracks"] for one in group["items"]
    ]
    for found in (_json(detail), card, linked):
        (source,) = found["cover"]["sources"]
        assert source["url"] == f"{base}public/test/whole-picture.webp"
        assert (found["title"], found["summary"]) == (TEXT, "/media/public/")


def test_another_address_is_another_answer(environ: dict[str, str], tmp_path: Path) -> None:
    tags = {
        _client(environ, tmp_path, **more).get("/api/v1/tracks").headers["ETag"]
        for more in ({}, S3, CDN)
    }
    assert len(tags) == 3


def _json(answer: TestResponse) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.get_json()
