"""Everybody who may stand at the door: strangers, each role, sessions in every state.

A caller is made anew for each request, so that what one changes, or loses, is not missed by the
next.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient

from models.staff import Role, SessionStage, Staff, StaffSession
from rest import staff_session
from services.staff import sessions
from tests.factories import CALLER, create_staff

TOO_LONG = dt.timedelta(days=1)


@dataclass(frozen=True)
class Person:
    """Who calls: the client that holds their cookie, and their account when they have one."""

    name: str
    client: FlaskClient
    account: Staff | None = None

    @property
    def session(self) -> StaffSession:
        """The newest session of the account."""
        assert self.account is not None
        found = StaffSession.objects(staff=self.account.id).order_by("-created_at").first()
        assert found is not None
        return found


# Makes a caller; the role is one that would do, where the caller's own does not say.
Make = Callable[[Flask, Role], Person]


def signed_in(
    app: Flask, name: str, account: Staff, stage: SessionStage = SessionStage.FULL
) -> Person:
    """Return a caller whose browser holds a session and sends its CSRF token."""
    token = sessions.start(account, stage, CALLER)
    client = app.test_client()
    client.set_cookie(staff_session.COOKIE, token, path="/")
    client.environ_base["HTTP_X_CSRF_TOKEN"] = staff_session.csrf_token(token)
    return Person(name, client, account)


def _anonymous(app: Flask, role: Role) -> Person:
    del role
    return Person("anonymous", app.test_client())


def _made_up(app: Flask, role: Role) -> Person:
    del role
    client = app.test_client()
    client.set_cookie(staff_session.COOKIE, "made-up", path="/")
    client.environ_base["HTTP_X_CSRF_TOKEN"] = staff_session.csrf_token("made-up")
    return Person("made up", client)


def _in_role(own: Role) -> Make:
    return lambda app, _: signed_in(app, own.value, create_staff(own))


def _disabled(app: Flask, role: Role) -> Person:
    person = signed_in(app, "disabled", create_staff(role))
    Staff.objects(id=person.session.staff).update(enabled=False)
    return person


def _idle(app: Flask, role: Role) -> Person:
    person = signed_in(app, "idle", create_staff(role))
    StaffSession.objects(id=person.session.id).update(seen_at=person.session.seen_at - TOO_LONG)
    return person


def _expired(app: Flask, role: Role) -> Person:
    person = signed_in(app, "expired", create_staff(role))
    ended = person.session.expires_at - TOO_LONG
    StaffSession.objects(id=person.session.id).update(expires_at=ended)
    return person


def _revoked(app: Flask, role: Role) -> Person:
    person = signed_in(app, "revoked", create_staff(role))
    sessions.revoke(person.session.staff, person.session.id)
    return person


def _half_way(app: Flask, role: Role) -> Person:
    return signed_in(app, "half way", create_staff(role), SessionStage.CODE)


def _password_due(app: Flask, role: Role) -> Person:
    return signed_in(app, "password due", create_staff(role, must_change_password=True))


def _factor_due(app: Flask, role: Role) -> Person:
    account = create_staff(role, Role.FINAL_REVIEWER, second_factor=False)
    return signed_in(app, "factor due", account)


def _without_csrf(app: Flask, role: Role) -> Person:
    person = signed_in(app, "without csrf", create_staff(role))
    del person.client.environ_base["HTTP_X_CSRF_TOKEN"]
    return person


def _others_csrf(app: Flask, role: Role) -> Person:
    other = signed_in(app, "other", create_staff(role))
    person = signed_in(app, "others csrf", create_staff(role))
    token = other.client.environ_base["HTTP_X_CSRF_TOKEN"]
    person.client.environ_base["HTTP_X_CSRF_TOKEN"] = token
    return person


CALLERS: Mapping[str, Make] = {
    "anonymous": _anonymous,
    "made up": _made_up,
    **{role.value: _in_role(role) for role in Role},
    "disabled": _disabled,
    "idle": _idle,
    "expired": _expired,
    "revoked": _revoked,
    "half way": _half_way,
    "password due": _password_due,
    "factor due": _factor_due,
    "without csrf": _without_csrf,
    "others csrf": _others_csrf,
}
