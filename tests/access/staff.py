"""The table's lines of the staff API but for content: sign-in, own account, accounts, audit."""

from typing import Any

import pyotp

from core.clock import now
from models.audit import AuditEntry
from models.staff import Role, Staff, StaffSession
from services import audit
from services.actors import SYSTEM
from services.staff import sessions, totp
from tests.access.callers import Person
from tests.access.expected import Answer, ForStaff, Open, Request, Route, State, Table
from tests.access.public import ABSENT, always
from tests.factories import CALLER, PASSWORD, create_staff

API = "/admin/api/v1"
EVERYBODY = ForStaff(frozenset(Role), first=True)
ADMINISTRATOR = ForStaff(frozenset({Role.ADMINISTRATOR}))
WATCHERS = ForStaff(frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
AUDITOR = ForStaff(frozenset({Role.AUDITOR}))
MUST_ENROL = {
    *(Role.ADMINISTRATOR, Role.FIRST_REVIEWER, Role.SECOND_REVIEWER, Role.FINAL_REVIEWER),
}
NEW_PASSWORD = "another kite, more water 8"


def plain(audience: ForStaff) -> Route:
    """Return a line for a route that answers all who may the same in every state."""
    return Route(audience, {"always": State("200")})


def _with_body(**body: Any) -> Any:
    return lambda _: Request(body=body)


# Signing in.


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
        "empty": State("400 invalid", _with_body()),
    },
)
CODE_POST = Route(
    Open(),
    {
        "right": State(_only_half_way("200"), _code),
        "wrong": State(_only_half_way("401 sign_in_failed"), _with_body(code="0000000")),
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
    return Request({"session_id": _open_session(create_staff())})


def _open_session(account: Staff) -> str:
    token = sessions.start(account, sessions.SessionStage.FULL, CALLER)
    return str(sessions.resolve(token).session.id)


PASSWORD_POST = Route(
    EVERYBODY,
    {
        "right": State("200", _with_body(current=PASSWORD, new=NEW_PASSWORD)),
        "wrong": State("400 invalid", _with_body(current="wrong", new=NEW_PASSWORD)),
        "rights": State(
            "400 invalid", _with_body(current=PASSWORD, new=NEW_PASSWORD, roles=["administrator"])
        ),
    },
)
TOTP_POST = Route(
    EVERYBODY,
    {
        "none yet": State("200", _without_factor(password=PASSWORD)),
        "enrolled": State("409 totp_enrolled", _with_body(password=PASSWORD)),
        "wrong": State("400 invalid", _without_factor(password="wrong")),
    },
)
CONFIRM_POST = Route(
    EVERYBODY,
    {
        "offered": State("200", _offered),
        "none offered": State("409 totp_not_enrolled", _without_factor(code="000000")),
        "enrolled": State("409 totp_enrolled", _with_body(code="000000")),
    },
)
REMOVE_POST = Route(
    EVERYBODY,
    {
        "enrolled": State(_removable, _with_body(password=PASSWORD)),
        "none": State("409 totp_not_enrolled", _without_factor(password=PASSWORD)),
    },
)
RECOVERY_POST = Route(
    EVERYBODY,
    {
        "enrolled": State("200", _with_body(password=PASSWORD)),
        "none": State("409 totp_not_enrolled", _without_factor(password=PASSWORD)),
        "wrong": State("400 invalid", _with_body(password="wrong")),
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

# Accounts.


def _account(body: dict[str, Any] | None = None, **changes: Any) -> Any:
    """Prepare a request to an account of somebody else."""
    return lambda _: Request({"staff_id": create_staff(**changes).id}, body=body)


def _myself(body: dict[str, Any] | None = None) -> Any:
    def prepare(person: Person) -> Request:
        # Callers without an account are refused before anybody looks at it.
        identity = person.account.id if person.account else ABSENT
        return Request({"staff_id": identity}, body=body)

    return prepare


def _nobody(body: dict[str, Any] | None = None) -> Any:
    return lambda _: Request({"staff_id": ABSENT}, body=body)


NEW_ACCOUNT = {"username": "new.tester", "name": "测试人员", "roles": ["editor"]}


def _taken(_: Person) -> Request:
    return Request(body={**NEW_ACCOUNT, "username": create_staff().username})


def _verb(answer: Answer, **states: State) -> Route:
    """Return a line for something that is done to an account."""
    return Route(
        ADMINISTRATOR,
        {
            "another": State(answer, _account()),
            "absent": State("404 not_found", _nobody()),
            "disabled": State(answer, _account(enabled=False)),
            **states,
        },
    )


OWN = State("409 own_account", _myself())
STAFF_GET = Route(
    WATCHERS,
    {
        "another": State("200", _account()),
        "disabled": State("200", _account(enabled=False)),
        "own": State("200", _myself()),
        "absent": State("404 not_found", _nobody()),
    },
)
STAFF_PATCH = Route(
    ADMINISTRATOR,
    {
        "another": State("200", _account({"revision": 1, "roles": ["auditor"]})),
        "stale": State("409 stale_account", _account({"revision": 7, "name": "测试"})),
        "own name": State("200", _myself({"revision": 1, "name": "测试"})),
        "own roles": State("409 own_account", _myself({"revision": 1, "roles": ["editor"]})),
        "hash": State("400 invalid", _account({"revision": 1, "password_hash": "x"})),
        "absent": State("404 not_found", _nobody({"revision": 1, "name": "测试"})),
    },
)
STAFF_POST = Route(
    ADMINISTRATOR,
    {
        "new": State("201", _with_body(**NEW_ACCOUNT)),
        "taken": State("409 username_taken", _taken),
        "wrong": State("400 invalid", _with_body(**{**NEW_ACCOUNT, "roles": []})),
    },
)


def _their_session(_: Person) -> Request:
    account = create_staff()
    return Request({"staff_id": account.id, "session_id": _open_session(account)})


def _mixed_up(_: Person) -> Request:
    return Request(
        {"staff_id": create_staff().id, "session_id": _open_session(create_staff())},
    )


SESSION_DELETE = Route(
    ADMINISTRATOR,
    {
        "theirs": State("204", _their_session),
        "of a third": State("404 not_found", _mixed_up),
        "absent": State(
            "404 not_found", lambda _: Request({"staff_id": ABSENT, "session_id": ABSENT})
        ),
    },
)

# The audit log.


def _entry(_: Person) -> Request:
    audit.record(SYSTEM, "test.write", "test:1")
    return Request({"entry_id": AuditEntry.objects(action="test.write").first().id})


ENTRY_GET = Route(
    AUDITOR,
    {
        "there": State("200", _entry),
        "absent": State("404 not_found", lambda _: Request({"entry_id": ABSENT})),
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
    f"GET {API}/staff": plain(WATCHERS),
    f"POST {API}/staff": STAFF_POST,
    f"GET {API}/staff/<staff_id>": STAFF_GET,
    f"PATCH {API}/staff/<staff_id>": STAFF_PATCH,
    f"POST {API}/staff/<staff_id>/disable": _verb("200", own=OWN),
    f"POST {API}/staff/<staff_id>/enable": _verb("200"),
    f"POST {API}/staff/<staff_id>/reset-password": _verb("200", own=OWN),
    f"POST {API}/staff/<staff_id>/reset-totp": _verb(
        "200",
        own=OWN,
        none=State("409 totp_not_enrolled", _account(second_factor=False)),
    ),
    f"GET {API}/staff/<staff_id>/sessions": STAFF_GET,
    f"DELETE {API}/staff/<staff_id>/sessions": _verb("204"),
    f"DELETE {API}/staff/<staff_id>/sessions/<session_id>": SESSION_DELETE,
    f"GET {API}/audit": plain(AUDITOR),
    f"GET {API}/audit/export": plain(AUDITOR),
    f"GET {API}/audit/chain": plain(AUDITOR),
    f"GET {API}/audit/<entry_id>": ENTRY_GET,
    f"GET {API}/swagger.json": plain(EVERYBODY),
    f"GET {API}/": always("404 not_found"),
}
