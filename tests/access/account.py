"""The table's lines of signing in and of one's own account."""

from typing import Any

import pyotp

from core.clock import now
from models.staff import Role, Staff, StaffSession
from services.staff import sessions, totp
from tests.access.callers import Person
from tests.access.expected import (
    Answer,
    ForStaff,
    Open,
    Request,
    Route,
    State,
    Table,
    plain,
    with_body,
)
from tests.access.public import ABSENT
from tests.factories import CALLER, PASSWORD, create_staff

API = "/admin/api/v1"
EVERYBODY = ForStaff(frozenset(Role), first=True)
MUST_ENROL = {
    *(Role.ADMINISTRATOR, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER),
}
NEW_PASSWORD = "another kite, more water 8"


def _sign_in(password: str, **changes: Any) -> Any:
    def prepare(_: Person) -> Request:
        account = create_staff(second_factor=False, **changes)
        return Request(body={"username": account.username, "password": password})

    return prepare


def _secret(account: Staff, *, confirmed: bool) -> pyotp.TOTP:
    """Give an account a second factor whose secret the test knows."""
    secret = totp.new_secret()
    offered = totp.offered(secret, account.id)
    offered.confirmed_at = now() if confirmed else None
    Staff.objects(id=account.id).update(totp=offered)
    return pyotp.TOTP(secret)


def _code(person: Person) -> Request:
    if person.account is None:
        return Request(body={"code": "000000"})
    return Request(body={"code": _secret(person.account, confirmed=True).now()})


def _only_half_way(answer: Answer) -> Any:
    """Only who gave the password is asked for the code."""
    return lambda person: answer if person.name == "half way" else "401 unauthenticated"


SESSION_POST = Route(
    Open(),
    {
        "right": State("200", _sign_in(PASSWORD)),
        "wrong": State("401 sign_in_failed", _sign_in("wrong")),
        "disabled": State("401 sign_in_failed", _sign_in(PASSWORD, enabled=False)),
        "empty": State("400 invalid", with_body()),
    },
)
CODE_POST = Route(
    Open(),
    {
        "right": State(_only_half_way("200"), _code),
        "wrong": State(_only_half_way("401 sign_in_failed"), with_body(code="0000000")),
    },
)

# One's own account.


def _own(person: Person) -> Staff:
    """Return the caller's account; any other for those without, who are refused anyway."""
    return person.account or create_staff()


def _without_factor(**body: Any) -> Any:
    def prepare(person: Person) -> Request:
        Staff.objects(id=_own(person).id).update(unset__totp=True)
        return Request(body=body)

    return prepare


def _offered(person: Person) -> Request:
    return Request(body={"code": _secret(_own(person), confirmed=False).now()})


def _removable(person: Person) -> Answer:
    return "409 totp_required" if MUST_ENROL & set(_own(person).roles) else "204"


def _own_session(person: Person) -> Request:
    found = StaffSession.objects(staff=_own(person).id).order_by("-created_at").first()
    return Request({"session_id": found.id if found else ABSENT})


def _session_of_another(_: Person) -> Request:
    return Request({"session_id": open_session(create_staff())})


def open_session(account: Staff) -> str:
    """Open another session of an account; return its id."""
    token = sessions.start(account, sessions.SessionStage.FULL, CALLER)
    return str(sessions.resolve(token).session.id)


PASSWORD_POST = Route(
    EVERYBODY,
    {
        "right": State("200", with_body(current=PASSWORD, new=NEW_PASSWORD)),
        "wrong": State("400 invalid", with_body(current="wrong", new=NEW_PASSWORD)),
        "rights": State(
            "400 invalid", with_body(current=PASSWORD, new=NEW_PASSWORD, roles=["administrator"])
        ),
    },
)
TOTP_POST = Route(
    EVERYBODY,
    {
        "none yet": State("200", _without_factor(password=PASSWORD)),
        "enrolled": State("409 totp_enrolled", with_body(password=PASSWORD)),
        "wrong": State("400 invalid", _without_factor(password="wrong")),
    },
)
CONFIRM_POST = Route(
    EVERYBODY,
    {
        "offered": State("200", _offered),
        "none offered": State("409 totp_not_enrolled", _without_factor(code="000000")),
        "enrolled": State("409 totp_enrolled", with_body(code="000000")),
    },
)
REMOVE_POST = Route(
    EVERYBODY,
    {
        "enrolled": State(_removable, with_body(password=PASSWORD)),
        "none": State("409 totp_not_enrolled", _without_factor(password=PASSWORD)),
    },
)
RECOVERY_POST = Route(
    EVERYBODY,
    {
        "enrolled": State("200", with_body(password=PASSWORD)),
        "none": State("409 totp_not_enrolled", _without_factor(password=PASSWORD)),
        "wrong": State("400 invalid", with_body(password="wrong")),
    },
)
OWN_SESSION_DELETE = Route(
    EVERYBODY,
    {
        "own": State("204", _own_session),
        "another's": State("404 not_found", _session_of_another),
        "absent": State("404 not_found", lambda _: Request({"session_id": ABSENT})),
    },
)

TABLE: Table = {
    f"POST {API}/session": SESSION_POST,
    f"GET {API}/session": plain(EVERYBODY),
    f"DELETE {API}/session": Route(EVERYBODY, {"always": State("204")}),
    f"POST {API}/session/code": CODE_POST,
    f"GET {API}/account": plain(EVERYBODY),
    f"POST {API}/account/password": PASSWORD_POST,
    f"POST {API}/account/totp": TOTP_POST,
    f"POST {API}/account/totp/confirm": CONFIRM_POST,
    f"POST {API}/account/totp/remove": REMOVE_POST,
    f"POST {API}/account/recovery-codes": RECOVERY_POST,
    f"GET {API}/account/sessions": plain(EVERYBODY),
    f"DELETE {API}/account/sessions": plain(EVERYBODY),
    f"DELETE {API}/account/sessions/<session_id>": OWN_SESSION_DELETE,
}
