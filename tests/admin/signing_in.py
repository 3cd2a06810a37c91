"""Signing in as a browser does it, and what is noted of it."""

from typing import Any

import pyotp
from flask.testing import FlaskClient

from core.clock import now
from models.audit import AuditEntry
from models.staff import Role, Staff
from rest import staff_session
from services.staff import totp
from tests.factories import PASSWORD, create_staff

API = "/admin/api/v1"
SESSION = f"{API}/session"


def sign_in(client: FlaskClient, username: str, password: str = PASSWORD) -> Any:
    """Send name and password."""
    return client.post(SESSION, json={"username": username, "password": password})


def token_of(client: FlaskClient) -> str:
    """Return the token in the cookie."""
    cookie = client.get_cookie(staff_session.COOKIE)
    assert cookie is not None
    return cookie.value


def with_secret(*roles: Role) -> tuple[Staff, pyotp.TOTP]:
    """Make an account with a second factor; return what makes its codes."""
    account = create_staff(*roles, second_factor=False)
    secret = totp.new_secret()
    account.totp = totp.offered(secret, account.id)
    account.totp.confirmed_at = now()
    account.save()
    return account, pyotp.TOTP(secret)


def noted() -> list[tuple[str, str, str]]:
    """Return action, target and outcome of each entry of the log, in order."""
    return [
        (one.action, one.target, one.outcome.value) for one in AuditEntry.objects.order_by("at")
    ]
