"""`audit`: verify, export, drop; and roles under which the application cannot change the log."""

import datetime as dt
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from cli.audit_roles import set_up
from cli.mongod import find_mongod
from core.clock import now
from models.audit import AuditEntry
from models.registry import DOCUMENTS
from services import audit
from services.actors import SYSTEM
from tests.waiting import PATIENCE_S, free_port

Run = Callable[..., Result]
Refused = Callable[..., str]


def write(count: int, monkeypatch: pytest.MonkeyPatch, days: int = 0) -> None:
    with monkeypatch.context() as past:
        past.setattr(audit, "now", lambda: now() - dt.timedelta(days=days))
        for number in range(count):
            audit.record(SYSTEM, "test.write", f"test:{number}")


def test_a_log_is_sealed_and_verified(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    write(3, monkeypatch)
    assert "3 not sealed, since " in run("audit", "verify").stdout
    sealed = run("audit", "seal").stdout.splitlines()
    assert sealed[0] == "3 sealed"
    done = run("audit", "verify", "--head", sealed[1].removeprefix("head "))
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "The chain holds.")


def test_harm_is_told_with_its_place(
    run: Run, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3, monkeypatch)
    run("audit", "seal")
    entry = AuditEntry.objects.order_by("at", "id").first()
    AuditEntry._get_collection().update_one({"_id": entry.id}, {"$set": {"actor": "x"}})
    done = run("audit", "verify")
    assert f"changed: number 1, entry {entry.id}" in done.stdout
    assert refused(done).startswith("1 faults: ")
    assert refused(run("audit", "verify", "--head", "9:abc")).startswith("2 faults: ")
    assert refused(run("audit", "verify", "--head", "abc"), code=2)


def test_what_is_old_is_exported_then_dropped(
    run: Run, refused: Refused, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(4, monkeypatch, days=400)
    run("audit", "seal")
    file = tmp_path / "old.jsonl"
    assert "1 to 4, SHA-256 " in run("audit", "export", file).stdout
    assert refused(run("audit", "export", file)).endswith("File exists")
    assert run("audit", "drop", file, "--yes").stdout == "1 to 4 dropped\n"
    assert AuditEntry.objects(action="test.write").count() == 0
    assert run("audit", "verify").exit_code == 0


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[str]:
    """A mongod that asks for passwords, with our roles set up; the address without user."""
    port = free_port()
    argv = [str(find_mongod()), "--dbpath", str(tmp_path), "--port", str(port)]
    argv += ["--bind_ip", "127.0.0.1", "--nounixsocket", "--wiredTigerCacheSizeGB", "0.25"]
    argv += ["--logpath", str(tmp_path / "log")]
    address = f"127.0.0.1:{port}"
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL)
    try:
        with MongoClient[dict[str, Any]](f"mongodb://{address}/") as client:
            set_up(client["toolbox"], {"app": "app-pass"}, {"keeper": "keeper-pass"})
            set_up(client["toolbox"], {"app": "app-pass"}, {"keeper": "keeper-pass"})
        process.terminate()
        process.wait(PATIENCE_S)
        process = subprocess.Popen([*argv, "--auth"], stdout=subprocess.DEVNULL)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


def connected(address: str, user: str) -> "MongoClient[dict[str, Any]]":
    uri = f"mongodb://{user}:{user}-pass@{address}/?authSource=toolbox"
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        client: MongoClient[dict[str, Any]] = MongoClient(uri, serverSelectionTimeoutMS=500)
        try:
            client["toolbox"]["staff"].find_one()
        except OperationFailure:
            return client
        except PyMongoError:
            client.close()
            time.sleep(0.1)
        else:
            return client
    raise AssertionError("mongod does not answer")


def test_under_its_roles_the_application_cannot_change_the_log(guarded: str) -> None:
    with connected(guarded, "app") as client:
        database = client["toolbox"]
        for name in ("audit_entries", "audit_seals", "audit_exports"):
            log = database[name]
            log.create_index("at")
            log.insert_one({"_id": "1", "at": 1})
            assert log.find_one({"_id": "1"})
            for harm in (
                lambda log=log: log.update_one({"_id": "1"}, {"$set": {"at": 2}}),
                lambda log=log: log.replace_one({"_id": "1"}, {"at": 2}),
                lambda log=log: log.find_one_and_delete({"_id": "1"}),
                lambda log=log: log.delete_many({}),
                lambda log=log: log.drop(),
                lambda log=log: database["staff"].aggregate([{"$out": log.name}]),
            ):
                with pytest.raises(OperationFailure) as refused:
                    harm()
                assert refused.value.code == 13
        for document in DOCUMENTS:
            other = database[document._get_collection_name()]
            if not other.name.startswith("audit_"):
                other.insert_one({"_id": "1"})
                other.update_one({"_id": "1"}, {"$set": {"x": 1}})
                other.delete_one({"_id": "1"})
    with connected(guarded, "keeper") as client:
        assert client["toolbox"]["audit_entries"].delete_many({}).deleted_count == 1


def test_the_script_of_the_roles_names_what_is_missing(run: Run, refused: Refused) -> None:
    text = refused(run("audit", "roles", MONGODB_ADMIN_URI="", MONGODB_USER_PASSWORD="x"))
    assert text == "MONGODB_ADMIN_URI is not set; MONGODB_KEEPER_PASSWORD is not set"
