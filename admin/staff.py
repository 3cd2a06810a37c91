"""Accounts of staff, as administrators keep them."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.account import listed
from admin.contract import contract
from models.staff import Staff
from rest import paging
from rest.access import current_actor, current_staff, staff, staff_caller
from rest.idempotency import idempotent
from schemas.pages import page_of
from schemas.staff import (
    OneTimePasswordSchema,
    StaffCardSchema,
    StaffCreateSchema,
    StaffListQuerySchema,
    StaffSessionListSchema,
    StaffUpdateSchema,
)
from services.staff import accounts, sessions

namespace = Namespace("staff", description="工作人员 accounts of staff")


@namespace.route("")
class StaffList(Resource):
    """All accounts."""

    @staff("staff", "read")
    @contract.asks(StaffListQuerySchema)
    @contract.gives(page_of(StaffCardSchema))
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List accounts by user name."""
        role, enabled = query.get("role"), query.get("enabled")
        return paging.listed(
            query,
            lambda limit, after: accounts.listing(
                role=role, enabled=enabled, limit=limit, after=after[1] if after else None
            ),
            lambda account: (0.0, account.username),
        )

    @staff("staff", "write")
    @idempotent(staff_caller)
    @contract.takes(StaffCreateSchema)
    @contract.gives(OneTimePasswordSchema, code=201)
    def post(self, data: dict[str, Any]) -> Any:
        """Create an account; its one-time password is told this once."""
        return accounts.create(current_actor(), **{"department": None, **data})


@namespace.route("/<staff_id>")
class StaffDetail(Resource):
    """One account."""

    @staff("staff", "read")
    @contract.gives(StaffCardSchema)
    def get(self, staff_id: str) -> Staff:
        """Read an account."""
        return accounts.get(staff_id)

    @staff("staff", "write")
    @contract.takes(StaffUpdateSchema)
    @contract.gives(StaffCardSchema)
    def patch(self, staff_id: str, data: dict[str, Any]) -> Staff:
        """Change name, department or roles."""
        revision = data.pop("revision")
        return accounts.update(current_actor(), staff_id, data, revision=revision)


@namespace.route("/<staff_id>/disable")
class StaffDisable(Resource):
    """Disabling."""

    @staff("staff", "write")
    @contract.gives(StaffCardSchema)
    def post(self, staff_id: str) -> Staff:
        """Disable an account; all its sessions end at once."""
        return accounts.disable(current_actor(), staff_id)


@namespace.route("/<staff_id>/enable")
class StaffEnable(Resource):
    """Enabling."""

    @staff("staff", "write")
    @contract.gives(StaffCardSchema)
    def post(self, staff_id: str) -> Staff:
        """Let an account sign in again; its failed tries are forgotten."""
        return accounts.enable(current_actor(), staff_id)


@namespace.route("/<staff_id>/reset-password")
class StaffResetPassword(Resource):
    """A forgotten password."""

    @staff("staff", "write")
    @contract.gives(OneTimePasswordSchema)
    def post(self, staff_id: str) -> Any:
        """Give an account a one-time password; its sessions end."""
        return accounts.reset_password(current_actor(), staff_id)


@namespace.route("/<staff_id>/reset-totp")
class StaffResetTotp(Resource):
    """A lost second factor."""

    @staff("staff", "write")
    @contract.gives(StaffCardSchema)
    def post(self, staff_id: str) -> Staff:
        """Take an account's second factor away; its sessions end."""
        return accounts.reset_totp(current_actor(), staff_id)


@namespace.route("/<staff_id>/sessions")
class StaffSessions(Resource):
    """Somebody's sessions."""

    @staff("staff", "read")
    @contract.gives(StaffSessionListSchema)
    def get(self, staff_id: str) -> dict[str, Any]:
        """List them."""
        account = accounts.get(staff_id)
        return listed(sessions.listing(account.id), current_staff().session.id)

    @staff("staff", "write")
    @contract.empties
    def delete(self, staff_id: str) -> None:
        """End all of them."""
        accounts.revoke_sessions(current_actor(), staff_id)


@namespace.route("/<staff_id>/sessions/<session_id>")
class StaffSessionDetail(Resource):
    """One of them."""

    @staff("staff", "write")
    @contract.empties
    def delete(self, staff_id: str, session_id: str) -> None:
        """End it."""
        accounts.revoke_sessions(current_actor(), staff_id, session_id)
