"""Calls that staff make, because nothing else reaches somebody."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.notifications import CallTask
from rest import language, paging
from rest.access import current_actor, staff
from schemas.calls import CallCardSchema, CallCloseSchema, CallListQuerySchema
from schemas.pages import page_of
from services import call_tasks
from services.call_tasks import Call

namespace = Namespace("calls", description="电话任务 calls to make")


@namespace.route("")
class CallList(Resource):
    """All calls."""

    @staff("calls", "read")
    @contract.asks(CallListQuerySchema)
    @contract.gives(page_of(CallCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List calls, the oldest first, with whom to call masked; open ones unless told."""
        actor, state = current_actor(), query["state"]
        page = paging.by_time(
            query,
            lambda limit, after: call_tasks.listing(actor, state=state, limit=limit, after=after),
            "created_at",
        )
        return {**page, "items": call_tasks.in_words(page["items"], language.current())}


@namespace.route("/<task_id>")
class CallDetail(Resource):
    """One call."""

    @staff("calls", "reveal")
    @contract.gives(CallCardSchema)
    def get(self, task_id: str) -> Call:
        """Read a call with name and number in full; that is on record."""
        return call_tasks.reveal(current_actor(), task_id, language.current())


@namespace.route("/<task_id>/take")
class CallTake(Resource):
    """Taking."""

    @staff("calls", "write")
    @contract.gives(CallCardSchema)
    def post(self, task_id: str) -> Call:
        """Take an open call, so that nobody else makes it too."""
        return _shown(call_tasks.take(current_actor(), task_id))


@namespace.route("/<task_id>/release")
class CallRelease(Resource):
    """Giving back."""

    @staff("calls", "write")
    @contract.gives(CallCardSchema)
    def post(self, task_id: str) -> Call:
        """Let others take it, also when a colleague has it who is away."""
        return _shown(call_tasks.release(current_actor(), task_id))


@namespace.route("/<task_id>/close")
class CallClose(Resource):
    """The end."""

    @staff("calls", "write")
    @contract.takes(CallCloseSchema)
    @contract.gives(CallCardSchema)
    def post(self, task_id: str, data: dict[str, Any]) -> Call:
        """Note how it ended; not for a call that somebody else has taken."""
        return _shown(call_tasks.close(current_actor(), task_id, **data))


def _shown(task: CallTask) -> Call:
    return call_tasks.in_words([task], language.current())[0]
