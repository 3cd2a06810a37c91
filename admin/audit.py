"""The audit log, for auditors: read with filters, read out as a file."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from admin.contract import contract
from core import canonical
from models.audit import AuditEntry
from rest import paging, tables
from rest.access import current_actor, staff
from schemas.audit import (
    AuditCardSchema,
    AuditChainSchema,
    AuditExportQuerySchema,
    AuditListQuerySchema,
    FileFormat,
)
from schemas.pages import page_of
from services import audit, audit_chain
from services.audit import Filters
from services.keyset import Position

namespace = Namespace("audit", description="审计日志 the audit log")

FILTERS = ("actor", "action", "target", "outcome", "request_id", "since", "until")
PIECE = 500
JSON_LINES = "application/x-ndjson"
COLUMNS = (
    *("at", "actor", "actor_name", "roles", "department", "address", "request_id"),
    *("action", "target", "outcome", "before", "after", "id"),
)


@namespace.route("")
class AuditList(Resource):
    """Entries."""

    @staff("audit", "read")
    @contract.asks(AuditListQuerySchema)
    @contract.gives(page_of(AuditCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List entries, the newest first."""
        limit = query["limit"]
        found = audit.listing(filters(query), limit=limit + 1, after=_after(query))
        last = found[limit - 1] if len(found) > limit else None
        more = (last.at.timestamp(), last.id) if last else None
        return {"items": found[:limit], "next_cursor": paging.encode(more)}


@namespace.route("/export")
class AuditExportFile(Resource):
    """A file of entries."""

    @staff("audit", "export")
    @namespace.produces([JSON_LINES, tables.MIMETYPE])  # type: ignore[untyped-decorator]
    @contract.asks(AuditExportQuerySchema)
    def get(self, query: dict[str, Any]) -> Response:
        """Read entries out, the newest first, as JSON lines or CSV; that is on record too."""
        wanted = filters(query)
        given = {name: query[name] for name in FILTERS if name in query}
        chosen = query["file_format"]
        told = {**given, "format": chosen}
        audit.record(current_actor(), "audit.read_out", "audit", after=told)
        if chosen is FileFormat.CSV:
            rows = (_cells(row) for row in _rows(wanted))
            response = Response(tables.lines(COLUMNS, rows), mimetype=tables.MIMETYPE)
        else:
            lines = (canonical.dump(row) + b"\n" for row in _rows(wanted))
            response = Response(lines, mimetype=JSON_LINES)
        response.headers["Content-Disposition"] = f"attachment; filename=audit.{chosen}"
        return response


@namespace.route("/chain")
class AuditChain(Resource):
    """The hash chain."""

    @staff("audit", "read")
    @contract.gives(AuditChainSchema)
    def get(self) -> audit_chain.Head:
        """Read the end of the chain; `scripts/manage audit verify` checks it."""
        return audit_chain.head()


@namespace.route("/<entry_id>")
class AuditDetail(Resource):
    """One entry."""

    @staff("audit", "read")
    @contract.gives(AuditCardSchema)
    def get(self, entry_id: str) -> AuditEntry:
        """Read an entry."""
        return audit.get(entry_id)


def filters(query: dict[str, Any]) -> Filters:
    """Return the filters of a query string."""
    return Filters(**{name: query[name] for name in FILTERS if name in query})


def _after(query: dict[str, Any]) -> Position | None:
    position = paging.decode(query.get("cursor"))
    if position is None:
        return None
    milliseconds = round(position[0] * 1_000)
    moment = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(milliseconds=milliseconds)
    return moment, position[1]


def _rows(wanted: Filters) -> Iterator[dict[str, Any]]:
    """Yield entries as they are answered, read piece by piece."""
    schema = AuditCardSchema()
    after: Position | None = None
    while found := audit.listing(wanted, limit=PIECE, after=after):
        for entry in found:
            yield schema.dump(entry)
        after = (found[-1].at, found[-1].id)


def _cells(row: dict[str, Any]) -> dict[str, str]:
    """Return an entry as texts: structures as JSON, what is absent left out."""
    return {
        name: value if isinstance(value, str) else canonical.dump(value).decode()
        for name, value in {**row, "roles": " ".join(row["roles"])}.items()
        if value is not None
    }
