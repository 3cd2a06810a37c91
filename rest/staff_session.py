"""The session of staff over HTTP: a cookie and a header.

Scripts cannot read the cookie; only our own pages can set the header.

The cookie is HttpOnly and SameSite=Strict, in production Secure with the prefix `__Host-`. The
value of `X-CSRF-Token` belongs to the session's token: signing in and `GET /session` tell it.
"""

import hmac

from flask import Response, after_this_request, current_app, g, request

from core.errors import Forbidden
from models.staff import SessionStage
from services.staff import policy, sessions
from services.staff.sessions import Caller, Signed

COOKIE = "toolbox_staff"
HOST_PREFIX = "__Host-"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def cookie_name() -> str:
    """Return the name of the cookie; browsers keep one with the prefix to this very host."""
    secure = current_app.config["SETTINGS"].is_production
    return f"{HOST_PREFIX}{COOKIE}" if secure else COOKIE


def token() -> str | None:
    """Return the token that the browser sent, unchecked."""
    return request.cookies.get(cookie_name())


def caller() -> Caller:
    """Return where the request comes from."""
    agent = request.headers.get("User-Agent", "")
    return Caller(request.remote_addr or "", agent, g.request_id)


def csrf_token(session_token: str) -> str:
    """Return the token that requests of this session must carry beside the cookie."""
    return policy.keyed_hash("csrf", session_token)


def is_safe() -> bool:
    """Tell whether the request only reads."""
    return request.method in SAFE_METHODS


def check_csrf() -> None:
    """Raise `Forbidden("csrf")` unless the request is safe, or carries its session's token."""
    if is_safe():
        return
    sent = request.headers.get(CSRF_HEADER, "")
    held = token()
    if not held or not hmac.compare_digest(sent.encode(), csrf_token(held).encode()):
        raise Forbidden("csrf")


def resolve(stage: SessionStage = SessionStage.FULL) -> Signed:
    """Return the session of this request; raise `Unauthenticated`, `Forbidden("csrf")`."""
    signed = sessions.resolve(token(), stage)
    check_csrf()
    return signed


def send(session_token: str) -> None:
    """Let the answer of this request hand the browser a token."""
    name, settings = cookie_name(), current_app.config["SETTINGS"]

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            name,
            session_token,
            max_age=settings.staff_session_max_hours * 3_600,
            path="/",
            secure=settings.is_production,
            httponly=True,
            samesite="Strict",
        )
        response.headers["Cache-Control"] = "no-store"
        return response


def forget() -> None:
    """Let the answer of this request take the token from the browser."""
    name, secure = cookie_name(), current_app.config["SETTINGS"].is_production

    @after_this_request
    def delete_cookie(response: Response) -> Response:
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Strict")
        return response
