"""The whole product as the database user that cannot change the audit log; and its keeper."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.errors import OperationFailure

import application
from cli.mongod import EmbeddedMongod
from core import db
from core.settings import load
from models.audit import AuditEntry
from models.enums import Kind
from models.outbox import Job
from models.staff import Role
from services import audit, outbox
from services.actors import SYSTEM, system
from services.staff import accounts
from tests.clocks import Clock
from tests.factories import create_live

UNAUTHORIZED = 13
PASSWORDS = {"MONGODB_USER_PASSWORD": "toolbox-pass", "MONGODB_KEEPER_PASSWORD": "keeper-pass"}
LOG = ("audit_entries", "audit_seals", "audit_exports")
DAYS = 200
Manage = Callable[..., Any]


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[EmbeddedMongod]:
    """A replica set that asks for passwords; `root` may everything."""
    data = tmp_path / "mongodb"
    with EmbeddedMongod(data) as bare, MongoClient[dict[str, Any]](bare.uri) as client:
        client.admin.command({"createUser": "root", "pwd": "root-pass", "roles": ["root"]})
    key = tmp_path / "key"
    key.write_text("a2V5b25seWZvcnRlc3Rz" * 2)
    key.chmod(0o600)
    with EmbeddedMongod(data, extra=("--auth", "--keyFile", str(key))) as server:
        yield server


def address(server: EmbeddedMongod, user: str, password: str, source: str = "toolbox") -> str:
    return f"{server.uri.replace('://', f'://{user}:{password}@')}&authSource={source}"


@pytest.fixture
def manage(
    guarded: EmbeddedMongod, run_process: Manage, own_connection: None, environ: dict[str, str]
) -> Manage:
    """Return a runner of commands as the application's user, or as the keeper."""
    users = {
        "toolbox": address(guarded, "toolbox", PASSWORDS["MONGODB_USER_PASSWORD"]),
        "keeper": address(guarded, "toolbox-keeper", PASSWORDS["MONGODB_KEEPER_PASSWORD"]),
    }

    def run(*arguments: object, user: str = "toolbox") -> Any:
        return run_process(*arguments, MONGODB_DATABASE="toolbox", MONGODB_URI=users[user])

    root = address(guarded, "root", "root-pass", "admin")
    for _ in range(2):  # safe to repeat
        done = run_process(
            "audit", "roles", MONGODB_DATABASE="toolbox", MONGODB_ADMIN_URI=root, **PASSWORDS
        )
        assert done.stdout == "toolbox: application\ntoolbox-keeper: auditKeeper\n", done.stderr
        assert not [one for one in PASSWORDS.values() if one in done.stderr]
    prepared = run("db", "prepare")
    assert prepared.returncode == 0, prepared.stderr
    loaded = {**environ, "MONGODB_DATABASE": "toolbox", "MONGODB_URI": users["toolbox"]}
    application.wire(load(loaded))
    return run


def well(done: Any) -> str:
    assert done.returncode == 0, done.stderr
    return str(done.stdout)


def test_the_product_works_and_its_user_changes_nothing_of_the_log(
    manage: Manage, clock: Clock, tmp_path: Path
) -> None:
    clock.advance(days=-DAYS)
    for number in range(3):
        audit.record(SYSTEM, "test.write", f"test:{number}")
    clock.advance(days=DAYS)
    assert "password" in well(manage("staff", "bootstrap"))
    account = accounts.create(
        system("test"), username="tester.a", name="测试", roles=[Role.EDITOR], department=None
    ).account
    accounts.disable(system("test"), account.id)
    create_live(Kind.TRACKS)
    with db.database().watch() as stream:
        assert stream.alive, "changes of several collections are followed at once"
    outbox.enqueue("test", {}, dedupe_key="test")
    assert Job.objects(name="test").count() == 1
    assert well(manage("audit", "seal")).startswith(f"{AuditEntry.objects.count()} sealed")
    assert "The chain holds." in well(manage("audit", "verify"))

    for name in LOG:
        check_closed(name)

    file = tmp_path / "old.jsonl"
    well(manage("audit", "export", file))
    young = manage("audit", "drop", file, "--yes", user="keeper")
    assert "184" in young.stderr
    check_dropped(manage, tmp_path)


def check_closed(name: str) -> None:
    """Check that the application's user can read and add here, and nothing else."""
    log = db.database()[name]
    before = list(log.find().sort("_id", 1))
    other = db.database()["staff"]
    attacks: list[Callable[[], object]] = [
        lambda: log.update_many({}, {"$set": {"at": 2}}),
        lambda: log.update_one({"_id": "new"}, {"$set": {"at": 2}}, upsert=True),
        lambda: log.replace_one({}, {"at": 2}),
        lambda: log.find_one_and_delete({}),
        lambda: log.delete_many({}),
        lambda: log.drop(),
        lambda: log.rename("elsewhere"),
        lambda: list(other.aggregate([{"$out": name}])),
        lambda: list(other.aggregate([{"$merge": {"into": name}}])),
        lambda: db.client().drop_database("toolbox"),
        lambda: db.database().command("collMod", name, validator={"x": 1}),
        lambda: db.database().command({"grantRolesToUser": "toolbox", "roles": ["auditKeeper"]}),
    ]
    for attack in attacks:
        with pytest.raises(OperationFailure) as refused:
            attack()
        assert refused.value.code == UNAUTHORIZED
    assert list(log.find().sort("_id", 1)) == before


def check_dropped(manage: Manage, folder: Path) -> None:
    """Check that the keeper drops what is old, as exported, and that the rest verifies."""
    file = folder / "older.jsonl"
    nothing = manage("audit", "export", folder / "nothing.jsonl", "--until", "2020-01-01")
    assert nothing.returncode == 1
    well(manage("audit", "export", file, "--until", day_of_first_young()))
    denied = manage("audit", "drop", file, "--yes")
    assert "may not delete from the log" in denied.stderr
    assert well(manage("audit", "drop", file, "--yes", user="keeper")) == "1 to 3 dropped\n"
    assert db.database()["audit_entries"].count_documents({"action": "test.write"}) == 0
    assert "The chain holds." in well(manage("audit", "verify"))


def day_of_first_young() -> str:
    """Return the day of the oldest entry that is younger than what was written into the past."""
    row = db.database()["audit_entries"].find_one(
        {"action": {"$ne": "test.write"}}, sort=[("at", 1)]
    )
    assert row is not None
    return f"{row['at']:%Y-%m-%d}"
