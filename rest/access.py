"""Who may call a route. Every route says so; a test walks the URL map."""

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g

from core.errors import Forbidden
from models.visitors import Visitor, VisitorSession
from rest import limits, serving, staff_session, visitor_session
from services import permissions
from services.permissions import Actor
from services.staff.sessions import Signed
from services.visitors import consents
from services.visitors import sessions as visitor_sessions

View = Callable[..., Any]
OWN_ACCOUNT = "account"
# How the document of the API names the token of visitors.
SECURITY = "visitor"


def anyone(view: View) -> View:
    """Declare that a route needs no login."""
    view.access = "anyone"  # type: ignore[attr-defined]
    return view


def open_to_anyone(app: Flask, endpoint: str) -> None:
    """Declare the same for a route that a library made."""
    app.view_functions[endpoint] = anyone(functools.partial(app.view_functions[endpoint]))


def staff(resource: str, action: str) -> Callable[[View], View]:
    """Declare that a route is for staff with a right of `services.permissions`.

    The session must hold, unsafe methods must carry its token, nothing else may be due first (a
    password to change, a second factor to set up) but for routes of one's own account. The
    answer is kept nowhere. The view may ask for `current_actor` and `current_staff`.
    """
    permissions.roles_for(resource, action)

    def decorate(view: View) -> View:
        answer = serving.unkept(view)

        @functools.wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Response:
            enter_staff(resource, action)
            return answer(*args, **kwargs)

        wrapped.access = ("staff", resource, action)  # type: ignore[attr-defined]
        return wrapped

    return decorate


def enter_staff(resource: str, action: str) -> None:
    """Check what `staff` declares, for the request under way."""
    signed = staff_session.resolve()
    actor = signed.actor(staff_session.caller())
    g.staff, g.actor = signed, actor
    if not staff_session.is_safe():
        limits.remember(actor.id)
        limits.write()
    due = signed.restriction
    if due is not None and resource != OWN_ACCOUNT:
        raise Forbidden(due)
    permissions.require(actor, resource, action)


def signed_in(view: View) -> View:
    """Declare that a route is for a visitor who is signed in, about their own.

    The answer is kept nowhere. The view may ask for `current_visitor` and `current_session`.
    """
    return _for_visitors(view, needs_consent=False)


def consenting(view: View) -> View:
    """Declare the same, for those who agreed to the privacy notice in force."""
    return _for_visitors(view, needs_consent=True)


def _for_visitors(view: View, *, needs_consent: bool) -> View:
    answer = serving.unkept(view)

    @functools.wraps(view)
    def wrapped(*args: Any, **kwargs: Any) -> Response:
        signed = g.visitor = visitor_sessions.resolve(visitor_session.token())
        limits.remember(signed.visitor.id)
        if not staff_session.is_safe():
            limits.write()
        if needs_consent:
            consents.require(signed.visitor)
        return answer(*args, **kwargs)

    wrapped.access = "consenting" if needs_consent else "visitor"  # type: ignore[attr-defined]
    documented = getattr(view, "__apidoc__", {})
    wrapped.__apidoc__ = {**documented, "security": SECURITY}  # type: ignore[attr-defined]
    return wrapped


def current_visitor() -> Visitor:
    """Return the visitor who calls; only in a route for visitors."""
    visitor: Visitor = g.visitor.visitor
    return visitor


def current_session() -> VisitorSession:
    """Return the session of the visitor who calls; only in a route for visitors."""
    session: VisitorSession = g.visitor.session
    return session


def current_actor() -> Actor:
    """Return the member of staff who calls; only in a route that `staff` declares."""
    actor: Actor = g.actor
    return actor


def staff_caller() -> str:
    """Return who calls, for the keys of repeated requests; only in a route for staff."""
    return f"staff:{current_actor().id}"


def current_staff() -> Signed:
    """Return the session and the account of who calls; only in a route that `staff` declares."""
    signed: Signed = g.staff
    return signed


def open_to_staff(app: Flask, endpoint: str, resource: str, action: str) -> None:
    """Declare a route that a library made as one for staff."""
    view = functools.partial(app.view_functions[endpoint])
    app.view_functions[endpoint] = staff(resource, action)(view)
