"""Every route of the URL map, for every caller, in the states that matter."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from core import db
from models.audit import AuditEntry, Outcome
from models.idempotency import IdempotentAnswer
from models.rate_counts import RateCount
from models.registry import DOCUMENTS
from models.staff import Role, SignInFailures, Staff
from tests.access.callers import Person
from tests.access.expected import DUE, SAFE, Open, Prepare, Request, Route, State
from tests.access.table import CALLERS, TABLE
from tests.api import surface
from tests.factories import create_staff

# The same lines again and again: that they run is seen elsewhere, and counting doubles the time.
pytestmark = pytest.mark.no_cover

# What a refused call may leave behind: its own record, and counters.
NOTED = {AuditEntry, RateCount, SignInFailures, IdempotentAnswer}
REFUSED = {"forbidden", "csrf", "unauthenticated", *DUE.values()}


def operations(app: Flask) -> Iterator[tuple[str, Rule, str]]:
    """Yield (line, rule, method) of everything that the URL map answers."""
    for rule in surface.rules(app):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield f"{method} {rule.rule}", rule, method


def told(answer: TestResponse) -> str:
    """Return an answer as the table writes it."""
    if answer.status_code < 400:
        return str(answer.status_code)
    code = answer.get_json()["error"]["code"] if answer.request.method != "HEAD" else ""
    return f"{answer.status_code} {code}".strip()


def call(person: Person, rule: Rule, method: str, wanted: Request) -> str:
    """Send a request; return what is told."""
    path = surface.ARGUMENT.sub(lambda found: wanted.arguments[found[1]], rule.rule)
    options: dict[str, Any] = {"query_string": dict(wanted.query), "method": method}
    if wanted.body is not None:
        options["json"] = dict(wanted.body)
    with person.client.open(path, **options) as answer:
        return told(answer)


def state_of_everything() -> dict[str, str]:
    """Return a hash of each collection but of those that a refusal may write to."""
    names = [model._get_collection_name() for model in DOCUMENTS if model not in NOTED]
    hashes: dict[str, str] = db.database().command("dbHash", collections=names)["collections"]
    return hashes


def test_the_table_lists_every_route_and_no_other(app: Flask) -> None:
    found = {line for line, _, _ in operations(app)}
    assert sorted(found - TABLE.keys()) == [], "routes without a line in tests/access"
    assert sorted(TABLE.keys() - found) == [], "lines without a route"


def test_a_route_without_a_line_is_noticed() -> None:
    app = Flask("other")
    app.add_url_rule("/api/v1/forgotten", view_func=lambda: "", endpoint="forgotten")
    assert "GET /api/v1/forgotten" in {line for line, _, _ in operations(app)} - TABLE.keys()


def forget_tries() -> None:
    """Empty the counters: all these callers have one address."""
    RateCount.objects.delete()
    SignInFailures.objects.delete()


def once_for_all(wanted: Request) -> Prepare:
    """Return a state that callers share, because none of them changes it."""
    return lambda _: wanted


def check(
    app: Flask, rule: Rule, method: str, route: Route, state: State, caller: str, prepare: Prepare
) -> None:
    """Check one place of the matrix."""
    person = CALLERS[caller](app, route.audience.role)
    where = (f"{method} {rule.rule}", caller)
    refusal = route.audience.refusal(caller, method)
    wanted = prepare(person)
    unsafe = method not in SAFE
    if unsafe:
        forget_tries()
    before = state_of_everything() if refusal and unsafe else None
    if refusal is None and route.audience.leaves_open(caller):
        answer = call(person, rule, method, wanted)
        assert answer.partition(" ")[2] not in REFUSED, (*where, answer)
        return
    expected = refusal or state.expected(person)
    if method == "GET":
        head = call(person, rule, "HEAD", wanted)
        assert head == expected.partition(" ")[0], (*where, "HEAD")
    assert call(person, rule, method, wanted) == expected, where
    if before is not None:
        assert state_of_everything() == before, (*where, "refused, and yet something changed")
    if refusal == "403 forbidden" and person.account is not None:
        denied = AuditEntry.objects(actor=person.account.id, outcome=Outcome.DENIED)
        assert denied.count() == (2 if method == "GET" else 1), where


@pytest.mark.parametrize("line", sorted(TABLE))
def test_who_may_call_it_and_what_it_answers(app: Flask, line: str) -> None:
    rule, method = next((rule, method) for one, rule, method in operations(app) if one == line)
    route = TABLE[line]
    for name, state in route.states.items():
        prepare = state.prepare
        if isinstance(route.audience, Open) and method in SAFE:
            prepare = once_for_all(state.prepare(CALLERS["anonymous"](app, Role.EDITOR)))
        for caller in CALLERS:
            try:
                check(app, rule, method, route, state, caller, prepare)
            except AssertionError as error:
                error.add_note(f"state: {name}")
                raise


def test_a_change_is_noticed() -> None:
    account = create_staff()
    before = state_of_everything()
    assert state_of_everything() == before
    Staff.objects(id=account.id).update(name="other")
    assert state_of_everything() != before


def test_every_role_and_every_state_of_a_session_is_there() -> None:
    assert len(CALLERS) >= 20
    assert sum(len(route.states) for route in TABLE.values()) * len(CALLERS) > 1_500
