"""Calls as the desk makes them: masked in lists, whole on record, one caller each, an outcome."""

import threading
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core import db
from models.audit import AuditEntry
from models.notifications import CallTask, Event
from models.staff import Role
from models.visitors import Visitor
from services import notifications, personal_data
from services.call_tasks import Contact, create
from services.notifications import ToContact
from services.visitors import deletion
from tests.factories import staff_client
from tests.services.test_working_lists import stages

API = "/admin/api/v1/calls"
NAME, PHONE, EMAIL = "测试来电者", "+8613800138000", "guest.a@example.org"
TOLD = {"title": "测试标题", "text": "测试内容"}


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return staff_client(app, Role.BOOKING_DESK)


@pytest.fixture
def colleague(app: Flask) -> FlaskClient:
    return staff_client(app, Role.INVESTMENT_OFFICER)


def walk_in(key: str = "walk-in") -> str:
    notifications.notify(Event.MESSAGE, ToContact(NAME, PHONE), TOLD, key)
    return str(CallTask.objects.order_by("-created_at", "-id").first().id)


def account() -> tuple[str, str]:
    """Return the id of a call to somebody with an account, and theirs."""
    visitor = Visitor()
    told = personal_data.sealed(
        Visitor, visitor.id, {"name": "访客甲", "phone": "+447700900123", "email": EMAIL}
    )
    Visitor._get_collection().insert_one({**visitor.to_mongo(), **told})
    db.transaction(
        lambda session: create(
            Event.MESSAGE, Contact(visitor=visitor.id), TOLD, "account", session=session
        )
    )
    return str(CallTask.objects.get(visitor=visitor.id).id), str(visitor.id)


def code(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def test_whom_to_call_is_masked_in_lists_and_told_in_full_on_record(
    desk: FlaskClient,
) -> None:
    task, (other, visitor) = walk_in(), account()
    items = desk.get(API).get_json()["items"]
    assert [one["id"] for one in items] == [task, other]
    assert items[0]["person"] == {
        **{"name": "测****", "phone": "138****8000", "email": None, "language": None}
    }
    assert items[0]["message"] == TOLD
    assert items[1]["person"]["email"] == "g****@example.org"
    assert AuditEntry.objects.count() == 0
    whole = desk.get(f"{API}/{task}").get_json()["person"]
    assert (whole["name"], whole["phone"]) == (NAME, PHONE)
    whole = desk.get(f"{API}/{other}").get_json()["person"]
    assert (whole["name"], whole["phone"], whole["email"]) == ("访客甲", "+447700900123", EMAIL)
    rows = AuditEntry.objects(action="calls.reveal").order_by("at", "id")
    assert [(row.target, row.after or None) for row in rows] == [
        (f"call_tasks:{task}", None),
        (f"call_tasks:{other}", {"visitor": visitor}),
    ]
    assert PHONE not in str(list(AuditEntry._get_collection().find()))


def test_nobody_reads_whom_to_call_when_it_cannot_be_recorded(
    desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    task = walk_in()
    monkeypatch.setattr("services.audit.record", fail)
    answer = desk.get(f"{API}/{task}")
    assert answer.status_code == 500
    assert "138" not in answer.text


def test_a_call_is_taken_given_back_and_closed(desk: FlaskClient, colleague: FlaskClient) -> None:
    task = walk_in()
    taken = desk.post(f"{API}/{task}/take").get_json()
    assert taken["taken_at"]
    assert taken["taken_by_name"] == "测试人员"
    assert taken["person"]["phone"] == "138****8000"
    assert desk.post(f"{API}/{task}/take").status_code == 200, "one's own again"
    done = {"state": "done", "note": "已告知"}
    assert code(colleague.post(f"{API}/{task}/take")) == (409, "call_taken")
    assert code(colleague.post(f"{API}/{task}/close", json=done)) == (409, "call_taken")
    assert colleague.post(f"{API}/{task}/release").get_json()["taken_by"] is None
    closed = colleague.post(f"{API}/{task}/close", json=done).get_json()
    assert (closed["state"], closed["note"]) == ("done", "已告知")
    assert code(desk.post(f"{API}/{task}/close", json=done)) == (409, "call_closed")
    assert desk.get(API).get_json()["items"] == []
    assert [one["id"] for one in desk.get(f"{API}?state=done").get_json()["items"]] == [task]
    verbs = [row.action for row in AuditEntry.objects.order_by("at", "id")]
    assert verbs == ["calls.take", "calls.take", "calls.release", "calls.close"]


def test_of_many_who_take_a_call_at_once_one_has_it(app: Flask) -> None:
    task = walk_in()
    clients = [staff_client(app, Role.BOOKING_DESK) for _ in range(6)]
    gate, found = threading.Barrier(len(clients)), []

    def run(client: FlaskClient) -> None:
        gate.wait(30)
        found.append(client.post(f"{API}/{task}/take").status_code)

    threads = [threading.Thread(target=run, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [200] + [409] * 5
    assert AuditEntry.objects(action="calls.take").count() == 1


def test_a_call_to_a_deleted_account_tells_nothing_of_them(desk: FlaskClient) -> None:
    task, visitor = account()
    desk.post(f"{API}/{task}/close", json={"state": "given_up", "note": f"{NAME} 未接"})
    deletion.delete(visitor)
    (closed,) = desk.get(f"{API}?state=given_up").get_json()["items"]
    assert (closed["message"], closed["note"]) == (None, None)
    assert set(closed["person"].values()) == {None}
    assert desk.get(f"{API}/{task}").status_code == 200


def test_a_call_that_is_due_goes_with_the_account_though_it_is_taken(
    desk: FlaskClient,
) -> None:
    task, visitor = account()
    desk.post(f"{API}/{task}/take")
    deletion.delete(visitor)
    assert code(desk.post(f"{API}/{task}/close", json={"state": "done"})) == (404, "not_found")


def test_pages_of_calls_have_no_gap_and_no_double(desk: FlaskClient) -> None:
    made = [walk_in(f"key-{number}") for number in range(5)]
    CallTask.objects.update(set__created_at=CallTask.objects.first().created_at)
    found: list[str] = []
    query = {"limit": "2"}
    for _ in range(3):
        page = desk.get(API, query_string=query).get_json()
        found += [one["id"] for one in page["items"]]
        query = {"limit": "2", "cursor": page["next_cursor"]}
    assert (found, page["next_cursor"]) == (sorted(made), None)


def test_the_list_goes_through_an_index() -> None:
    rows = CallTask._get_collection().find({"state": "open"})
    plan = rows.sort([("created_at", 1), ("_id", 1)]).limit(20).explain()
    used = stages(plan["queryPlanner"]["winningPlan"])
    assert not used & {"COLLSCAN", "SORT"}, used
