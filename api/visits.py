"""Bespoke visits of the visitor who calls."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from rest import idempotency, paging
from rest.access import consenting, current_visitor, signed_in
from schemas.pages import page_of
from schemas.queries import LanguageQuerySchema, PageQuerySchema
from schemas.visits import VisitAskSchema, VisitCardSchema, VisitChangeSchema, VisitVersionSchema
from services.visits import answering, asking, finding, showing
from services.visits.asking import Ask

namespace = Namespace("visits", description="定制考察 bespoke visits", path="/visits")


@namespace.route("")
class VisitList(Resource):
    """One's own."""

    @signed_in
    @contract.asks(PageQuerySchema)
    @contract.gives(page_of(VisitCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List requests, the newest first."""
        visitor = current_visitor().id
        page = paging.by_time(
            query,
            lambda limit, after: finding.mine(visitor, limit=limit, after=after),
            "created_at",
        )
        return {**page, "items": [showing.own(one) for one in page["items"]]}

    @consenting
    @contract.takes(VisitAskSchema)
    @contract.gives(VisitCardSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask for a visit; staff propose an itinerary. Takes an `Idempotency-Key`."""
        asked = asking.ask(current_visitor(), Ask(**data), key=idempotency.sent_key())
        return showing.own(asked)


@namespace.route("/<visit_id>")
class VisitDetail(Resource):
    """One of them."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(VisitCardSchema)
    def get(self, visit_id: str, query: dict[str, Any]) -> dict[str, Any]:
        """Read a request with what was proposed."""
        del query  # for the language of failures
        return showing.own(finding.own(current_visitor().id, visit_id))


@namespace.route("/<visit_id>/accept")
class VisitAccept(Resource):
    """Accepting."""

    @consenting
    @contract.takes(VisitVersionSchema)
    @contract.gives(VisitCardSchema)
    def post(self, visit_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """Accept a version: it becomes a confirmed booking."""
        return showing.own(answering.accept(current_visitor(), visit_id, **data))


@namespace.route("/<visit_id>/change")
class VisitChange(Resource):
    """Asking for another version."""

    @consenting
    @contract.takes(VisitChangeSchema)
    @contract.gives(VisitCardSchema)
    def post(self, visit_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """Say what should be different; what the version held comes free."""
        return showing.own(answering.ask_change(current_visitor(), visit_id, **data))


@namespace.route("/<visit_id>/withdraw")
class VisitWithdraw(Resource):
    """Withdrawing."""

    @signed_in
    @contract.gives(VisitCardSchema)
    def post(self, visit_id: str) -> dict[str, Any]:
        """Withdraw a request that is not accepted yet; after that, cancel the booking."""
        return showing.own(answering.withdraw(current_visitor(), visit_id))
