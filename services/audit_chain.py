"""Seals of the audit log: a hash chain over its entries, made after they were written.

Writers never wait for one another: an entry is inserted alone, and a sealer gives it the next
number later, in the order of time (and of id within a millisecond). What appears late, because
its transaction took long, gets a later number. Any number of sealers may run: a number, and an
entry, is sealed once.

Whoever can write to the database and knows this file can make a chain anew. The head that each
sealing logs, and `verify` with a head written down before, show that too.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pymongo.errors import DuplicateKeyError

from core import canonical
from core.clock import now
from models.audit import AuditEntry, AuditExport, AuditSeal

START = "0" * 64
BATCH = 500
# A transaction lasts a minute at most; the rest is for clocks that differ.
LATE = dt.timedelta(minutes=10)
# A tail that is older than this shows that no sealer runs, or that somebody wrote into the past.
OVERDUE = dt.timedelta(minutes=30)
BY_TIME = [("at", 1), ("_id", 1)]

Row = dict[str, Any]


@dataclass(frozen=True)
class Head:
    """The end of the chain: the last number, and the hash that stands for all before it."""

    number: int
    chain: str


@dataclass(frozen=True)
class Fault:
    """What does not verify: `changed`, `removed`, `reordered`, `missing_seal` or `head`."""

    kind: str
    number: int
    entry: str


@dataclass
class Report:
    """What a verification found. The tail is what no sealer has reached yet."""

    head: Head
    checked: int = 0
    faults: list[Fault] = field(default_factory=list)
    unsealed: int = 0
    unsealed_since: dt.datetime | None = None

    @property
    def holds(self) -> bool:
        """Tell whether every sealed entry is as it was written."""
        return not self.faults

    @property
    def is_overdue(self) -> bool:
        """Tell whether the tail is older than a sealer that runs would leave it."""
        return self.unsealed_since is not None and self.unsealed_since < now() - OVERDUE


def digest(entry: Row) -> str:
    """Return the SHA-256 of an entry's canonical form."""
    return hashlib.sha256(canonical.dump(entry)).hexdigest()


def linked(previous: str, number: int, entry_digest: str) -> str:
    """Return the hash of a seal."""
    return hashlib.sha256(f"{previous}:{number}:{entry_digest}".encode()).hexdigest()


def head() -> Head:
    """Return the end of the chain."""
    row = AuditSeal._get_collection().find_one({}, sort=[("_id", -1)])
    if row is not None:
        return Head(row["_id"], row["chain"])
    return dropped()


def dropped() -> Head:
    """Return where the chain begins: after what was exported and dropped."""
    row = AuditExport._get_collection().find_one(
        {"dropped_at": {"$type": "date"}}, sort=[("last", -1)]
    )
    return Head(row["last"], row["last_chain"]) if row else Head(0, START)


def is_pending() -> bool:
    """Tell whether there is anything to seal."""
    return bool(_unsealed(1))


def seal(limit: int = BATCH) -> int:
    """Seal up to `limit` entries; return how many. Another sealer at work makes this one stop."""
    end = head()
    count = 0
    for entry in _unsealed(limit):
        number, entry_digest = end.number + 1, digest(entry)
        chain = linked(end.chain, number, entry_digest)
        row = {
            "_id": number,
            "entry": entry["_id"],
            "at": entry["at"],
            "digest": entry_digest,
            "chain": chain,
            "sealed_at": now(),
        }
        try:
            AuditSeal._get_collection().insert_one(row)
        except DuplicateKeyError:
            break
        end, count = Head(number, chain), count + 1
    return count


def verify(expected: Head | None = None) -> Report:
    """Check the whole chain against the entries; `expected` is a head written down before.

    Finds entries that were changed, removed or reordered and seals that are missing; tells how
    many entries wait for their seal.
    """
    begin = dropped()
    report = Report(head=begin)
    previous = begin.chain
    number = begin.number
    if expected is not None and expected.number == begin.number and expected != begin:
        report.faults.append(Fault("head", begin.number, ""))
    for seal_row, entry in sealed(after=begin.number):
        number += 1
        while number < seal_row["_id"]:
            report.faults.append(Fault("missing_seal", number, ""))
            number += 1
        kind = _fault(previous, seal_row, entry)
        if kind is not None:
            report.faults.append(Fault(kind, number, seal_row["entry"]))
        previous = seal_row["chain"]
        report.checked += 1
        if expected is not None and number == expected.number and previous != expected.chain:
            report.faults.append(Fault("head", number, seal_row["entry"]))
    if expected is not None and expected.number > number:
        report.faults.append(Fault("head", expected.number, ""))
    report.head = Head(number, previous)
    report.unsealed, report.unsealed_since = tail()
    return report


def sealed(after: int, until: dt.datetime | None = None) -> Iterator[tuple[Row, Row | None]]:
    """Yield seals in order with their entries (None: gone), from the number after `after`."""
    seals, entries = AuditSeal._get_collection(), AuditEntry._get_collection()
    while batch := list(seals.find({"_id": {"$gt": after}}).sort("_id", 1).limit(BATCH)):
        found = {row["_id"]: row for row in entries.find({"_id": {"$in": _entries(batch)}})}
        for row in batch:
            if until is not None and row["at"] >= until:
                return
            yield row, found.get(row["entry"])
        after = batch[-1]["_id"]


def tail() -> tuple[int, dt.datetime | None]:
    """Return how many entries have no seal, and since when; looks at all entries, in pieces."""
    entries, seals = AuditEntry._get_collection(), AuditSeal._get_collection()
    count, since = 0, None
    query: Row = {}
    while batch := list(entries.find(query, {"at": 1}).sort(BY_TIME).limit(BATCH)):
        found = seals.find({"entry": {"$in": [row["_id"] for row in batch]}}, {"entry": 1})
        known = {row["entry"] for row in found}
        for row in batch:
            if row["_id"] not in known:
                count, since = count + 1, since or row["at"]
        last = batch[-1]
        query = {
            "at": {"$gte": last["at"]},
            "$or": [{"at": {"$gt": last["at"]}}, {"_id": {"$gt": last["_id"]}}],
        }
    return count, since


def _fault(previous: str, seal_row: Row, entry: Row | None) -> str | None:
    """Return what is wrong with one link of the chain."""
    if entry is None:
        return "removed"
    if digest(entry) != seal_row["digest"]:
        return "changed"
    if linked(previous, seal_row["_id"], seal_row["digest"]) != seal_row["chain"]:
        return "reordered"
    return None


def _entries(batch: list[Row]) -> list[str]:
    return [row["entry"] for row in batch]


def _unsealed(limit: int) -> list[Row]:
    """Return entries without a seal, the oldest first, from shortly before the last seal on.

    What somebody wrote further into the past stays without: `verify` reports it.
    """
    latest = AuditSeal._get_collection().find_one({}, {"at": 1}, sort=[("at", -1)])
    since = [{"$match": {"at": {"$gte": latest["at"] - LATE}}}] if latest else []
    return list(
        AuditEntry._get_collection().aggregate(
            [*since, {"$sort": {"at": 1, "_id": 1}}, *_without_seal(), {"$limit": limit}]
        )
    )


def _without_seal() -> list[Row]:
    return [
        {
            "$lookup": {
                "from": AuditSeal._get_collection_name(),
                "localField": "_id",
                "foreignField": "entry",
                "as": "seals",
            }
        },
        {"$match": {"seals": []}},
        {"$project": {"seals": 0}},
    ]
