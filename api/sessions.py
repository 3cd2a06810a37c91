"""Signing in and out of visitors."""

from typing import Any

from flask_restx import Namespace, Resource

from api.contract import contract
from rest import language, limits
from rest.access import anyone, current_session, signed_in
from rest.serving import unkept
from schemas.sessions import (
    DemoSignInSchema,
    EmailChallengeSchema,
    EmailConfirmationSchema,
    EmailSignInSchema,
    SignedInSchema,
    WechatSignInSchema,
)
from services.visitors import consents, email_codes, sessions, signing_in
from services.visitors.email_codes import Asked
from services.visitors.sessions import SignedIn

namespace = Namespace("sessions", description="访客登录 signing in and out of visitors")


@namespace.route("")
class Sessions(Resource):
    """Signing in with WeChat."""

    @anyone
    @unkept
    @contract.takes(WechatSignInSchema)
    @contract.gives(SignedInSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Sign in with the code of `wx.login`; a code works once, also when this fails."""
        limits.visitor_sign_in()
        return shown(signing_in.with_wechat(data["code"]))


@namespace.route("/email")
class EmailSessions(Resource):
    """Signing in without WeChat, first step."""

    @anyone
    @unkept
    @contract.takes(EmailSignInSchema)
    @contract.gives(EmailChallengeSchema, code=202)
    def post(self, data: dict[str, Any]) -> Asked:
        """Ask for a one-time code by e-mail."""
        address = email_codes.normal(data["email"])
        limits.code()
        limits.code_to(address)
        return email_codes.ask(address, language.current())


@namespace.route("/email/confirm")
class EmailConfirmations(Resource):
    """Signing in without WeChat, second step."""

    @anyone
    @unkept
    @contract.takes(EmailConfirmationSchema)
    @contract.gives(SignedInSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Sign in with the code that came; a few tries, then a new one must be asked for."""
        limits.visitor_sign_in()
        return shown(signing_in.with_email(data["challenge"], data["code"]))


@namespace.route("/demo")
class DemoSessions(Resource):
    """Signing in where nobody is real."""

    @anyone
    @unkept
    @contract.takes(DemoSignInSchema)
    @contract.gives(SignedInSchema, code=201)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Sign in as a fictitious visitor; in production there is nothing here (404)."""
        limits.visitor_sign_in()
        return shown(signing_in.as_demo(data["visitor"]))


@namespace.route("/current")
class CurrentSession(Resource):
    """The session of who calls."""

    @signed_in
    @contract.empties
    def delete(self) -> None:
        """Sign out: the token is void from now on."""
        sessions.end(current_session().id)


def shown(done: SignedIn) -> dict[str, Any]:
    """Return what a sign-in answers."""
    return {
        "token": done.token,
        "expires_at": done.expires_at,
        "consent_due": consents.standing(done.visitor) is None,
    }
