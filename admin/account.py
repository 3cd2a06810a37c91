"""One's own account: password, second factor, sessions."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from admin.sessions import shown
from models.staff import StaffSession
from rest import staff_session
from rest.access import current_actor, current_staff, staff
from schemas.staff import (
    CodeSchema,
    EndedSchema,
    PasswordChangeSchema,
    PasswordSchema,
    RecoveryCodesSchema,
    SessionSchema,
    StaffCardSchema,
    StaffSessionListSchema,
    TotpOfferSchema,
)
from services.staff import own, sessions

namespace = Namespace("account", description="本人账号 one's own account")


@namespace.route("")
class Account(Resource):
    """The account of who calls."""

    @staff("account", "read")
    @contract.gives(StaffCardSchema)
    def get(self) -> Any:
        """Read one's own account."""
        return current_staff().account


@namespace.route("/password")
class AccountPassword(Resource):
    """The password."""

    @staff("account", "write")
    @contract.takes(PasswordChangeSchema)
    @contract.gives(SessionSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Change it. Every session ends; the answer begins a new one in this browser."""
        token = own.change_password(current_staff(), staff_session.caller(), **data)
        staff_session.send(token)
        return shown(sessions.resolve(token), token)


@namespace.route("/totp")
class AccountTotp(Resource):
    """The second factor."""

    @staff("account", "write")
    @contract.takes(PasswordSchema)
    @contract.gives(TotpOfferSchema)
    def post(self, data: dict[str, Any]) -> dict[str, str]:
        """Ask for a secret; it counts once its first code was given."""
        secret, address = own.offer_totp(current_staff(), staff_session.caller(), **data)
        return {"secret": secret, "address": address}


@namespace.route("/totp/confirm")
class AccountTotpConfirm(Resource):
    """Its first code."""

    @staff("account", "write")
    @contract.takes(CodeSchema)
    @contract.gives(RecoveryCodesSchema)
    def post(self, data: dict[str, Any]) -> dict[str, list[str]]:
        """Set the second factor up; the recovery codes are told this once."""
        return {"codes": own.confirm_totp(current_staff(), staff_session.caller(), **data)}


@namespace.route("/totp/remove")
class AccountTotpRemove(Resource):
    """Doing without it."""

    @staff("account", "write")
    @contract.takes(PasswordSchema)
    @contract.empties
    def post(self, data: dict[str, Any]) -> None:
        """Remove the second factor, unless a role asks for it."""
        own.remove_totp(current_staff(), staff_session.caller(), **data)


@namespace.route("/recovery-codes")
class AccountRecoveryCodes(Resource):
    """Recovery codes."""

    @staff("account", "write")
    @contract.takes(PasswordSchema)
    @contract.gives(RecoveryCodesSchema)
    def post(self, data: dict[str, Any]) -> dict[str, list[str]]:
        """Make new ones; the former are void."""
        return {"codes": own.renew_recovery_codes(current_staff(), staff_session.caller(), **data)}


@namespace.route("/sessions")
class AccountSessions(Resource):
    """One's own sessions."""

    @staff("account", "read")
    @contract.gives(StaffSessionListSchema)
    def get(self) -> dict[str, Any]:
        """List them."""
        signed = current_staff()
        return listed(sessions.listing(signed.account.id), signed.session.id)

    @staff("account", "write")
    @contract.gives(EndedSchema)
    def delete(self) -> dict[str, int]:
        """End all but this one."""
        return {"ended": own.revoke_others(current_staff(), current_actor())}


@namespace.route("/sessions/<session_id>")
class AccountSession(Resource):
    """One of them."""

    @staff("account", "write")
    @contract.empties
    def delete(self, session_id: str) -> None:
        """End it."""
        own.revoke_session(current_staff(), current_actor(), session_id)


def listed(found: list[StaffSession], current: str) -> dict[str, Any]:
    """Return sessions as a list answers them; `current` is the id of the caller's own."""
    names = ("id", "address", "agent", "created_at", "seen_at", "expires_at")
    return {
        "items": [
            {**{name: getattr(one, name) for name in names}, "current": one.id == current}
            for one in found
        ]
    }
