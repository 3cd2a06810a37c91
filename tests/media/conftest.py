"""The stores that the suite runs on: a folder, and a bucket of a real MinIO."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from cli.minio import EmbeddedMinio
from core.settings import Settings
from media import stores
from media.local import LocalStorage
from media.s3 import S3Storage
from media.storage import Storage
from models.staff import Role
from services import media_policy
from tests.buckets import bucket_of
from tests.factories import staff_client
from tests.media.stores import OverHttp, OverVerbs, Tried
from tests.media.uploading import Sender


@pytest.fixture
def bucket(minio: EmbeddedMinio) -> S3Storage:
    """A store in a bucket of its own, ready to serve."""
    store = bucket_of(minio)
    store.prepare()
    return store


def local_store(folder: Path, secret: str = "s" * 32) -> LocalStorage:
    return LocalStorage(folder, secret=secret)


@pytest.fixture(params=["local", "minio"])
def tried(request: pytest.FixtureRequest, tmp_path: Path) -> Tried:
    """Each of the stores in turn, empty."""
    if request.param == "local":
        store = local_store(tmp_path / "media")
        store.prepare()
        return Tried(store, OverVerbs(store), local_store(tmp_path / "media", "x" * 32))
    server = request.getfixturevalue("minio")
    bucket = request.getfixturevalue("bucket")
    impostor = bucket_of(server, bucket=bucket.options.bucket, secret_key="x" * 32)
    return Tried(bucket, OverHttp(), impostor)


@pytest.fixture
def store(tried: Tried) -> Storage:
    """The store of `tried`."""
    return tried.store


@pytest.fixture
def sender(app: Flask, use_store: Callable[..., Settings], tmp_path: Path) -> Sender:
    """An editor at work, with an empty folder as the store."""
    use_store(data_dir=tmp_path)
    stores.current().prepare()
    return Sender(staff_client(app, Role.EDITOR))


@pytest.fixture
def use_store(settings: Settings) -> Iterator[Callable[..., Settings]]:
    """Return a function that gives this process another store by settings; undone afterwards."""

    def use(**changed: object) -> Settings:
        other = replace(settings, **changed)  # type: ignore[arg-type]
        stores.configure(other)
        media_policy.configure(other)
        return other

    yield use
    stores.configure(settings)
    media_policy.configure(settings)
