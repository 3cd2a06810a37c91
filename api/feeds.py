"""Calendar feeds of guides, for who has the secret address."""

from flask import Response
from flask_restx import Namespace, Resource

from api.contract import contract
from rest.access import anyone
from rest.downloads import CALENDAR
from rest.serving import JSON
from services import guide_feeds

namespace = Namespace("feeds", description="讲解员日历 calendar feeds of guides")


@namespace.route("/<secret>.ics")
class Feed(Resource):
    """The departures that a guide leads."""

    @anyone
    @namespace.produces([CALENDAR, JSON])  # type: ignore[untyped-decorator]
    @namespace.doc(  # type: ignore[untyped-decorator]
        responses={200: "iCalendar", "default": ("Failure", contract.error)}
    )
    def get(self, secret: str) -> Response:
        """Read the feed that an address names; nothing keeps the answer."""
        response = Response(guide_feeds.calendar(secret), mimetype=CALENDAR)
        response.headers["Cache-Control"] = "no-store"
        return response
