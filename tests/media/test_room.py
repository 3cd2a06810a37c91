"""No room: in the store while staff upload, on the disk of a worker while it renders."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask

from cli.minio import EmbeddedMinio
from core.clock import now
from core.settings import Settings
from jobs.worker import Worker
from media import stores
from models.media_items import MediaItem
from models.outbox import Job, JobState
from models.staff import Role
from models.uploads import UploadState
from services import media_items, media_rendering
from tests.buckets import needs_minio
from tests.disks import Mount, fill
from tests.factories import staff_client
from tests.media.files import pdf
from tests.media.uploading import Sender, film, picture, work_off
from tests.waiting import eventually

MIB = 2**20
NONE_LEFT = 64 * 1024
# More often than a job, or a rendition, may fail.
ROUNDS = max(media_rendering.TRIES_MAX, 10) + 2
Use = Callable[..., Settings]


@pytest.fixture
def small_store(
    app: Flask, use_store: Use, disk: Mount, tmp_path: Path
) -> Iterator[tuple[Sender, Path]]:
    """An editor at work on a MinIO whose disk holds 160 MiB; the disk."""
    needs_minio()
    folder = disk("160m")
    with EmbeddedMinio(folder / "minio") as server:
        use_store(
            data_dir=tmp_path,
            s3_endpoint=server.url,
            s3_public_endpoint=server.url,
            s3_access_key=server.access_key,
            s3_secret_key=server.secret_key,
            s3_bucket="small",
        )
        stores.current().prepare()
        yield Sender(staff_client(app, Role.EDITOR)), folder


def put_part(sender: Sender, upload: str, number: int, data: bytes) -> requests.Response:
    """Send a part straight to the store, as a browser does."""
    asked = sender.call("POST", f"uploads/{upload}/parts", {"parts": [number]})
    (target,) = asked["items"]
    start = (number - 1) * 8 * MIB
    return requests.put(target["url"], data=data[start : start + target["size"]], timeout=60)


def is_sent(sender: Sender, upload: str, number: int, data: bytes) -> bool:
    """Tell whether the store takes a part: it looks at its disk only now and then."""
    return put_part(sender, upload, number, data).status_code == 200


def objects(prefix: str) -> list[str]:
    return [one.key for one in stores.current().list(prefix)]


def due_now() -> None:
    Job.objects(state=JobState.PENDING).update(run_at=now())


def test_a_full_store_refuses_what_is_sent_and_takes_it_later(
    small_store: tuple[Sender, Path], settings: Settings
) -> None:
    sender, folder = small_store
    data = picture() + bytes(12 * MIB)
    begun = sender.begin(data)
    assert is_sent(sender, begun["id"], 1, data)
    balloon = fill(folder, NONE_LEFT)
    refused = put_part(sender, begun["id"], 2, data)
    assert refused.status_code >= 400
    assert "StorageFull" in refused.text or "no space left" in refused.text.lower()
    assert sender.call("GET", f"uploads/{begun['id']}")["arrived"] == [1]
    told = sender.call("POST", f"uploads/{begun['id']}/finish", code=409)["error"]
    assert (told["code"], told["details"]) == ("parts_differ", {"missing": [2]})
    assert objects("") == []
    assert MediaItem.objects.count() == 0

    balloon.unlink()
    assert eventually(lambda: is_sent(sender, begun["id"], 2, data))
    done = sender.call("POST", f"uploads/{begun['id']}/finish")
    assert done["state"] == "done"
    work_off(settings)
    assert sender.item(done["item"])["state"] == "ready"


def test_a_store_that_fills_up_before_the_end_takes_an_upload_in_the_background(
    small_store: tuple[Sender, Path], settings: Settings
) -> None:
    sender, folder = small_store
    data = picture() + bytes(12 * MIB)
    begun = sender.begin(data)
    sender.send(begun["id"], data, [1, 2])
    balloon = fill(folder, 4 * MIB)
    refused = sender.call("POST", f"uploads/{begun['id']}/finish", code=507)["error"]
    assert refused["code"] == "store_full"
    assert objects("internal/") == objects("public/") == []
    assert MediaItem.objects.count() == 0
    for _ in range(ROUNDS):
        due_now()
        work_off(settings)
    job = Job.objects.get()
    assert (job.state, job.attempts, job.error) == (
        JobState.PENDING,
        0,
        "StoreFull: store_full",
    )

    balloon.unlink()

    def is_taken() -> bool:
        due_now()
        work_off(settings)
        state = sender.call("GET", f"uploads/{begun['id']}")["state"]
        return bool(state == UploadState.DONE.value)

    assert eventually(is_taken, every_s=0.5)
    due_now()
    work_off(settings)
    (item,) = MediaItem.objects
    assert item.state.value == "ready"
    assert objects("incoming/") == []


@pytest.mark.parametrize("kind", ["film", "document", "picture"])
def test_a_worker_without_room_waits_and_goes_on(
    sender: Sender,
    settings: Settings,
    use_store: Use,
    disk: Mount,
    tmp_path: Path,
    kind: str,
) -> None:
    make = {
        "film": lambda: film(tmp_path, 4, "640x480"),
        "document": lambda: pdf([f"Page {number}" for number in range(30)]),
        "picture": lambda: picture(3_000),
    }
    data = make[kind]()
    done = sender.upload(data, f"given.{kind}")
    media = stores.current()
    small = disk("64m")
    work = tmp_path / "work"
    if kind == "film":  # which is checked by a job
        assert Worker(settings).step()
    work.rmdir()
    work.symlink_to(small)
    balloon = fill(small, len(data) + NONE_LEFT)
    for _ in range(ROUNDS):
        due_now()
        work_off(settings)
    job = Job.objects.get(state=JobState.PENDING)
    assert (job.name, job.attempts) == (media_items.RENDER_JOB, 0)
    assert job.error == "no room to work: No space left on device"
    item = sender.item(done["id"])
    assert (item["state"], item["files"], item["fault"]) == ("processing", [], None)
    assert [one.key for one in media.list("public/")] == []
    assert [path.name for path in small.iterdir()] == ["balloon"]

    balloon.unlink()
    due_now()
    work_off(settings)
    assert sender.item(done["id"])["state"] == "ready"
