"""Previews."""

from flask_restx import Resource

from admin.content.space import kind_of, namespace
from admin.contract import contract
from rest.access import current_actor, staff
from schemas.content_life import PreviewSchema
from services import previews


@namespace.route("/<kind>/<item>/preview")
class Preview(Resource):
    """A preview of the working copy."""

    @staff("content", "preview")
    @contract.gives(PreviewSchema, code=201)
    def post(self, kind: str, item: str) -> previews.Preview:
        """Get a token for `GET /api/v1/previews`; the next edit ends it."""
        return previews.begin(kind_of(kind), item, actor=current_actor())
