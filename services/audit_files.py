"""The audit log as files: exported before anything is dropped, dropped only as exported.

A file holds JSON lines: first what it begins with, then each entry in its canonical form with
its seal. Whoever has the file alone can verify its part of the chain.
"""

import datetime as dt
import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo.errors import DuplicateKeyError

from core import canonical
from core.clock import now
from core.errors import Conflict, Invalid
from models.audit import AuditEntry, AuditExport, AuditSeal
from services import audit, audit_chain
from services.actors import Actor
from services.staff import policy

FORMAT = "toolbox-audit-1"
SEAL_FIELDS = ("_id", "digest", "chain", "sealed_at")
PIECE = 500
CHUNK_BYTES = 2**20


def export(actor: Actor, path: Path, until: dt.datetime | None = None) -> AuditExport:
    """Write sealed entries before `until` (UTC) that were not dropped yet to a new file.

    Raises `Conflict` when there are none, or when the chain does not verify on the way; then no
    file is left. Raises `FileExistsError`, `OSError`.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            written = _write(file, until)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    with suppress(DuplicateKeyError):  # the same entries were exported before
        AuditExport._get_collection().insert_one(written)
    found: AuditExport = AuditExport._from_son(written)
    audit.record(actor, "audit.export", f"audit:{found.first}-{found.last}")
    return found


def drop(actor: Actor, path: Path) -> AuditExport:
    """Delete from the database what an exported file holds.

    Every entry must be older than AUDIT_KEEP_DAYS, and nothing older may be left before it.
    Killed on the way, it is finished by the next call. Raises `Conflict`, `Invalid`.
    """
    record: AuditExport | None = AuditExport.objects(id=_file_hash(path)).first()
    if record is None:
        raise Invalid("audit_not_exported")
    days = policy.current().settings.audit_keep_days
    if record.last_at > now() - dt.timedelta(days=days):
        raise Conflict("audit_young", days=days)
    if record.dropped_at is None:
        if record.first != audit_chain.dropped().number + 1:
            raise Conflict("audit_out_of_order")
        record.dropped_at = now()
        AuditExport._get_collection().update_one(
            {"_id": record.id}, {"$set": {"dropped_at": record.dropped_at}}
        )
        audit.record(actor, "audit.drop", f"audit:{record.first}-{record.last}")
    _delete(record)
    return record


def _write(file: Any, until: dt.datetime | None) -> dict[str, Any]:
    """Write the lines; return the record of the export."""
    begin = audit_chain.dropped()
    whole = hashlib.sha256()

    def line(data: bytes) -> None:
        whole.update(data + b"\n")
        file.write(data + b"\n")

    line(canonical.dump({"format": FORMAT, "first": begin.number + 1, "previous": begin.chain}))
    end, last_at = begin, None
    for seal, entry in audit_chain.sealed(begin.number, until):
        number = end.number + 1
        good = entry is not None and seal["_id"] == number
        good = good and audit_chain.digest(entry or {}) == seal["digest"]
        if not good or audit_chain.linked(end.chain, number, seal["digest"]) != seal["chain"]:
            raise Conflict("audit_broken")
        shown = {name: seal[name] for name in SEAL_FIELDS}
        line(canonical.dump({"entry": entry, "seal": shown}))
        end = audit_chain.Head(number, seal["chain"])
        last_at = max(last_at or seal["at"], seal["at"])
    if last_at is None:
        raise Conflict("audit_nothing")
    return {
        "_id": whole.hexdigest(),
        "first": begin.number + 1,
        "last": end.number,
        "last_chain": end.chain,
        "last_at": last_at,
        "exported_at": now(),
    }


def _delete(record: AuditExport) -> None:
    """Delete entries, then their seals, so that no entry is left without a trace."""
    seals, entries = AuditSeal._get_collection(), AuditEntry._get_collection()
    span = {"_id": {"$gte": record.first, "$lte": record.last}}
    while batch := list(seals.find(span, {"entry": 1}).sort("_id", 1).limit(PIECE)):
        entries.delete_many({"_id": {"$in": [row["entry"] for row in batch]}})
        seals.delete_many({"_id": {"$in": [row["_id"] for row in batch]}})


def _file_hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(CHUNK_BYTES):
            digest.update(piece)
    return digest.hexdigest()
