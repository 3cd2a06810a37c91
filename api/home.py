"""The first page: one request."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.tracks import TrackClass
from rest import language
from rest.access import anyone
from schemas.answers import HomeSchema
from schemas.labels import label
from schemas.queries import LanguageQuerySchema
from services import home

namespace = Namespace("home", description="首页 the first page")


@namespace.route("")
class Home(Resource):
    """Everything the first page shows."""

    @anyone
    @contract.asks(LanguageQuerySchema)
    @contract.shows(HomeSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read the first page: the "5个1", featured items, tracks by class, notices."""
        del query  # the language is the request's
        spoken = language.current()
        page = home.read(spoken)
        for group in page["tracks"]:
            group["label"] = label(TrackClass(group["class"]), spoken)
        return page
