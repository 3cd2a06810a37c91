"""Files that are made for one answer and downloaded."""

from flask import Response

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"
CALENDAR = "text/calendar"


def download(content: bytes, mimetype: str, name: str) -> Response:
    """Answer a file under a name of ASCII letters; nothing shows it in place."""
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
