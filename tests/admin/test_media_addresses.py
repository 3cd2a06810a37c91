"""Where staff fetch media: an internal film and its original, by addresses that end."""

import datetime as dt
import shutil
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.settings import Settings
from media import stores
from models.media_items import (
    MediaAudience,
    MediaItem,
    MediaKind,
    MediaOriginal,
    MediaRole,
    MediaSource,
)
from services import media_addresses, media_items
from tests.clocks import Clock
from tests.factories import create_media
from tests.rest.failures import check_failure

FILM = b"a film"


@pytest.fixture
def item(app: Flask, settings: Settings) -> Iterator[MediaItem]:
    """An internal film with its original, in the store of the application."""
    original, source = "internal/test/original.mov", "internal/test/720.mp4"
    for key in (original, source):
        stores.current().put(key, FILM)
    yield media_items.register(
        MediaItem(
            id="film",
            kind=MediaKind.VIDEO,
            audience=MediaAudience.INTERNAL,
            name="宣传片 (初稿).mov",
            original=MediaOriginal(key=original, size=6, type="video/quicktime", sha256="0"),
            sources=[MediaSource(role=MediaRole.FILM, key=source, type="video/mp4", size=6)],
        )
    )
    shutil.rmtree(settings.media_dir)
    settings.media_dir.mkdir()


def test_internal_files_are_fetched_for_a_while(
    client: FlaskClient, item: MediaItem, clock: Clock
) -> None:
    (found,) = media_addresses.of_files(item)
    original = media_addresses.of_original(item)
    assert original is not None
    with client.get(found.url) as shown, client.get(original.url) as saved:
        assert (shown.data, saved.data) == (FILM, FILM)
        assert "Content-Disposition" not in shown.headers
        expected = f"attachment; filename*=UTF-8''{quote('宣传片 (初稿).mov')}"
        assert saved.headers["Content-Disposition"] == expected
    assert found.expires_at is not None
    clock.set(found.expires_at + dt.timedelta(seconds=1))
    for address in (found, original):
        check_failure(client.get(address.url), 403, "link_ended")


def test_a_playlist_is_told_of_public_films_only(item: MediaItem) -> None:
    """It names its segments without signatures."""

    def with_playlist(area: str) -> MediaItem:
        key = f"{area}/test/hls/master.m3u8"
        mime = "application/vnd.apple.mpegurl"
        playlist = MediaSource(role=MediaRole.PLAYLIST, key=key, type=mime, size=1)
        film = MediaSource(
            role=MediaRole.FILM, key=f"{area}/test/720.mp4", type="video/mp4", size=6
        )
        return MediaItem(id="other", kind=MediaKind.VIDEO, sources=[playlist, film])

    told = {area: media_addresses.of_files(with_playlist(area)) for area in ("public", "internal")}
    assert [one.key for one in told["internal"]] == ["internal/test/720.mp4"]
    assert [one.key for one in told["public"]] == [
        "public/test/hls/master.m3u8",
        "public/test/720.mp4",
    ]


def test_public_files_are_fetched_for_ever(client: FlaskClient) -> None:
    item = create_media("a-picture")
    (found,) = media_addresses.of_files(item)
    assert (found.url, found.expires_at) == ("/media/public/test/a-picture.bin", None)
    assert media_addresses.of_original(item) is None
