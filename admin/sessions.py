"""Signing in and out."""

from typing import Any

from flask_restx import Namespace, Resource

from admin.contract import contract
from models.staff import SessionStage
from rest import limits, staff_session
from rest.access import anyone, current_actor, current_staff, staff
from schemas.staff import CodeSchema, SessionSchema, SignInSchema
from services import permissions
from services.staff import sessions, signing_in
from services.staff.sessions import Signed
from services.staff.signing_in import SignedIn

namespace = Namespace("session", description="登录 signing in and out")


@namespace.route("")
class Session(Resource):
    """The session of this browser."""

    @anyone
    @contract.takes(SignInSchema)
    @contract.gives(SessionSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Sign in with name and password; at the stage `code` the second factor follows."""
        limits.sign_in()
        done = signing_in.sign_in(
            data["username"],
            data["password"],
            staff_session.caller(),
            former_token=staff_session.token(),
        )
        return answer(done)

    @staff("account", "read")
    @contract.gives(SessionSchema)
    def get(self) -> dict[str, Any]:
        """Read who is signed in, what is due, and what they may."""
        return shown(current_staff(), staff_session.token() or "")

    @staff("account", "write")
    @contract.empties
    def delete(self) -> None:
        """Sign out."""
        signing_in.sign_out(staff_session.token(), current_actor())
        staff_session.forget()


@namespace.route("/code")
class SessionCode(Resource):
    """The second step."""

    @anyone
    @contract.takes(CodeSchema)
    @contract.gives(SessionSchema)
    def post(self, data: dict[str, Any]) -> dict[str, Any]:
        """Give the code of the second factor, or a recovery code."""
        limits.sign_in()
        staff_session.resolve(SessionStage.CODE)
        token = staff_session.token()
        return answer(signing_in.second_factor(token, data["code"], staff_session.caller()))


def answer(done: SignedIn) -> dict[str, Any]:
    """Return what a step of signing in answers, and hand the browser its token."""
    staff_session.send(done.token)
    if done.stage is SessionStage.FULL:
        return shown(sessions.resolve(done.token), done.token)
    return {"stage": done.stage, "csrf_token": staff_session.csrf_token(done.token)}


def shown(signed: Signed, token: str) -> dict[str, Any]:
    """Return a session that is signed in."""
    return {
        "stage": signed.session.stage,
        "csrf_token": staff_session.csrf_token(token),
        "due": signed.restriction,
        "account": signed.account,
        "rights": permissions.allowed(signed.actor(staff_session.caller())),
    }
