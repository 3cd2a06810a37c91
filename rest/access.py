"""Who may call a route. Every route says so; a test walks the URL map."""

import functools
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, g, make_response

from core.errors import Forbidden
from rest import limits, staff_session
from services import permissions
from services.permissions import Actor
from services.staff.sessions import Signed

View = Callable[..., Any]
OWN_ACCOUNT = "account"


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
        @functools.wraps(view)
        def wrapped(*args: Any, **kwargs: Any) -> Response:
            enter_staff(resource, action)
            response = make_response(view(*args, **kwargs))
            response.headers["Cache-Control"] = "no-store"
            return response

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


def current_actor() -> Actor:
    """Return the member of staff who calls; only in a route that `staff` declares."""
    actor: Actor = g.actor
    return actor


def current_staff() -> Signed:
    """Return the session and the account of who calls; only in a route that `staff` declares."""
    signed: Signed = g.staff
    return signed


def open_to_staff(app: Flask, endpoint: str, resource: str, action: str) -> None:
    """Declare a route that a library made as one for staff."""
    view = functools.partial(app.view_functions[endpoint])
    app.view_functions[endpoint] = staff(resource, action)(view)
