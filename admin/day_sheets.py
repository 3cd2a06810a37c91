"""Who comes to a site when."""

from typing import Any

from flask import Response
from flask_restx import Namespace, Resource

from admin.contract import contract
from core.clock import today
from rest import language
from rest.access import current_actor, staff
from rest.downloads import PDF, XLSX, download
from rest.serving import JSON
from schemas.attendance import (
    DaySheetFileQuerySchema,
    DaySheetQuerySchema,
    DaySheetSchema,
    ListFormat,
)
from services.bookings import group_lists, group_sheets
from services.bookings.group_lists import DaySheet

namespace = Namespace("day-sheets", description="点位日程单 who comes to a site when")


@namespace.route("/<site>")
class DaySheetDetail(Resource):
    """The visits of one site on one day."""

    @staff("bookings", "read")
    @contract.asks(DaySheetQuerySchema)
    @contract.gives(DaySheetSchema)
    def get(self, site: str, query: dict[str, Any]) -> DaySheet:
        """Read who comes when; whole, and on record, for who may read personal data."""
        return group_lists.of_site(current_actor(), site, query.get("day") or today())


@namespace.route("/<site>/file")
class DaySheetFile(Resource):
    """The same as a file."""

    @staff("bookings", "read")
    @namespace.produces([XLSX, PDF, JSON])  # type: ignore[untyped-decorator]
    @contract.asks(DaySheetFileQuerySchema)
    def get(self, site: str, query: dict[str, Any]) -> Response:
        """Read it as a workbook or to print."""
        chosen, spoken = query["file_format"], language.current()
        found = group_lists.of_site(current_actor(), site, query.get("day") or today())
        name = f"day-sheet-{found.site}-{found.day:%Y%m%d}.{chosen.value}"
        if chosen is ListFormat.PDF:
            return download(group_sheets.day_pdf(found, spoken), PDF, name)
        return download(group_sheets.day_workbook(found, spoken), XLSX, name)
