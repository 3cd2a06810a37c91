"""Renditions in the background: what appears, and what does not before all of it is there."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from core.settings import Settings
from media import stores
from models.enums import Kind
from models.media_items import MediaItem, MediaState
from models.outbox import Job, JobState
from services import jobs, media_items, media_upkeep
from tests.factories import ACTOR, create
from tests.media.uploading import Sender, film, picture, sha256, work_off
from tests.waiting import eventually

PROJECT = Path(__file__).resolve().parents[2]
DEAD = {
    "s3_endpoint": "http://127.0.0.1:9",
    "s3_public_endpoint": "http://127.0.0.1:9",
    "s3_access_key": "a" * 20,
    "s3_secret_key": "s" * 40,
    "s3_timeout_s": 0.5,
}
Use = Callable[..., Settings]


def read(key: str) -> bytes:
    with stores.current().open(key) as chunks:
        return b"".join(chunks)


def due_now() -> None:
    """Let the job that waits for the store run at once."""
    Job.objects(state=JobState.PENDING).update(run_at=Job.objects.first().created_at)


def test_a_film_is_checked_and_rendered_in_the_background(
    sender: Sender, settings: Settings, tmp_path: Path
) -> None:
    data = film(tmp_path, 3)
    done = sender.upload(data, "影片.mp4", sha256=sha256(data))
    assert done["state"] == "checking"
    waiting = sender.item(done["id"])
    assert (waiting["state"], waiting["name"], waiting["sha256"]) == (
        "processing",
        "影片.mp4",
        None,
    )
    page = create(Kind.SITES, cover={"media": done["id"]})
    assert media_items.problems(page) == {
        "cover.media": ("media_processing", {"target": done["id"]})
    }
    work_off(settings)
    assert sender.call("GET", f"uploads/{done['id']}")["item"] == done["id"]
    item = MediaItem.objects.get(id=done["id"])
    assert media_items.problems(page) == {}
    assert (item.state, item.kind.value, item.original.size) == (
        MediaState.READY,
        "video",
        len(data),
    )
    assert {source.role.value for source in item.sources} == {"film", "playlist", "thumbnails"}
    for file in (*item.sources, *item.stream):
        assert (len(read(file.key)), sha256(read(file.key))) == (file.size, file.sha256)
    master = next(one.key for one in item.sources if one.role.value == "playlist")
    inner = [line for line in read(master).decode().splitlines() if line and line[0] != "#"]
    assert inner
    known = {file.key for file in item.stream}
    for name in inner:
        playlist = f"{master.rpartition('/')[0]}/{name}"
        assert playlist in known
        lines = read(playlist).decode().splitlines()
        segments = {f"{playlist.rpartition('/')[0]}/{one}" for one in lines if one[:1] != "#"}
        assert segments
        assert segments <= known
    poster = sender.item(item.poster)
    assert (poster["kind"], poster["state"]) == ("image", "ready")
    assert media_items.lookup({item.id}).keys() == {item.id, item.poster}


def test_a_film_that_is_none_fails_and_says_why(
    sender: Sender, settings: Settings, tmp_path: Path
) -> None:
    done = sender.upload(film(tmp_path)[:9_000], "半.mp4")
    work_off(settings)
    item = sender.item(done["id"])
    assert (item["state"], item["fault"]["code"]) == ("failed", "media_broken")
    assert "损坏" in item["fault"]["message"]
    refused = sender.call("POST", f"media/{done['id']}/retry", code=409)
    assert refused["error"]["code"] == "media_not_kept"
    page = create(Kind.SITES, cover={"media": done["id"]})
    assert media_items.problems(page)["cover.media"][0] == "media_failed"
    assert list(stores.current().list("i")) == []


def test_the_same_film_twice_is_one_item(
    sender: Sender, settings: Settings, tmp_path: Path
) -> None:
    data = film(tmp_path)
    first, second = (sender.upload(data, f"{n}.mp4") for n in range(2))
    assert MediaItem.objects.count() == 2  # nobody has looked yet
    work_off(settings)
    items = {sender.call("GET", f"uploads/{one['id']}")["item"] for one in (first, second)}
    assert items == {first["id"]}
    assert {item.id for item in MediaItem.objects} == {first["id"], f"{first['id']}-poster"}


@pytest.mark.parametrize("again", ["route", "command"])
def test_what_failed_says_why_and_can_be_tried_again(
    sender: Sender, settings: Settings, again: str
) -> None:
    data = picture()
    done = sender.upload(data)
    original = MediaItem.objects.get(id=done["item"]).original.key
    stores.current().put(original, data[:3_000])
    work_off(settings)
    item = sender.item(done["item"])
    assert (item["state"], item["fault"]["code"]) == ("failed", "media_broken")
    assert item["files"] == []
    job = Job.objects.get(name=media_items.RENDER_JOB)
    assert (job.state, job.attempts) == (JobState.FAILED, 1)
    stores.current().put(original, data)
    if again == "route":
        assert sender.call("POST", f"media/{done['item']}/retry")["state"] == "processing"
    else:
        jobs.retry(ACTOR, job.id)
    work_off(settings)
    assert sender.item(done["item"])["state"] == "ready"
    refused = sender.call("POST", f"media/{done['item']}/retry", code=409)
    assert refused["error"]["code"] == "media_not_failed"


def test_a_worker_killed_half_way_shows_nothing_and_another_goes_on(
    sender: Sender, settings: Settings, environ: dict[str, str], tmp_path: Path
) -> None:
    done = sender.upload(film(tmp_path, 40, "640x480"), "长.mp4")
    quick = {**os.environ, **environ, "DATA_DIR": str(tmp_path), "JOB_LEASE_S": "1"}
    worker = subprocess.Popen(
        [sys.executable, "-m", "application", "worker"], cwd=PROJECT, env=quick
    )
    try:
        assert eventually(lambda: 0 < sender.item(done["id"])["progress"] < 1, 120)
    finally:
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
    item = sender.item(done["id"])
    assert (item["state"], item["files"]) == ("processing", [])
    assert list(stores.current().list("public/")) == []
    assert eventually(lambda: work_off(settings) > 0)
    item = MediaItem.objects.get(id=done["id"])
    assert (item.state, item.tries) == (MediaState.READY, 2)
    held = {one.key for one in stores.current().list("public/")}
    poster = MediaItem.objects.get(id=item.poster)
    assert held == {one.key for one in (*item.sources, *item.stream, *poster.sources)}


def test_a_store_that_is_away_is_waited_for(
    sender: Sender, settings: Settings, use_store: Use, tmp_path: Path
) -> None:
    data = picture()
    begun = sender.begin(data)
    sender.send(begun["id"], data, [1])
    use_store(**DEAD)
    for path in ("uploads", f"uploads/{begun['id']}/finish"):
        body = {"name": "x", "size": 1} if path == "uploads" else None
        refused = sender.call("POST", path, body, 503)
        assert refused["error"]["code"] == "store_unavailable"
    use_store(data_dir=tmp_path)
    done = sender.call("POST", f"uploads/{begun['id']}/finish")
    assert done["state"] == "done"
    use_store(**DEAD)
    for _ in range(12):  # more often than a job may fail
        due_now()
        work_off(settings)
    job = Job.objects.get(name=media_items.RENDER_JOB)
    assert (job.state, job.attempts) == (JobState.PENDING, 0)
    assert job.error.startswith("StoreUnavailable")
    assert sender.item(done["item"])["state"] == "processing"
    use_store(data_dir=tmp_path)
    due_now()
    work_off(settings)
    assert sender.item(done["item"])["state"] == "ready"


def test_an_item_deleted_meanwhile_stays_deleted(
    sender: Sender, settings: Settings, tmp_path: Path
) -> None:
    checked = sender.upload(film(tmp_path), "影片.mp4")
    rendered = sender.upload(picture())
    for one in (checked, rendered):
        sender.call("DELETE", f"media/{one['id']}", code=204)
    work_off(settings)
    assert MediaItem.objects.count() == 0
    media_upkeep.tidy()
    for area in ("incoming/", "public/"):
        assert list(stores.current().list(area)) == []
