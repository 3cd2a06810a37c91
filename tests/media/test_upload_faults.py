"""Uploads when processes die between two steps, and on a real S3 store."""

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from cli.minio import EmbeddedMinio
from core.clock import now
from core.settings import Settings
from media import stores
from models.media_items import MediaItem, MediaState
from models.outbox import Job, JobState
from models.staff import Role
from models.uploads import Upload, UploadState
from services import media_items, media_upkeep
from tests.factories import staff_client
from tests.media.conftest import OPTIONS
from tests.media.uploading import Sender, picture, work_off

PROJECT = Path(__file__).resolve().parents[2]
ROUNDS = 6
LONG_AGO = dt.timedelta(days=2)
# Another process of the product, which finishes an upload as soon as it is told to.
FINISH = """
import sys
from application import wire
from core.settings import load
from models.uploads import Upload
from services import uploads
from services.actors import Actor

wire(load())
upload = Upload.objects.get(id=sys.argv[1])
actor = Actor("system", "test", frozenset(), None, "", "")
Upload.objects(id=upload.id).update(owner=actor.id)
print("ready", flush=True)
sys.stdin.readline()
uploads.finish(actor, upload.id)
"""


def test_a_process_killed_while_it_finishes_loses_nothing(
    sender: Sender, settings: Settings, environ: dict[str, str], tmp_path: Path
) -> None:
    for number in range(ROUNDS):
        data = picture(300 + number)
        begun = sender.begin(data)
        owner = Upload.objects.get(id=begun["id"]).owner
        sender.send(begun["id"], data, [1])
        process = subprocess.Popen(
            [sys.executable, "-c", FINISH, begun["id"]],
            cwd=PROJECT,
            env={**os.environ, **environ, "DATA_DIR": str(tmp_path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            assert process.stdout is not None
            assert process.stdin is not None
            assert process.stdout.readline() == "ready\n"
            process.stdin.write("go\n")
            process.stdin.flush()
            time.sleep(0.08 * number)
            os.kill(process.pid, signal.SIGKILL)
        Upload.objects(id=begun["id"]).update(owner=owner)
        if number % 2:  # whoever sent it comes back, or not
            assert sender.call("POST", f"uploads/{begun['id']}/finish")["state"] == "done"
        elif Upload.objects.get(id=begun["id"]).state is UploadState.OPEN:
            Upload.objects(id=begun["id"]).update(expires_at=now() - LONG_AGO)
    Job.objects.update(run_at=now() - LONG_AGO)
    work_off(settings)
    media_upkeep.tidy()
    ended = Upload.objects(state__in=[UploadState.DONE, UploadState.ABORTED])
    assert ended.count() == ROUNDS
    done = [upload.item for upload in ended if upload.state is UploadState.DONE]
    assert len(done) >= ROUNDS // 2
    ready = MediaItem.objects(state=MediaState.READY)
    assert {item.id for item in ready} == set(done)
    assert MediaItem.objects.count() == len(done)
    assert list(stores.current().list("incoming/")) == []


def test_what_was_handed_over_is_checked_though_nobody_asks_again(
    sender: Sender, settings: Settings
) -> None:
    done = sender.upload(picture())
    # As if the process had died right after the hand-over: the item is not there yet.
    MediaItem.objects.delete()
    upload = Upload.objects.get(id=done["id"])
    stores.current().put(f"incoming/{upload.id}", picture())
    Upload.objects(id=upload.id).update(state=UploadState.CHECKING, unset__item=1, cleared=False)
    Upload.objects(id=upload.id).update(size=stores.current().stat(f"incoming/{upload.id}").size)
    Job.objects(name=media_items.RENDER_JOB).delete()
    Job.objects.update(run_at=now() - LONG_AGO)
    work_off(settings)
    upload.reload()
    assert upload.state is UploadState.DONE
    assert MediaItem.objects.get(id=upload.item).state is MediaState.READY


def test_an_upload_nobody_finishes_ends(sender: Sender) -> None:
    data = picture()
    begun = sender.begin(data)
    sender.send(begun["id"], data, [1])
    assert not media_upkeep.is_pending()
    Upload.objects.update(expires_at=now() - LONG_AGO)
    assert media_upkeep.is_pending()
    media_upkeep.tidy()
    assert sender.call("GET", f"uploads/{begun['id']}")["state"] == "aborted"
    assert list(stores.current().list_unfinished(now() + LONG_AGO)) == []
    assert not media_upkeep.is_pending()


def test_work_that_was_given_up_is_told(sender: Sender, settings: Settings) -> None:
    done = sender.upload(picture())
    MediaItem.objects.update(updated_at=now() - LONG_AGO)
    media_upkeep.tidy()
    assert sender.item(done["item"])["state"] == "processing"  # its job waits
    Job.objects(name=media_items.RENDER_JOB).update(state=JobState.FAILED)
    assert media_upkeep.is_pending()
    media_upkeep.tidy()
    item = sender.item(done["item"])
    assert (item["state"], item["fault"]["code"]) == ("failed", "media_render_failed")
    sender.call("POST", f"media/{done['item']}/retry")
    Job.objects(state=JobState.FAILED).delete()
    work_off(settings)
    assert sender.item(done["item"])["state"] == "ready"


@pytest.fixture
def on_minio(
    app: Flask, minio: EmbeddedMinio, use_store: Callable[..., Settings], tmp_path: Path
) -> Sender:
    """An editor at work on a real S3 store."""
    use_store(
        data_dir=tmp_path,
        s3_endpoint=minio.url,
        s3_public_endpoint=minio.url,
        s3_access_key=minio.access_key,
        s3_secret_key=minio.secret_key,
        s3_bucket=f"uploads-{tmp_path.name[-20:].replace('_', '-')}".strip("-"),
        s3_timeout_s=OPTIONS.timeout_s,
    )
    stores.current().prepare()
    return Sender(staff_client(app, Role.EDITOR))


def test_parts_go_straight_to_s3_and_an_upload_goes_on_there(
    on_minio: Sender, settings: Settings
) -> None:
    data = picture() + bytes(9 * 2**20)
    begun = on_minio.begin(data)
    on_minio.send(begun["id"], data, [2])
    assert on_minio.call("GET", f"uploads/{begun['id']}")["arrived"] == [2]
    on_minio.call("POST", f"uploads/{begun['id']}/finish", code=409)
    on_minio.send(begun["id"], data, [1])
    done = on_minio.call("POST", f"uploads/{begun['id']}/finish")
    assert done["state"] == "done"
    work_off(settings)
    item = MediaItem.objects.get(id=done["item"])
    assert item.state is MediaState.READY
    held = {one.key for one in stores.current().list("")}
    assert held == {item.original.key, *(source.key for source in item.sources)}


def test_a_refused_or_aborted_upload_leaves_nothing_in_s3(on_minio: Sender) -> None:
    on_minio.upload(b"<svg/>" + bytes(100), code=400)
    begun = on_minio.begin(picture())
    on_minio.call("DELETE", f"uploads/{begun['id']}", code=204)
    assert list(stores.current().list("")) == []
