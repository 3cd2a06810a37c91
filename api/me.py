"""The visitor who calls: profile, consent, contact phone, sessions, export, deletion."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from models.visitors import Visitor
from rest.access import consenting, current_session, current_visitor, signed_in
from schemas.exports import ExportSchema
from schemas.queries import LanguageQuerySchema
from schemas.sessions import VisitorSessionListSchema
from schemas.visitors import (
    ConsentSchema,
    MeSchema,
    MeUpdateSchema,
    PhoneCodeSchema,
    PhoneSchema,
)
from services.visitors import consents, deletion, exports, profiles, sessions

namespace = Namespace("me", description="本人 the visitor who calls")


@namespace.route("")
class Me(Resource):
    """The profile."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(MeSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read one's own profile."""
        del query  # for the language of failures
        return profiles.shown(current_visitor())

    @consenting
    @contract.takes(MeUpdateSchema)
    @contract.gives(MeSchema)
    def patch(self, data: dict[str, Any]) -> dict[str, Any]:
        """Change it."""
        revision = data.pop("revision")
        return profiles.shown(profiles.update(current_visitor(), data, revision=revision))

    @signed_in
    @contract.empties
    def delete(self) -> None:
        """Delete the account and everything held about the visitor, at once and for good."""
        deletion.delete(current_visitor().id)


@namespace.route("/consent")
class MyConsent(Resource):
    """Consent to the privacy notice."""

    @signed_in
    @contract.takes(ConsentSchema)
    @contract.gives(MeSchema)
    def put(self, data: dict[str, Any]) -> dict[str, Any]:
        """Agree to the version in force, after reading it."""
        consents.give(current_visitor(), data["version"])
        return _fresh()

    @signed_in
    @contract.gives(MeSchema)
    def delete(self) -> dict[str, Any]:
        """Take consent back; nothing new is kept from then on."""
        consents.withdraw(current_visitor())
        return _fresh()


@namespace.route("/phone")
class MyPhone(Resource):
    """The contact phone."""

    @consenting
    @contract.takes(PhoneSchema)
    @contract.gives(MeSchema)
    def put(self, data: dict[str, Any]) -> dict[str, Any]:
        """Set it as typed, or remove it with null."""
        return profiles.shown(profiles.type_phone(current_visitor(), **data))


@namespace.route("/phone/wechat")
class MyWechatPhone(Resource):
    """The contact phone that WeChat knows."""

    @consenting
    @contract.takes(PhoneCodeSchema)
    @contract.gives(MeSchema)
    def put(self, data: dict[str, Any]) -> dict[str, Any]:
        """Set it by the code of WeChat's button; a code works once."""
        return profiles.shown(profiles.take_phone(current_visitor(), **data))


@namespace.route("/sessions")
class MySessions(Resource):
    """Sessions on all devices."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(VisitorSessionListSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """List them."""
        del query  # for the language of failures
        current, names = current_session().id, ("id", "method", "created_at", "seen_at")
        return {
            "items": [
                {
                    **{name: getattr(one, name) for name in (*names, "expires_at")},
                    "current": one.id == current,
                }
                for one in sessions.listing(current_visitor().id)
            ]
        }

    @signed_in
    @contract.empties
    def delete(self) -> None:
        """End all but this one."""
        sessions.revoke_others(current_visitor().id, keep=current_session().id)


@namespace.route("/sessions/<session_id>")
class MySession(Resource):
    """One of them."""

    @signed_in
    @contract.empties
    def delete(self, session_id: str) -> None:
        """End it."""
        sessions.revoke(current_visitor().id, session_id)


@namespace.route("/export")
class MyExport(Resource):
    """Everything that is held."""

    @signed_in
    @contract.asks(LanguageQuerySchema)
    @contract.gives(ExportSchema)
    def get(self, query: dict[str, Any]) -> dict[str, Any]:
        """Read everything that is held about the visitor, unmasked, as one document."""
        del query  # for the language of failures
        return exports.everything(current_visitor())


def _fresh() -> dict[str, Any]:
    """Return the profile as it is now."""
    visitor: Visitor = Visitor.objects.get(id=current_visitor().id)
    return profiles.shown(visitor)
