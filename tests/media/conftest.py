"""The stores that the suite runs on: a folder, and a bucket of a real MinIO."""

from pathlib import Path

import pytest

from cli.minio import EmbeddedMinio
from media.local import LocalStorage
from media.s3 import S3Storage
from media.storage import Storage
from tests.buckets import bucket_of
from tests.media.stores import OverHttp, OverVerbs, Tried


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
