"""The stores that the suite runs on: a folder, and a bucket of a real MinIO."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from cli.minio import EmbeddedMinio, find_minio
from core.settings import Settings
from media import stores
from media.local import LocalStorage
from media.s3 import S3Options, S3Storage
from media.storage import Storage
from models.staff import Role
from services import media_policy
from tests.factories import staff_client
from tests.media.stores import ORIGIN, OverHttp, OverVerbs, Tried
from tests.media.uploading import Sender
from tests.memory import fast_folder

# A store that nobody runs.
OPTIONS = S3Options(
    endpoint="http://127.0.0.1:9",
    public_endpoint="http://127.0.0.1:9",
    bucket="nowhere",
    region="us-east-1",
    access_key="a" * 20,
    secret_key="s" * 40,
    timeout_s=20.0,
    max_age_s=60,
)


@pytest.fixture(scope="session")
def minio() -> Iterator[EmbeddedMinio]:
    """One real server for the whole run."""
    needs_minio()
    folder = Path(tempfile.mkdtemp(prefix="toolbox-minio-", dir=fast_folder()))
    try:
        with EmbeddedMinio(folder, origins=[ORIGIN]) as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def needs_minio() -> None:
    """Skip the test where there is no server, and fail it where there has to be one."""
    if find_minio() is None:
        message = "there is no MinIO server: scripts/minio --build-only makes one"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)


def bucket_of(server: EmbeddedMinio, **changed: str) -> S3Storage:
    """Return a store in a bucket of its own, not made yet."""
    options = replace(
        OPTIONS,
        endpoint=server.url,
        public_endpoint=server.url,
        bucket=f"test-{secrets.token_hex(6)}",
        access_key=server.access_key,
        secret_key=server.secret_key,
    )
    return S3Storage(replace(options, **changed))  # type: ignore[arg-type]


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
