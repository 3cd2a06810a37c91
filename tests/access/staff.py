"""The table's lines of staff accounts, the audit log and the document."""

from typing import Any

from models.audit import AuditEntry
from models.staff import Role
from services import audit
from services.actors import SYSTEM
from tests.access.account import EVERYBODY, open_session
from tests.access.callers import Person
from tests.access.expected import (
    Answer,
    ForStaff,
    Request,
    Route,
    State,
    Table,
    plain,
    with_body,
)
from tests.access.public import ABSENT, always
from tests.factories import create_staff

API = "/admin/api/v1"
ADMINISTRATOR = ForStaff(frozenset({Role.ADMINISTRATOR}))
WATCHERS = ForStaff(frozenset({Role.ADMINISTRATOR, Role.AUDITOR}))
AUDITOR = ForStaff(frozenset({Role.AUDITOR}))


def absent(argument: str, body: dict[str, Any] | None = None) -> State:
    """Return the state in which there is nothing of that id."""
    return State("404 not_found", lambda _: Request({argument: ABSENT}, body=body))


def one(audience: ForStaff, prepare: Any, argument: str) -> Route:
    """Return the line of one thing that is there or not."""
    return Route(audience, {"there": State("200", prepare), "absent": absent(argument)})


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
        "new": State("201", with_body(**NEW_ACCOUNT)),
        "taken": State("409 username_taken", _taken),
        "wrong": State("400 invalid", with_body(**{**NEW_ACCOUNT, "roles": []})),
    },
)


def _their_session(_: Person) -> Request:
    account = create_staff()
    return Request({"staff_id": account.id, "session_id": open_session(account)})


def _mixed_up(_: Person) -> Request:
    return Request(
        {"staff_id": create_staff().id, "session_id": open_session(create_staff())},
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
