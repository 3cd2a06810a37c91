"""`scripts/run --minio`: the installation has a media store of its own, which may be killed."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import requests

from cli.minio import MinioError
from cli.run import DataFolder, demo_environment, store
from core.settings import load
from media import stores
from tests.buckets import needs_minio
from tests.e2e.installation import Installation, processes
from tests.waiting import eventually

RECOVER_WITHIN_S = 60.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """An installation with MinIO."""
    needs_minio()
    installation = Installation(tmp_path / "data", "--minio", "--no-demo")
    yield installation
    if installation.process.poll() is None:
        installation.end(signal.SIGKILL)


def test_media_outlive_a_killed_store(running: Installation) -> None:
    running.await_start()
    settings = load({"ENV": "demo", **demo_environment(running.data)})
    kept = stores.create(settings)
    kept.put("public/a.png", b"bytes")
    url = kept.public_url("public/a.png")
    assert requests.get(url, timeout=30).content == b"bytes"
    asked = requests.options(
        url,
        headers={
            "Origin": f"http://127.0.0.1:{running.port}",
            "Access-Control-Request-Method": "PUT",
        },
        timeout=30,
    )
    assert asked.headers["Access-Control-Allow-Origin"] == f"http://127.0.0.1:{running.port}"

    former = running.pids("server --quiet --address")
    os.kill(min(former), signal.SIGKILL)
    assert eventually(
        partial(running.another, "server --quiet --address", former), RECOVER_WITHIN_S
    )

    def is_back() -> bool:
        try:
            return requests.get(url, timeout=30).content == b"bytes"
        except requests.ConnectionError:
            return False

    assert eventually(is_back, RECOVER_WITHIN_S)
    assert running.end(signal.SIGINT) == 0, running.output
    assert processes(running.data) == {}
    assert settings.s3_secret_key not in running.output


def test_a_store_that_the_settings_name_is_not_replaced(tmp_path: Path) -> None:
    with pytest.raises(MinioError, match="S3_ENDPOINT names a store already"):
        store.start(DataFolder(tmp_path), {"S3_ENDPOINT": "https://store.example"}, "")
    assert list(tmp_path.iterdir()) == []
