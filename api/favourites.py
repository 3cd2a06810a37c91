"""Favourites of the visitor who calls."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from api.saved_items import kind_of, listed
from models.favourites import Favourite
from rest.access import consenting, current_visitor, signed_in
from schemas.saved_items import SavedItemPageSchema, SavedItemQuerySchema
from services import favourites, saved_items

namespace = Namespace("favourites", description="收藏 favourites", path="/me/favourites")


@namespace.route("")
class FavouriteList(Resource):
    """All of them."""

    @signed_in
    @contract.asks(SavedItemQuerySchema)
    @contract.tells(SavedItemPageSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List favourites, the newest first; what went offline is shown as gone."""
        return listed(Favourite, query)


@namespace.route("/<kind>/<item>")
class FavouriteItem(Resource):
    """One of them, by kind and id of the item."""

    @consenting
    @contract.empties
    def put(self, kind: str, item: str) -> None:
        """Keep a live item; sending it again changes nothing."""
        favourites.add(current_visitor().id, kind_of(kind), item)

    @signed_in
    @contract.empties
    def delete(self, kind: str, item: str) -> None:
        """Keep it no more."""
        saved_items.remove(Favourite, current_visitor().id, kind_of(kind), item)
