"""The hash chain: what it finds, and that sealing loses and doubles nothing."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from models.audit import AuditEntry, AuditSeal
from services import audit, audit_chain
from services.actors import SYSTEM
from services.audit_chain import Head


def write(count: int) -> None:
    for number in range(count):
        audit.record(SYSTEM, "test.write", f"test:{number}", after={"number": number})


def sealed(count: int) -> list[dict[str, Any]]:
    write(count)
    assert audit_chain.seal() == count
    assert audit_chain.verify().holds
    return list(AuditSeal._get_collection().find().sort("_id", 1))


def faults() -> list[tuple[str, int]]:
    return [(one.kind, one.number) for one in audit_chain.verify().faults]


def test_entries_are_sealed_once_in_their_order() -> None:
    seals = sealed(7)
    entries = [
        row["_id"] for row in AuditEntry._get_collection().find().sort([("at", 1), ("_id", 1)])
    ]
    assert [row["entry"] for row in seals] == entries
    assert [row["_id"] for row in seals] == list(range(1, 8))
    assert audit_chain.seal() == 0
    assert not audit_chain.is_pending()


def test_an_empty_log_holds() -> None:
    report = audit_chain.verify()
    assert (report.holds, report.checked, report.head) == (True, 0, Head(0, audit_chain.START))


@pytest.mark.parametrize(
    "change",
    [
        {"$set": {"after.number": 99}},
        {"$set": {"actor": "somebody-else"}},
        {"$set": {"at": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)}},
        {"$set": {"extra": 1}},
        {"$unset": {"after": ""}},
    ],
)
def test_a_changed_entry_is_found(change: dict[str, Any]) -> None:
    seals = sealed(6)
    AuditEntry._get_collection().update_one({"_id": seals[3]["entry"]}, change)
    assert faults() == [("changed", 4)]


def test_a_removed_entry_is_found() -> None:
    seals = sealed(6)
    AuditEntry._get_collection().delete_one({"_id": seals[0]["entry"]})
    AuditEntry._get_collection().delete_one({"_id": seals[5]["entry"]})
    assert faults() == [("removed", 1), ("removed", 6)]


def test_entries_that_changed_places_are_found() -> None:
    """The seals of 2 and 5 are exchanged, each with a digest that fits its entry."""
    seals = sealed(6)
    collection = AuditSeal._get_collection()
    second, fifth = seals[1], seals[4]
    collection.delete_many({"_id": {"$in": [2, 5]}})
    collection.insert_one({**fifth, "_id": 2})
    collection.insert_one({**second, "_id": 5})
    found = faults()
    assert ("reordered", 2) in found
    assert ("reordered", 5) in found
    assert not [one for one in found if one[0] != "reordered"]


def test_a_seal_that_is_gone_is_found_with_its_entry_unsealed() -> None:
    seals = sealed(6)
    AuditSeal._get_collection().delete_one({"_id": 3})
    report = audit_chain.verify()
    assert [(one.kind, one.number) for one in report.faults] == [
        ("missing_seal", 3),
        ("reordered", 4),
    ]
    assert report.unsealed == 1
    AuditEntry._get_collection().delete_one({"_id": seals[2]["entry"]})
    assert ("missing_seal", 3) in faults()


def test_a_log_that_was_cut_is_found_by_a_head_written_down() -> None:
    sealed(6)
    head = audit_chain.head()
    assert audit_chain.verify(head).holds
    for number in (5, 6):
        seal = AuditSeal._get_collection().find_one_and_delete({"_id": number})
        AuditEntry._get_collection().delete_one({"_id": seal["entry"]})
    assert audit_chain.verify().holds
    assert [one.kind for one in audit_chain.verify(head).faults] == ["head"]
    write(4)
    audit_chain.seal()
    assert [one.kind for one in audit_chain.verify(head).faults] == ["head"]


def test_the_tail_is_told_and_is_overdue_when_old() -> None:
    sealed(2)
    write(3)
    report = audit_chain.verify()
    assert (report.holds, report.checked, report.unsealed, report.is_overdue) == (True, 2, 3, False)
    past = now() - dt.timedelta(days=1)
    AuditEntry._get_collection().insert_one({"_id": "backdated", "at": past, "action": "x"})
    audit_chain.seal()
    report = audit_chain.verify()
    assert (report.unsealed, report.unsealed_since, report.is_overdue) == (1, past, True)


def test_what_appears_late_is_sealed_late() -> None:
    """A transaction that took its time commits after what came later was sealed."""

    def work(session: ClientSession) -> None:
        audit.record(SYSTEM, "test.late", "test:late", session=session)
        write(3)
        assert audit_chain.seal() == 3

    transaction(work)
    assert audit_chain.seal() == 1
    assert audit_chain.verify().checked == 4
    assert audit_chain.verify().holds


def test_an_entry_goes_with_the_change_that_it_tells_of() -> None:
    def work(session: ClientSession) -> None:
        audit.record(SYSTEM, "test.undone", "test:undone", session=session)
        raise LookupError

    with pytest.raises(LookupError):
        transaction(work)
    assert AuditEntry.objects.count() == 0


def test_writers_and_sealers_together_lose_and_double_nothing() -> None:
    def sealer(_: int) -> int:
        return sum(audit_chain.seal(20) for _ in range(6))

    with ThreadPoolExecutor(12) as threads:
        writing = [threads.submit(write, 25) for _ in range(8)]
        sealing = [threads.submit(sealer, number) for number in range(4)]
        for one in writing:
            one.result()
        count = sum(one.result() for one in sealing)
    while more := audit_chain.seal():
        count += more
    report = audit_chain.verify()
    assert (count, report.checked, report.unsealed, report.holds) == (200, 200, 0, True)
    assert len(AuditSeal.objects.distinct("entry")) == 200


def test_a_long_log_is_checked_in_pieces() -> None:
    moment = now()
    rows = [{"_id": f"e{number:05}", "at": moment, "action": "x"} for number in range(1_203)]
    AuditEntry._get_collection().insert_many(rows)
    assert [audit_chain.seal() for _ in range(4)] == [500, 500, 203, 0]
    AuditEntry._get_collection().insert_many([{**row, "_id": "z" + row["_id"]} for row in rows])
    report = audit_chain.verify()
    assert (report.checked, report.unsealed, report.holds) == (1_203, 1_203, True)
