"""The audit log: one entry for each change by staff, each sign-in, and each refusal.

An entry is inserted with the change that it tells of and never touched again;
`services.audit_chain` seals it later.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import NotFound
from core.ids import new_id
from models.audit import AuditEntry, Outcome
from services import audit_masking, keyset
from services.actors import Actor
from services.keyset import Position

TARGET_MAX = 200

Fields = Mapping[str, Any]


@dataclass(frozen=True)
class Filters:
    """What an auditor looks for; times in UTC, `until` excluded."""

    actor: str | None = None
    action: str | None = None
    target: str | None = None
    outcome: Outcome | None = None
    request_id: str | None = None
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def record(
    actor: Actor,
    action: str,
    target: str,
    *,
    before: Fields | None = None,
    after: Fields | None = None,
    outcome: str = Outcome.DONE,
    session: ClientSession | None = None,
) -> None:
    """Write an entry. Pass the `session` of the transaction that makes the change.

    `action` is `resource.verb`, `target` is `resource:id`. Given both `before` and `after`, what
    they share is left out. Secrets are struck out, personal data is masked, by the name of the
    field and by the shape of the text. Without a `session` the entry stands whatever happens
    next: for refusals and failures.
    """
    before, after = audit_masking.difference(before, after)
    row: dict[str, Any] = {
        "_id": new_id(),
        "at": now(),
        "actor": actor.id,
        "actor_name": actor.name,
        "roles": sorted(role.value for role in actor.roles),
        "department": actor.department,
        "address": actor.address,
        "request_id": actor.request_id,
        "action": action,
        "target": audit_masking.masked_text(target[:TARGET_MAX]),
        "outcome": Outcome(outcome).value,
    }
    if before is not None:
        row["before"] = audit_masking.masked(before)
    if after is not None:
        row["after"] = audit_masking.masked(after)
    AuditEntry._get_collection().insert_one(row, session=session)


def get(entry_id: str) -> AuditEntry:
    """Return an entry; raise `NotFound`."""
    found: AuditEntry | None = AuditEntry.objects(id=entry_id).first()
    if found is None:
        raise NotFound
    return found


def listing(filters: Filters, *, limit: int, after: Position | None = None) -> list[AuditEntry]:
    """Return entries, the newest first, beginning after a position (time and id)."""
    rows = AuditEntry._get_collection().find(_query(filters, after))
    ordered = rows.sort([("at", -1), ("_id", -1)]).limit(limit)
    return [AuditEntry._from_son(row) for row in ordered]


def _query(filters: Filters, after: Position | None) -> dict[str, Any]:
    """Return the query; every value is a scalar of ours, no structure comes from outside."""
    exact = {
        name: str(value)
        for name in ("actor", "action", "target", "outcome", "request_id")
        if (value := getattr(filters, name)) is not None
    }
    span: dict[str, dt.datetime] = {}
    if filters.since is not None:
        span["$gte"] = filters.since
    if filters.until is not None:
        span["$lt"] = filters.until
    query: dict[str, Any] = {**exact, **({"at": span} if span else {})}
    return {"$and": [query, keyset.after(after)]} if after else query
