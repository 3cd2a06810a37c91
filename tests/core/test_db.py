"""The connection: lazy, safe across forks, bounded in time; transactions that try again."""

import dataclasses
import os
import socket
import threading
import time
import traceback
from collections.abc import Callable, Iterator

import pytest
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from core import db
from core.settings import Settings
from models.versions import Version

ROWS = "transaction_rows"


@pytest.fixture
def rows() -> Iterator[str]:
    """A collection of our own with one row."""
    collection = db.database()[ROWS]
    collection.drop()
    collection.insert_one({"_id": 1, "count": 0})
    yield ROWS
    db.database()[ROWS].drop()


def count() -> int:
    row = db.database()[ROWS].find_one({"_id": 1})
    assert row is not None
    return int(row["count"])


def in_child(work: Callable[[], str]) -> str:
    """Return what `work` returns in a forked child."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = work()
        except BaseException:
            said = traceback.format_exc()
        os.write(writer, said.encode()[-4_000:])
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        said = pipe.read()
    os.waitpid(pid, 0)
    return said


def test_threads_that_come_first_at_one_moment_share_a_client(
    settings: Settings, own_connection: None
) -> None:
    db.configure(settings)
    gate, found = threading.Barrier(8), []

    def first() -> None:
        gate.wait()
        db.transaction(lambda session: Version._get_collection().find_one({}, session=session))
        found.append(db.client())

    threads = [threading.Thread(target=first) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert all(one is found[0] for one in found)


def test_a_forked_child_has_a_client_of_its_own(rows: str) -> None:
    parent = db.client()
    db.ping()

    def work() -> str:
        db.ping()
        return f"{db.client() is not parent} {count()}"

    assert in_child(work) == "True 0"


def test_documents_that_the_parent_used_read_through_the_child_s_client() -> None:
    parent = Version._get_collection().database.client
    assert Version.objects(id="fork").count() == 0

    def work() -> str:
        found = Version.objects(id="fork").count()
        own = Version._get_collection().database.client
        return f"{found} {own is db.client()} {own is not parent}"

    assert in_child(work) == "0 True True"


def test_the_parent_goes_on_after_a_child_ended(rows: str) -> None:
    client = db.client()
    with client.start_session() as session, session.start_transaction():
        db.database()[rows].update_one({"_id": 1}, {"$inc": {"count": 1}}, session=session)
        in_child(lambda: str(count()))
        db.database()[rows].update_one({"_id": 1}, {"$inc": {"count": 1}}, session=session)
    assert db.client() is client
    assert count() == 2


def test_a_transaction_commits_what_it_wrote_and_returns_the_result(rows: str) -> None:
    def work(session: ClientSession) -> str:
        db.database()[rows].update_one({"_id": 1}, {"$set": {"count": 7}}, session=session)
        assert count() == 0
        return "done"

    assert db.transaction(work) == "done"
    assert count() == 7


def test_a_failing_transaction_leaves_nothing(rows: str) -> None:
    attempts = []

    def work(session: ClientSession) -> None:
        attempts.append(1)
        db.database()[rows].update_one({"_id": 1}, {"$set": {"count": 7}}, session=session)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the very error that was raised inside
        db.transaction(work)
    assert count() == 0
    assert len(attempts) == 1


def test_a_transaction_that_met_another_write_is_tried_again(rows: str) -> None:
    attempts = []

    def work(session: ClientSession) -> None:
        collection = db.database()[rows]
        seen = collection.find_one({"_id": 1}, session=session)
        assert seen is not None
        attempts.append(seen["count"])
        if len(attempts) == 1:
            collection.update_one({"_id": 1}, {"$inc": {"count": 10}})
        collection.update_one({"_id": 1}, {"$set": {"count": seen["count"] + 1}}, session=session)

    db.transaction(work)
    assert attempts == [0, 10]
    assert count() == 11


def test_concurrent_transactions_lose_no_update(rows: str) -> None:
    def work(session: ClientSession) -> None:
        collection = db.database()[rows]
        seen = collection.find_one({"_id": 1}, session=session)
        assert seen is not None
        collection.update_one({"_id": 1}, {"$set": {"count": seen["count"] + 1}}, session=session)

    def several() -> None:
        for _ in range(5):
            db.transaction(work)

    threads = [threading.Thread(target=several) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count() == 20


@pytest.mark.usefixtures("own_connection")
def test_nothing_connects_before_first_use(settings: Settings) -> None:
    db.configure(dataclasses.replace(settings, mongodb_uri="mongodb://127.0.0.1:1/"))
    assert db.database().name == settings.mongodb_database


@pytest.mark.usefixtures("own_connection")
def test_a_silent_server_costs_no_more_than_the_timeout(settings: Settings) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        uri = f"mongodb://127.0.0.1:{silent.getsockname()[1]}/?directConnection=true"
        patient = dataclasses.replace(settings, mongodb_uri=uri, mongodb_timeout_ms=60_000)
        db.configure(patient, timeout_ms=300)
        began = time.monotonic()
        with pytest.raises(PyMongoError):
            db.ping()
        assert time.monotonic() - began < 10
        db.client().close()


@pytest.mark.usefixtures("own_connection")
def test_without_configuration_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_configured", [])
    with pytest.raises(RuntimeError, match=r"core\.db\.configure was not called"):
        db.client()


def test_writes_are_acknowledged_by_a_majority_and_journaled() -> None:
    concern = db.client().write_concern.document
    assert concern == {"w": "majority", "j": True}
    assert db.client().options.retry_writes
    assert db.client().options.retry_reads
