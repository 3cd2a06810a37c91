"""The steps of an item's life: review, publish, schedule, offline, archive, copy, order."""

from typing import Any

from flask_restx import Resource

from admin.content.space import kind_of, namespace
from admin.contract import contract
from models.content import Content
from rest.access import current_actor, staff, staff_caller
from rest.idempotency import idempotent
from schemas.content_life import (
    DecisionSchema,
    OrderSchema,
    OwnerSchema,
    RevisionSeenSchema,
    ScheduleSchema,
    SlugSchema,
    SubmissionSchema,
)
from schemas.working import WorkingCardSchema
from services import content, publishing, reviews


@namespace.route("/<kind>/<item>/submit")
class Submit(Resource):
    """Handing over."""

    @staff("content", "submit")
    @contract.takes(SubmissionSchema)
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str, data: dict[str, Any]) -> Content:
        """Hand the text to its reviewers; an edit afterwards takes it back."""
        return reviews.submit(kind_of(kind), item, actor=current_actor(), **data)


@namespace.route("/<kind>/<item>/review")
class Review(Resource):
    """The review."""

    @staff("content", "review")
    @contract.takes(DecisionSchema)
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str, data: dict[str, Any]) -> Content:
        """Give the verdict of the step that is due; never on one's own text."""
        return reviews.decide(kind_of(kind), item, actor=current_actor(), **data)


@namespace.route("/<kind>/<item>/publish")
class Publish(Resource):
    """Going live."""

    @staff("content", "publish")
    @contract.takes(RevisionSeenSchema)
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str, data: dict[str, Any]) -> Content:
        """Make the very revision live that passed its reviews; never one's own text."""
        return publishing.publish(kind_of(kind), item, actor=current_actor(), **data)


@namespace.route("/<kind>/<item>/schedule")
class Schedule(Resource):
    """Going live and offline by itself."""

    @staff("content", "schedule")
    @contract.takes(ScheduleSchema)
    @contract.gives(WorkingCardSchema)
    def put(self, kind: str, item: str, data: dict[str, Any]) -> Content:
        """Set or clear both times; an edit afterwards voids the publishing."""
        return publishing.schedule(kind_of(kind), item, actor=current_actor(), **data)


@namespace.route("/<kind>/<item>/unpublish")
class Unpublish(Resource):
    """Going offline."""

    @staff("content", "unpublish")
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str) -> Content:
        """Take an item offline at once; the working copy stays."""
        return publishing.unpublish(kind_of(kind), item, actor=current_actor())


@namespace.route("/<kind>/<item>/expire")
class Expire(Resource):
    """The end of its time."""

    @staff("content", "expire")
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str) -> Content:
        """Take an item offline because its time is over."""
        return publishing.expire(kind_of(kind), item, actor=current_actor())


@namespace.route("/<kind>/<item>/archive")
class Archive(Resource):
    """Putting away."""

    @staff("content", "archive")
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str) -> Content:
        """Put away an item that is offline; nothing is deleted."""
        return content.archive(kind_of(kind), item, actor=current_actor())


@namespace.route("/<kind>/<item>/restore")
class Restore(Resource):
    """Bringing back."""

    @staff("content", "restore")
    @contract.gives(WorkingCardSchema)
    def post(self, kind: str, item: str) -> Content:
        """Bring an archived item back as a draft."""
        return content.restore(kind_of(kind), item, actor=current_actor())


@namespace.route("/<kind>/<item>/owner")
class Owner(Resource):
    """The department."""

    @staff("content", "hand_over")
    @contract.takes(OwnerSchema)
    @contract.gives(WorkingCardSchema)
    def put(self, kind: str, item: str, data: dict[str, Any]) -> Content:
        """Give an item to another department, or to none; its review stays as it is."""
        return content.hand_over(kind_of(kind), item, actor=current_actor(), **data)


@namespace.route("/<kind>/<item>/duplicate")
class Duplicate(Resource):
    """Copies."""

    @staff("content", "write")
    @idempotent(staff_caller)
    @contract.takes(SlugSchema)
    @contract.gives(WorkingCardSchema, code=201)
    def post(self, kind: str, item: str, data: dict[str, Any]) -> Content:
        """Write a new draft with the same content."""
        return content.duplicate(kind_of(kind), item, actor=current_actor(), **data)


@namespace.route("/<kind>/order")
class Order(Resource):
    """The order of lists."""

    @staff("content", "reorder")
    @contract.takes(OrderSchema)
    @contract.empties
    def put(self, kind: str, data: dict[str, Any]) -> None:
        """Put items into a sequence, in the working copies and live at once."""
        publishing.reorder(kind_of(kind), data["items"], actor=current_actor())
