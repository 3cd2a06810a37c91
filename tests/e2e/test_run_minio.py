"""`scripts/run --minio`: the installation has a media store of its own, which may be killed."""

import os
import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
import requests

from cli.run import demo_environment
from core.settings import load
from media import stores
from tests.buckets import needs_minio
from tests.e2e.installation import Installation, eventually, processes

RECOVER_WITHIN_S = 60.0


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Installation]:
    """An installation with MinIO."""
    needs_minio()
    installation = Installation(tmp_path / "data", "--minio", "--no-demo")
    yield installation
    if installation.process.poll() is None:
        installation.end(signal.SIGKILL)


def test_media_outlive_a_killed_store_and_a_second_start(running: Installation) -> None:
    running.await_start()
    settings = load({"ENV": "demo", **demo_environment(running.data)})
    store = stores.create(settings)
    store.put("public/a.png", b"bytes")
    url = store.public_url("public/a.png")
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

    second = Installation(running.data, "--minio", "--no-demo")
    try:
        second.await_start()
        assert requests.get(url, timeout=30).content == b"bytes"
    finally:
        assert second.end(signal.SIGINT) == 0, second.output
