"""The disk is full: a clear error, nothing half written, and all is well when there is room again.

A small file system in memory stands for the disk; only root may mount one.
"""

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from pymongo.errors import PyMongoError

import application
from cli.database import create_indexes
from cli.mongod import EmbeddedMongod
from cli.seed import load, pictures, source
from cli.seed.load import Outcome
from core import db
from core.settings import load as load_settings
from models.enums import Kind
from models.media_items import MediaItem
from models.snapshots import Snapshot
from services import content, publishing
from tests.cli import seed_files
from tests.disks import Mount, fill
from tests.factories import ACTOR, create, create_live
from tests.faults.harness import MONGOD_OPTIONS, TIMEOUT_MS, processes_on
from tests.waiting import eventually

MIB = 2**20
# An empty database takes 300 MiB, most of it for its journal.
DATABASE_MIB = 420
MEDIA_KIB = 200
LEFT_MIB = 2
ROUNDS = 40


@pytest.fixture
def mongod(disk: Mount) -> Iterator[EmbeddedMongod]:
    """A database server with all of its data on the small disk."""
    server = EmbeddedMongod(disk(f"{DATABASE_MIB}m") / "mongodb", extra=MONGOD_OPTIONS)
    try:
        with server:
            yield server
    finally:
        server.kill()
        assert processes_on(server.data_dir) == {}


def test_nothing_acknowledged_is_lost_when_the_databases_disk_fills_up(
    mongod: EmbeddedMongod, environ: dict[str, str], tmp_path: Path, own_connection: None
) -> None:
    settings = {**environ, "MONGODB_URI": mongod.uri, "MONGODB_TIMEOUT_MS": str(TIMEOUT_MS)}
    application.wire(load_settings(settings))
    create_indexes()
    before = [create_live(Kind.FAQS) for _ in range(3)]
    balloon = fill(tmp_path / "disk", LEFT_MIB * MIB)
    written: list[str] = []

    def write_until_it_fails() -> None:
        for number in range(ROUNDS):
            answer = f"<p>{number:06}{os.urandom(40_000).hex()}</p>"
            written.append(create(Kind.FAQS, answer=answer).id)
            db.client().admin.command("fsync")  # to the disk now, not within a minute

    with pytest.raises(PyMongoError):
        write_until_it_fails()
    assert eventually(lambda: mongod.poll() is not None), "the server goes on without room"
    with pytest.raises(PyMongoError):
        create(Kind.FAQS)

    balloon.unlink()
    mongod.start()
    mongod.wait_ready()
    assert {item.id for item in content.listing(Kind.FAQS)} >= {*written} | {
        item.id for item in before
    }
    for item in before:
        assert Snapshot.objects.get(item=item.id).revision == 1
    for item_id in written:
        publishing.publish(Kind.FAQS, item_id, actor=ACTOR)
    # One by one: what a server that crashed believes to hold is an estimate.
    assert Snapshot.raw().count_documents({}) == len(before) + len(written)


def test_pictures_are_whole_or_not_there_when_the_media_disk_fills_up(
    disk: Mount, tmp_path: Path, app: object
) -> None:
    media = disk(f"{MEDIA_KIB}k")
    files = tmp_path / "content"
    files.mkdir()
    seed_files.write(seed_files.small(), files)
    entries = source.read(files)
    with pytest.raises(OSError, match="No space left") as full:
        pictures.make(entries, media)
    assert full.value.errno == errno.ENOSPC
    assert list(media.rglob("*.partial")) == []
    assert MediaItem.objects.count() == 0

    disk("50m")
    pictures.make(entries, media)
    for item in MediaItem.objects:
        for file in item.sources:
            assert (media / file.key).stat().st_size == file.size
    assert {result.outcome for result in load.load(entries)} == {Outcome.LOADED}
