"""Files of the audit log: whole, verifiable alone, and the only way to drop anything."""

import datetime as dt
import hashlib
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from core import canonical
from core.clock import now
from core.errors import Conflict, Invalid
from models.audit import AuditEntry, AuditExport, AuditSeal
from services import audit, audit_chain, audit_files
from services.actors import SYSTEM

OLD = dt.timedelta(days=200)


def write(count: int, monkeypatch: pytest.MonkeyPatch, ago: dt.timedelta = OLD) -> None:
    """Write and seal entries as of long ago."""
    with monkeypatch.context() as past:
        past.setattr(audit, "now", lambda: now() - ago)
        for number in range(count):
            audit.record(SYSTEM, "test.write", f"test:{number}", after={"number": number})
    while audit_chain.seal():
        pass


def test_a_file_can_be_verified_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(5, monkeypatch)
    path = tmp_path / "audit.jsonl"
    record = audit_files.export(SYSTEM, path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert hashlib.sha256(path.read_bytes()).hexdigest() == record.id
    first, *lines = [orjson.loads(line) for line in path.read_bytes().splitlines()]
    chain = first["previous"]
    for number, line in enumerate(lines, start=first["first"]):
        digest = hashlib.sha256(canonical.dump(line["entry"])).hexdigest()
        assert digest == line["seal"]["digest"]
        chain = hashlib.sha256(f"{chain}:{number}:{digest}".encode()).hexdigest()
        assert chain == line["seal"]["chain"]
    assert chain == record.last_chain
    assert AuditEntry.objects.get(action="audit.export").target == "audit:1-5"


def test_what_was_exported_is_dropped_and_the_rest_still_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(5, monkeypatch)
    path = tmp_path / "audit.jsonl"
    audit_files.export(SYSTEM, path, until=now() - dt.timedelta(days=190))
    write(3, monkeypatch, ago=dt.timedelta(days=1))
    head = audit_chain.head()
    audit_files.drop(SYSTEM, path)
    assert AuditEntry.objects(action="test.write").count() == 3
    audit_chain.seal()
    report = audit_chain.verify(head)
    assert (report.holds, report.unsealed) == (True, 0)
    assert report.head.number == report.checked + 5
    audit_files.drop(SYSTEM, path)  # again: nothing more
    assert AuditEntry.objects(action="audit.drop").count() == 1


def test_a_log_that_is_dropped_whole_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(4, monkeypatch)
    audit_files.export(SYSTEM, tmp_path / "a", until=now() - OLD + dt.timedelta(days=1))
    audit_files.drop(SYSTEM, tmp_path / "a")
    assert audit_chain.seal() == 2
    report = audit_chain.verify()
    assert (report.holds, report.checked, report.head.number) == (True, 2, 6)


def test_a_drop_that_was_killed_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(6, monkeypatch)
    path = tmp_path / "audit.jsonl"
    audit_files.export(SYSTEM, path, until=now() - dt.timedelta(days=190))

    def killed(_: object) -> None:
        gone = AuditSeal.objects(id__lte=2).scalar("entry")
        AuditEntry._get_collection().delete_many({"_id": {"$in": list(gone)}})
        raise KeyboardInterrupt

    with monkeypatch.context() as once:
        once.setattr(audit_files, "_delete", killed)
        with pytest.raises(KeyboardInterrupt):
            audit_files.drop(SYSTEM, path)
    assert audit_chain.verify().holds
    audit_files.drop(SYSTEM, path)
    assert AuditEntry.objects(action="test.write").count() == 0
    assert AuditSeal.objects(id__lte=6).count() == 0


@pytest.mark.parametrize("ago", [0, 1, 183])
def test_what_is_young_is_kept(ago: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(3, monkeypatch)
    write(1, monkeypatch, ago=dt.timedelta(days=ago))
    audit_files.export(SYSTEM, tmp_path / "a")
    with pytest.raises(Conflict) as refused:
        audit_files.drop(SYSTEM, tmp_path / "a")
    assert refused.value.code == "audit_young"
    assert AuditEntry.objects(action="test.write").count() == 4


def test_a_file_that_is_no_export_drops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3, monkeypatch)
    path = tmp_path / "a"
    audit_files.export(SYSTEM, path, until=now() - dt.timedelta(days=190))
    path.write_bytes(path.read_bytes()[:-1] + b" ")
    with pytest.raises(Invalid) as refused:
        audit_files.drop(SYSTEM, path)
    assert refused.value.code == "audit_not_exported"


def test_older_entries_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(3, monkeypatch)
    audit_files.export(SYSTEM, tmp_path / "a", until=now() - dt.timedelta(days=190))
    record = AuditExport.objects.get()
    AuditExport._get_collection().update_one({"_id": record.id}, {"$set": {"first": 2}})
    with pytest.raises(Conflict) as refused:
        audit_files.drop(SYSTEM, tmp_path / "a")
    assert refused.value.code == "audit_out_of_order"


def tamper() -> None:
    AuditEntry._get_collection().update_one({}, {"$set": {"actor": "x"}})


def unseal() -> None:
    AuditSeal._get_collection().delete_one({"_id": 2})


def remove() -> None:
    AuditEntry._get_collection().delete_one({})


@pytest.mark.parametrize("harm", [tamper, unseal, remove])
def test_a_broken_chain_is_not_exported(
    harm: Callable[[], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(3, monkeypatch)
    harm()
    with pytest.raises(Conflict) as refused:
        audit_files.export(SYSTEM, tmp_path / "a")
    assert refused.value.code == "audit_broken"
    assert list(tmp_path.iterdir()) == []


def test_nothing_makes_no_file_and_no_file_is_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Conflict):
        audit_files.export(SYSTEM, tmp_path / "a")
    write(1, monkeypatch)
    (tmp_path / "a").write_text("mine")
    with pytest.raises(FileExistsError):
        audit_files.export(SYSTEM, tmp_path / "a")
    assert (tmp_path / "a").read_text() == "mine"
