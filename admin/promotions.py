"""Promotions of search: what staff put first for a query."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.enums import Kind
from models.search import Promotion
from models.snapshots import snapshot_key
from rest import language, paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.pages import page_of
from schemas.queries import PageQuerySchema
from schemas.search_upkeep import (
    PromotionCardSchema,
    PromotionChangeSchema,
    PromotionCreateSchema,
)
from services import kept, live
from services.search import promotions

namespace = Namespace("promotions", description="搜索置顶 what comes first for a query")


@namespace.route("")
class PromotionList(Resource):
    """All promotions."""

    @staff("promotions", "read")
    @contract.asks(PageQuerySchema)
    @contract.gives(page_of(PromotionCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List promotions, what was changed last first."""
        page = paging.by_time(
            query, lambda limit, after: kept.listing(Promotion, limit=limit, after=after)
        )
        return {**page, "items": shown(page["items"])}

    @staff("promotions", "write")
    @idempotent(staff_caller)
    @contract.takes(PromotionCreateSchema)
    @contract.gives(PromotionCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Put live items first for a query; searches follow it at once."""
        made = promotions.add(current_actor(), data["query"], chosen(data))
        return shown([made])[0]


@namespace.route("/<promotion>")
class PromotionDetail(Resource):
    """One promotion."""

    @staff("promotions", "read")
    @contract.gives(PromotionCardSchema)
    def get(self, promotion: str) -> dict[str, Any]:
        """Read a promotion."""
        return shown([kept.get(Promotion, promotion)])[0]

    @staff("promotions", "write")
    @contract.takes(PromotionChangeSchema)
    @contract.gives(PromotionCardSchema)
    def put(self, promotion: str, data: dict[str, Any]) -> dict[str, Any]:
        """Put other items first for its query."""
        changed = promotions.change(
            current_actor(), promotion, chosen(data), revision=data["revision"]
        )
        return shown([changed])[0]

    @staff("promotions", "write")
    @contract.empties
    def delete(self, promotion: str) -> None:
        """Put nothing first any more."""
        promotions.remove(current_actor(), promotion)


def chosen(data: dict[str, Any]) -> list[tuple[Kind, str]]:
    """Return the items of a body as the service takes them."""
    return [(one["kind"], one["item"]) for one in data["items"]]


def shown(found: list[Promotion]) -> list[dict[str, Any]]:
    """Return promotions with the titles of their items, read at once."""
    keys = {snapshot_key(one.kind, one.item) for promotion in found for one in promotion.items}
    cards = live.short_cards(sorted(keys), language.current())
    return [
        {
            **{name: getattr(promotion, name) for name in ("id", "query", "revision", "at")},
            "items": [_item(one, cards) for one in promotion.items],
        }
        for promotion in found
    ]


def _item(one: Any, cards: dict[str, dict[str, Any]]) -> dict[str, Any]:
    card = cards.get(snapshot_key(one.kind, one.item))
    title = card["title"] if card else None
    return {"kind": one.kind, "item": one.item, "live": card is not None, "title": title}
