"""Group lists of departures, as files."""

from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from admin.contract import contract
from rest import language
from rest.access import current_actor, staff
from rest.downloads import PDF, XLSX, download
from rest.serving import JSON
from schemas.attendance import ListFileQuerySchema, ListFormat
from services.bookings import group_lists, group_sheets

namespace = Namespace("group-lists", description="团组名单 who comes on a departure")


@namespace.route("/<departure>")
class GroupListFile(Resource):
    """The group list of one departure."""

    @staff("bookings", "export")
    @namespace.produces([XLSX, PDF, JSON])  # type: ignore[untyped-decorator]
    @contract.asks(ListFileQuerySchema)
    def get(self, departure: str, query: dict[str, Any]) -> Response:
        """Read the list out, whole, as a workbook or to print; that is on record."""
        chosen, spoken = query["file_format"], language.current()
        found = group_lists.of_departure(current_actor(), departure, file_format=chosen.value)
        name = f"group-list-{found.departure.id}.{chosen.value}"
        if chosen is ListFormat.PDF:
            return download(group_sheets.group_pdf(found, spoken), PDF, name)
        return download(group_sheets.group_workbook(found, spoken), XLSX, name)
