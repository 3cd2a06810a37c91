"""The media store is killed, keeps silent, falls silent half-way or has no room left."""

import hashlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from cli.minio import EmbeddedMinio
from core.errors import AppError
from media import s3_client
from media.errors import StoreFull, StoreUnavailable
from media.keys import content_key
from media.local import LocalStorage
from media.s3 import S3Storage
from media.storage import PART_MIN_BYTES, Part, Storage
from tests.buckets import OPTIONS, bucket_of, needs_minio
from tests.disks import Mount, fill
from tests.faults.harness import by_form, frozen
from tests.waiting import eventually

KILLS = by_form(2, 20)
WRITERS = 4
TIMEOUT_S = 0.5
# Two tries of a silent server, the pause between them, and a busy machine.
DEADLINE_S = 2 * TIMEOUT_S + 8
MIB = 2**20


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedMinio]:
    """A server of the test's own, on a real disk."""
    needs_minio()
    with EmbeddedMinio(tmp_path / "minio") as server:
        yield server


class Writers:
    """Threads that store objects until told to stop, and note what was acknowledged."""

    def __init__(self, store: Storage) -> None:
        self.acknowledged: dict[str, int] = {}
        self.refused = 0
        self._store = store
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._write, daemon=True) for _ in range(WRITERS)]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()

    def _write(self) -> None:
        while not self._stop.is_set():
            data = os.urandom(200_000)
            key = content_key("public", hashlib.sha256(data).hexdigest(), "mp4")
            try:
                self._store.put(key, data)
            except AppError:
                self.refused += 1
                time.sleep(0.05)
            else:
                self.acknowledged[key] = len(data)


def digest(store: Storage, key: str) -> str:
    with store.open(key) as chunks:
        return hashlib.sha256(b"".join(chunks)).hexdigest()


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(server: EmbeddedMinio) -> None:
    store = bucket_of(server, timeout_s=20.0)
    store.prepare()
    with Writers(store) as writers:
        for _ in range(KILLS):
            before = len(writers.acknowledged)
            assert eventually(lambda goal=before: len(writers.acknowledged) > goal + 20, 60)
            server.kill()
            assert eventually(lambda: writers.refused > 0, 60)
            server.start()
            server.wait_ready()
        before = len(writers.acknowledged)
        assert eventually(lambda: len(writers.acknowledged) > before, 60), "it did not recover"
    assert len(writers.acknowledged) > 20 * KILLS
    for key in writers.acknowledged:
        assert digest(store, key) in key
    # What was not acknowledged is whole too, or not there.
    for found in store.list("public/"):
        assert digest(store, found.key) in found.key


def test_an_upload_outlives_the_server(server: EmbeddedMinio) -> None:
    store = bucket_of(server)
    store.prepare()
    upload = store.begin("incoming/a")
    send(store, upload, 1, b"1" * PART_MIN_BYTES)
    server.kill()
    server.start()
    server.wait_ready()
    assert [part.number for part in store.list_parts("incoming/a", upload)] == [1]
    send(store, upload, 2, b"2")
    store.complete("incoming/a", upload, store.list_parts("incoming/a", upload))
    assert store.stat("incoming/a").size == PART_MIN_BYTES + 1


def test_every_verb_ends_in_time_when_the_server_keeps_silent(
    server: EmbeddedMinio, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = bucket_of(server, timeout_s=TIMEOUT_S)
    store.prepare()
    store.put("public/a.png", b"bytes")
    store.put("public/kept.png", b"bytes")
    part = [Part(1, "0")]
    # The store's own work on all the bytes may take longer; here it may not.
    monkeypatch.setattr(s3_client, "PATIENCE", 1)
    verbs: dict[str, Callable[[], object]] = {
        "put": lambda: store.put("public/b.png", b"bytes"),
        "open": lambda: store.open("public/a.png"),
        "stat": lambda: store.stat("public/a.png"),
        "list": lambda: list(store.list()),
        "remove": lambda: store.remove("public/a.png"),
        "remove_many": lambda: store.remove_many(["public/a.png"]),
        "copy": lambda: store.copy("public/a.png", "public/b.png"),
        "begin": lambda: store.begin("incoming/a"),
        "list_parts": lambda: store.list_parts("incoming/a", "upload"),
        "complete": lambda: store.complete("incoming/a", "upload", part),
        "abort": lambda: store.abort("incoming/a", "upload"),
        "prepare": store.prepare,
        "check": store.check,
    }
    with frozen(server.pid):
        for name, verb in verbs.items():
            began = time.monotonic()
            with pytest.raises(StoreUnavailable):
                verb()
            assert time.monotonic() - began < DEADLINE_S, name

    def is_back() -> bool:
        # Not the object of the verbs: the server may do, once awake, what it was asked asleep.
        with suppress(StoreUnavailable):
            return store.stat("public/kept.png").size == 5
        return False

    assert eventually(is_back)


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    store = S3Storage(OPTIONS)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable):
        store.check()
    assert time.monotonic() - began < 15


@contextmanager
def answering(answer: bytes) -> Iterator[str]:
    """A server that sends the same bytes to everybody, then keeps silent."""
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                held.append(connection)
                connection.recv(65_536)
                connection.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(10)
    for connection in held:
        connection.close()


HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: video/mp4\r\n\r\nonly half"
NONSENSE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/html\r\n\r\nhello"
ERROR = b"HTTP/1.1 503 Slow Down\r\nContent-Length: 0\r\nContent-Type: text/plain\r\n\r\n"


def test_bytes_that_stop_half_way_are_told(tmp_path: Path) -> None:
    with answering(HALF) as url:
        store = S3Storage(replace(OPTIONS, endpoint=url, timeout_s=TIMEOUT_S))
        began = time.monotonic()
        with pytest.raises(StoreUnavailable), store.open("public/a.mp4") as chunks:
            list(chunks)
        assert time.monotonic() - began < DEADLINE_S


@pytest.mark.parametrize("answer", [HALF, NONSENSE, ERROR, b"\r\n\r\n"])
def test_nonsense_is_told_as_unavailable(answer: bytes) -> None:
    with answering(answer) as url:
        store = S3Storage(replace(OPTIONS, endpoint=url, timeout_s=TIMEOUT_S))
        for verb in (lambda: list(store.list()), lambda: store.begin("incoming/a")):
            with pytest.raises(StoreUnavailable):
                verb()


def test_a_full_disk_is_told_and_leaves_what_was_there(disk: Mount, tmp_path: Path) -> None:
    folder = disk("8m")
    store = LocalStorage(folder / "media", secret="s" * 32)
    store.prepare()
    store.put("public/a.mp4", b"first")
    upload = store.begin("incoming/a")
    balloon = fill(folder, 100_000)
    with pytest.raises(StoreFull):
        store.put("public/a.mp4", os.urandom(MIB))
    token = store.sign_part("incoming/a", upload, 1, 600).url.rpartition("/")[2]
    large = tmp_path / "large"
    large.write_bytes(os.urandom(MIB))
    with large.open("rb") as file, pytest.raises(StoreFull):
        store.put_part(token, file, MIB)
    assert list(store.list_parts("incoming/a", upload)) == []
    assert [one.size for one in store.list()] == [5]
    assert list(folder.rglob("*.partial")) == []
    balloon.unlink()
    assert store.put("public/a.mp4", os.urandom(MIB)).size == MIB


def test_a_full_server_is_told_and_leaves_what_was_there(disk: Mount) -> None:
    needs_minio()
    folder = disk("200m")
    with EmbeddedMinio(folder / "minio") as server:
        store = bucket_of(server)
        store.prepare()
        store.put("public/a.mp4", b"first")
        balloon = fill(folder, 2 * MIB)
        with pytest.raises(StoreFull):
            store.put("public/a.mp4", os.urandom(4 * MIB))
        assert digest(store, "public/a.mp4") == hashlib.sha256(b"first").hexdigest()
        balloon.unlink()
        assert eventually(lambda: is_taken(store), 60)


def is_taken(store: Storage) -> bool:
    try:
        store.put("public/b.mp4", os.urandom(4 * MIB))
    except StoreFull:  # the server looks at its disk only now and then
        return False
    return True


def send(store: S3Storage, upload: str, number: int, data: bytes) -> None:
    target = store.sign_part("incoming/a", upload, number, 600)
    assert requests.put(target.url, data=data, timeout=30).status_code == 200
