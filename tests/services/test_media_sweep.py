"""The sweep: what nobody refers to goes, what anybody refers to stays."""

import datetime as dt
import os
import time
from pathlib import Path

import pytest

from core.clock import now
from jobs import media_sweep as job
from media import stores
from media.local import LocalStorage
from models.enums import Kind
from models.media_items import MediaItem, MediaKind, MediaOriginal, MediaRole, MediaSource
from models.media_items import MediaStream as Stream
from models.registry import CONTENT
from services import drafts, media_sweep
from tests.clocks import Clock
from tests.factories import create, create_live

DAY_S = 86_400


@pytest.fixture
def store(tmp_path: Path, own_connection: None) -> LocalStorage:
    """The store of this process, in a folder of the test's own."""
    store = LocalStorage(tmp_path / "media", secret="s" * 32)
    store.prepare()
    stores._configured[:] = [store]
    return store


def put(store: LocalStorage, key: str, days: float = 2) -> str:
    """Store an object as if it had been there for so long."""
    store.put(key, key.encode())
    old = time.time() - days * DAY_S
    os.utime(store.path(key), (old, old))
    return key


def keys(store: LocalStorage) -> set[str]:
    return {one.key for one in store.list()}


def orphans(store: LocalStorage) -> set[str]:
    return {one.key for one in media_sweep.find(store).orphans}


def make_item(store: LocalStorage) -> set[str]:
    """Return the keys of an item that has every sort of file."""
    original, source, stream = (
        put(store, key)
        for key in ("internal/film/original.mov", "public/film/720.mp4", "public/film/hls/1.ts")
    )
    MediaItem(
        kind=MediaKind.VIDEO,
        original=MediaOriginal(key=original, size=1, type="video/quicktime"),
        sources=[MediaSource(role=MediaRole.FILM, key=source, type="video/mp4", size=1)],
        stream=[Stream(key=stream, size=1)],
    ).save()
    return {original, source, stream}


def test_what_items_name_stays(store: LocalStorage) -> None:
    kept = make_item(store)
    lost = {put(store, "public/film/360.mp4"), put(store, "internal/old/original.png")}
    found = media_sweep.find(store)
    assert {one.key for one in found.orphans} == lost
    assert found.objects == 5
    assert found.size == sum(len(key) for key in lost)
    assert media_sweep.remove(store, found.orphans) == 2
    assert keys(store) == kept
    assert orphans(store) == set()


def test_what_is_young_stays(store: LocalStorage) -> None:
    put(store, "public/a/a.webp", days=0.9)
    put(store, "incoming/a/a", days=13)
    put(store, "demo/index.json", days=900)
    assert orphans(store) == set()
    old = put(store, "incoming/b/b", days=15)
    assert orphans(store) == {old}


def test_pictures_within_texts_stay(store: LocalStorage) -> None:
    live, working, typed = (put(store, f"public/text/{name}.webp") for name in "abc")
    lost = put(store, "public/text/d.webp")

    def body(key: str) -> str:
        return f'<p><img src="/media/{key}" alt="图"></p>'

    document = create_live(Kind.ARTICLES, body=body(live))
    other = create(Kind.ARTICLES, body=body(working))
    # What is live stays, whatever became of the working copy.
    CONTENT[Kind.ARTICLES]._get_collection().update_one(
        {"_id": document.id}, {"$set": {"body": "<p>x</p>"}}
    )
    drafts.Draft(
        id=f"articles:{other.id}:x",
        kind=Kind.ARTICLES,
        item=other.id,
        staff="x",
        revision=1,
        text=body(typed).replace('"', '\\"').replace("/", "\\/"),
        expires_at="2900-01-01",
    ).save()
    assert orphans(store) == {lost}


def test_what_was_written_or_named_again_meanwhile_stays(store: LocalStorage) -> None:
    again, named, lost = (put(store, f"public/x/{name}.webp") for name in "abc")
    found = media_sweep.find(store)
    assert len(found.orphans) == 3
    store.put(again, b"again")
    source = MediaSource(role=MediaRole.PICTURE, key=named, type="image/webp", size=1)
    MediaItem(kind=MediaKind.IMAGE, sources=[source]).save()
    assert media_sweep.remove(store, found.orphans) == 1
    assert keys(store) == {again, named}
    assert lost not in keys(store)


def test_the_nightly_job_removes_them(store: LocalStorage, clock: Clock) -> None:
    kept = make_item(store)
    put(store, "public/x/a.webp")
    clock.set(now() - dt.timedelta(days=15))
    store.begin("incoming/x/old")
    clock.set(now() + dt.timedelta(days=3))
    young = store.begin("incoming/x/young")
    clock.set(now() + dt.timedelta(days=12))
    ended = store.root / ".uploads" / "ended"
    ended.mkdir()
    old = time.time() - 15 * DAY_S
    os.utime(ended, (old, old))
    job.sweep(day="2026-01-01")
    assert keys(store) == kept
    assert [path.name for path in (store.root / ".uploads").iterdir()] == [young]


def test_the_job_leaves_a_store_alone_that_fits_another_database(
    store: LocalStorage, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(job.FEW + 1):
        put(store, f"public/x/{number}.webp")
    job.sweep(day="2026-01-01")
    assert len(keys(store)) == job.FEW + 1
