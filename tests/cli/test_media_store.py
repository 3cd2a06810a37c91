"""`media check`, `sweep` and `migrate`: on a folder, and into a bucket of a real MinIO."""

import hashlib
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from cli.minio import EmbeddedMinio
from core.settings import Settings, load
from media import stores
from media.local import LocalStorage
from media.storage import Storage
from models.media_items import MediaItem, MediaKind, MediaRole, MediaSource

Run = Callable[..., Result]

FILM = bytes(range(256)) * 5_000


@pytest.fixture
def store(settings: Settings, tmp_path: Path) -> LocalStorage:
    """The folder that commands of this test work on, with three objects of an item."""
    store = LocalStorage(tmp_path / "media", secret=settings.secret_key)
    store.prepare()
    sources = []
    for name, data in (("a", FILM), ("b", FILM[:999]), ("c", b"c")):
        digest = hashlib.sha256(data).hexdigest()
        key = f"public/film/{name}.mp4"
        store.put(key, data)
        sources.append(
            MediaSource(
                role=MediaRole.FILM, key=key, type="video/mp4", size=len(data), sha256=digest
            )
        )
    MediaItem(id="film", kind=MediaKind.VIDEO, sources=sources).save()
    return store


def test_a_whole_store_has_no_faults(run: Run, store: LocalStorage) -> None:
    result = run("media", "check", DATA_DIR=str(store.root.parent))
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[-1] == "3 objects, 1.3 MB: 0 faults"


def test_each_fault_is_told(run: Run, store: LocalStorage) -> None:
    changed = bytearray(FILM)
    changed[len(changed) // 2] ^= 1
    store.put("public/film/a.mp4", bytes(changed))
    store.put("public/film/b.mp4", FILM[:998])
    store.remove("public/film/c.mp4")
    MediaItem(
        id="old",
        kind=MediaKind.VIDEO,
        sources=[
            MediaSource(role=MediaRole.FILM, key="public/film/b.mp4", type="video/mp4", size=998)
        ],
    ).save()
    result = run("media", "check", DATA_DIR=str(store.root.parent))
    assert result.exit_code == 1
    assert result.stdout.splitlines()[-4:] == [
        "content  public/film/a.mp4  film",
        "size  public/film/b.mp4  film",
        "missing  public/film/c.mp4  film",
        "4 objects, 1.3 MB: 3 faults; 1 without a recorded hash",
    ]


def test_a_sweep_only_lists_until_it_is_told_to_remove(run: Run, store: LocalStorage) -> None:
    store.put("public/old/x.webp", b"x")
    store.put("public/young/x.webp", b"x")
    old = time.time() - 2 * 86_400
    os.utime(store.path("public/old/x.webp"), (old, old))
    result = run("media", "sweep", DATA_DIR=str(store.root.parent))
    assert result.exit_code == 0, result.output
    listed, total, hint = result.stdout.splitlines()
    assert listed.endswith("  public/old/x.webp")
    assert total == "1 of 5 objects are orphans, 0.0 MB"
    assert hint == "Nothing was removed: that takes --remove."
    assert store.stat("public/old/x.webp").size == 1
    result = run("media", "sweep", "--remove", DATA_DIR=str(store.root.parent))
    assert result.stdout.splitlines()[-1] == "1 removed; 0 unfinished uploads dropped"
    assert {one.key for one in store.list("public/")} == {
        *("public/film/a.mp4", "public/film/b.mp4", "public/film/c.mp4", "public/young/x.webp")
    }


@pytest.fixture
def s3(minio: EmbeddedMinio) -> dict[str, str]:
    """Settings of a bucket that was not made yet."""
    return {**minio.settings, "S3_BUCKET": f"test-{secrets.token_hex(6)}"}


def as_bytes(store: Storage) -> dict[str, bytes]:
    found = {}
    for one in store.list():
        with store.open(one.key) as chunks:
            found[one.key] = b"".join(chunks)
    return found


def test_all_media_move_to_a_bucket_and_back(
    run: Run, store: LocalStorage, s3: dict[str, str], environ: dict[str, str], tmp_path: Path
) -> None:
    data = str(store.root.parent)
    store.put("internal/plan/x.pdf", b"plan")
    store.put("demo/card/x.webp", b"card")
    store.begin("incoming/unfinished")
    expected = as_bytes(store)
    to_s3 = ("media", "migrate", "--from", "local", "--to", "s3")
    result = run(*to_s3, DATA_DIR=data, **s3)
    assert result.exit_code == 0, result.output
    assert "5 copied\n" in result.stdout
    bucket = stores.create(load({**environ, **s3}))
    assert as_bytes(bucket) == expected
    check = run("media", "check", DATA_DIR=data, **s3)
    assert check.exit_code == 0, check.output

    # Stopped half-way: what is there is only compared, what is half there is copied again.
    bucket.put("public/film/a.mp4", FILM[:-1] + b"?")
    bucket.remove("internal/plan/x.pdf")
    result = run(*to_s3, DATA_DIR=data, **s3)
    assert "2 copied, 3 present\n" in result.stdout
    assert as_bytes(bucket) == expected

    back = tmp_path / "back"
    result = run("media", "migrate", "--from", "s3", "--to", "local", DATA_DIR=str(back), **s3)
    assert result.exit_code == 0, result.output
    assert as_bytes(LocalStorage(back / "media", secret="s" * 32)) == expected


def test_what_differs_from_its_record_is_not_copied(
    run: Run, store: LocalStorage, s3: dict[str, str], environ: dict[str, str]
) -> None:
    store.put("public/film/a.mp4", FILM[:-1] + b"?")
    named = f"public/ab/{'ab' * 32}.webp"
    store.put(named, b"not what its name says")
    result = run(
        *("media", "migrate", "--from", "local", "--to", "s3"),
        DATA_DIR=str(store.root.parent),
        **s3,
    )
    assert result.exit_code == 1
    assert f"differs  {named}\ndiffers  public/film/a.mp4\n2 copied, 2 differs\n" in result.stdout
    bucket = stores.create(load({**environ, **s3}))
    assert {one.key for one in bucket.list()} == {"public/film/b.mp4", "public/film/c.mp4"}


def test_a_move_needs_two_stores(run: Run, store: LocalStorage) -> None:
    result = run("media", "migrate", "--from", "local", "--to", "local")
    assert result.exit_code == 2
    result = run("media", "migrate", "--from", "local", "--to", "s3")
    assert result.exit_code == 1
    assert "S3_ENDPOINT" in result.stderr


def test_a_store_that_is_away_is_one_line(run: Run, store: LocalStorage) -> None:
    away = {"S3_ENDPOINT": "http://127.0.0.1:9", "S3_TIMEOUT_S": "0.5"}
    keys = {"S3_ACCESS_KEY": "k" * 20, "S3_SECRET_KEY": "s" * 40}
    for command in (["check"], ["sweep"], ["migrate", "--from", "local", "--to", "s3"]):
        result = run("media", *command, DATA_DIR=str(store.root.parent), **away, **keys)
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-1].startswith("Error: ")
        assert "Traceback" not in result.output
