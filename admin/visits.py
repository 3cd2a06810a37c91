"""Bespoke visits, for staff."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.departures import Meeting, Words
from models.parts import Location
from rest import paging
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent, sent_key
from schemas.desk import PhoneLookupSchema
from schemas.pages import page_of
from schemas.visits import (
    AskedVisitCardSchema,
    AskedVisitSchema,
    AskedVisitsSchema,
    CheckedSchema,
    CompositionSchema,
    DeclineSchema,
    ProposeSchema,
    VisitAskSchema,
    VisitListQuerySchema,
    VisitVersionSchema,
)
from services.plans import Stay
from services.visits import answering, asking, composing, finding, proposing, showing
from services.visits.asking import Ask
from services.visits.composing import Checked, Composition

namespace = Namespace("visits", description="定制考察 bespoke visits")


@namespace.route("")
class VisitList(Resource):
    """All of them."""

    @staff("visits", "read")
    @contract.asks(VisitListQuerySchema)
    @contract.gives(page_of(AskedVisitCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List requests, the newest first; whom they are from is masked."""
        actor, state = current_actor(), query.get("state")
        page = paging.by_time(
            query,
            lambda limit, after: finding.listing(actor, state=state, limit=limit, after=after),
            "created_at",
        )
        return {**page, "items": [showing.masked(one) for one in page["items"]]}

    @staff("visits", "write")
    @idempotent(staff_caller)
    @contract.takes(VisitAskSchema)
    @contract.gives(AskedVisitSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ask on behalf of somebody who called; name and phone are needed."""
        return showing.whole(asking.ask_for(current_actor(), Ask(**data), key=sent_key()))


@namespace.route("/lookup")
class VisitLookup(Resource):
    """Looking for somebody by phone."""

    @staff("visits", "reveal")
    @contract.takes(PhoneLookupSchema)
    @contract.gives(AskedVisitsSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """List the newest requests of a phone number; it stands in the body, not in logs."""
        found = finding.by_phone(current_actor(), data["phone"])
        return {"items": [showing.masked(one) for one in found]}


@namespace.route("/<visit_id>")
class VisitDetail(Resource):
    """One of them."""

    @staff("visits", "reveal")
    @contract.gives(AskedVisitSchema)
    def get(self, visit_id: str) -> dict[str, Any]:
        """Read a request in full; that is on record."""
        return showing.whole(finding.reveal(current_actor(), visit_id))


@namespace.route("/<visit_id>/check")
class VisitCheck(Resource):
    """Looking while composing."""

    @staff("visits", "write")
    @contract.takes(CompositionSchema)
    @contract.gives(CheckedSchema)
    def post(self, visit_id: str, data: dict[str, Any]) -> Checked:
        """Tell the windows of an itinerary and what it would collide with; nothing is kept."""
        return composing.check(current_actor(), visit_id, _composition(data))


@namespace.route("/<visit_id>/proposals")
class VisitProposals(Resource):
    """Proposing."""

    @staff("visits", "write")
    @idempotent(staff_caller)
    @contract.takes(ProposeSchema)
    @contract.gives(AskedVisitSchema, code=201)
    def post(self, visit_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """Propose an itinerary in the place of an open one; it holds what it takes for a while."""
        revision = data.pop("revision")
        return showing.whole(
            proposing.propose(current_actor(), visit_id, _composition(data), revision=revision)
        )


@namespace.route("/<visit_id>/decline")
class VisitDecline(Resource):
    """Declining."""

    @staff("visits", "write")
    @contract.takes(DeclineSchema)
    @contract.gives(AskedVisitSchema)
    def post(self, visit_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """Decline with a reason, and what could be instead."""
        return showing.whole(answering.decline(current_actor(), visit_id, **data))


@namespace.route("/<visit_id>/accept")
class VisitAccept(Resource):
    """Accepting for a caller."""

    @staff("visits", "write")
    @contract.takes(VisitVersionSchema)
    @contract.gives(AskedVisitSchema)
    def post(self, visit_id: str, data: dict[str, Any]) -> dict[str, Any]:
        """Accept for somebody who called; visitors accept by themselves."""
        return showing.whole(answering.accept_for(current_actor(), visit_id, **data))


@namespace.route("/<visit_id>/withdraw")
class VisitWithdraw(Resource):
    """Withdrawing for a caller."""

    @staff("visits", "write")
    @contract.gives(AskedVisitSchema)
    def post(self, visit_id: str) -> dict[str, Any]:
        """Withdraw for somebody who called; visitors withdraw by themselves."""
        return showing.whole(answering.withdraw_for(current_actor(), visit_id))


def _composition(data: dict[str, Any]) -> Composition:
    stays = [Stay(**{**stop, "note": _words(stop.get("note"))}) for stop in data.pop("stops", ())]
    meeting = data.pop("meeting", None)
    return Composition(
        **{**data, "title": _words(data.get("title"))},
        stays=tuple(stays),
        meeting=None if meeting is None else _meeting(meeting),
    )


def _meeting(told: dict[str, Any]) -> Meeting:
    place = told.get("location")
    return Meeting(
        title=_words(told["title"]),
        note=_words(told.get("note")),
        location=None if place is None else Location(**place),
    )


def _words(told: dict[str, Any] | None) -> Words | None:
    return None if told is None else Words(**told)
