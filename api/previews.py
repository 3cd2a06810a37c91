"""Previews: one draft as the public would read it, for who was given its token."""

from typing import Any

from flask import Response, request
from flask_restx import Namespace, Resource

from api.contract import contract
from rest import language, serving
from rest.access import anyone
from schemas.previews import DraftDetailSchema
from schemas.queries import LanguageQuerySchema
from services import previews

HEADER = "X-Preview-Token"

namespace = Namespace("previews", description="预览 previews of drafts")


@namespace.route("")
class Preview(Resource):
    """The draft that a token names."""

    @anyone
    @namespace.doc(  # type: ignore[untyped-decorator]
        params={HEADER: {"in": "header", "type": "string", "description": "From staff."}},
        responses={200: ("", contract.model(DraftDetailSchema))},
    )
    @contract.asks(LanguageQuerySchema)
    def get(self, query: dict[str, Any]) -> Response:
        """Read a draft; its token ends soon, and with the next edit. Nothing keeps the answer."""
        del query  # the language is the request's
        spoken = language.current()
        found = previews.read(request.headers.get(HEADER, ""), spoken)
        response = Response(serving.text(found), mimetype="application/json")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Content-Language"] = spoken.value
        response.headers["Vary"] = "Accept-Language"
        return response
