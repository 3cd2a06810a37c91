"""The audit log, for auditors: read with filters, read out as a file."""

from collections.abc import Iterator
from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from admin.contract import contract
from core import canonical
from models.audit import AuditEntry
from rest import paging, tables
from rest.access import current_actor, staff
from rest.serving import JSON
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
        wanted = filters(query)
        return paging.by_time(
            query, lambda limit, after: audit.listing(wanted, limit=limit, after=after)
        )


@namespace.route("/export")
class AuditExportFile(Resource):
    """A file of entries."""

    @staff("audit", "export")
    @namespace.produces([JSON_LINES, tables.MIMETYPE, JSON])  # type: ignore[untyped-decorator]
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
