"""The audit log over REST: filters, pages, read out, read-only."""

import csv
import datetime as dt
import io

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.audit import AuditEntry, Outcome
from models.staff import Role
from services import audit
from services.actors import Actor
from tests.factories import staff_client

API = "/admin/api/v1/audit"


@pytest.fixture
def auditor(app: Flask) -> FlaskClient:
    return staff_client(app, Role.AUDITOR)


def actor(identity: str) -> Actor:
    return Actor(identity, identity, frozenset({Role.EDITOR}), None, "192.0.2.1", f"req-{identity}")


def write(count: int) -> None:
    for number in range(count):
        audit.record(
            actor(f"a{number % 2}"),
            "content.update" if number % 3 else "content.publish",
            f"tracks:{number}",
            before={"title": "x"},
            after={"title": f"y{number}"},
            outcome=Outcome.DONE if number % 5 else Outcome.FAILED,
        )


def targets(client: FlaskClient, query: str) -> list[str]:
    answer = client.get(f"{API}?{query}")
    assert answer.status_code == 200, answer.text
    return [one["target"] for one in answer.get_json()["items"]]


def test_pages_are_complete_and_the_newest_first(auditor: FlaskClient) -> None:
    write(23)
    found, cursor = [], ""
    for _ in range(10):
        page = auditor.get(f"{API}?limit=5{cursor}").get_json()
        found += [one["id"] for one in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    expected = [one.id for one in AuditEntry.objects.order_by("-at", "-id")]
    assert found == expected
    assert len(found) == 23


def test_filters_narrow_it_down(auditor: FlaskClient) -> None:
    write(12)
    assert targets(auditor, "target=tracks:3") == ["tracks:3"]
    assert len(targets(auditor, "actor=a0")) == 6
    assert len(targets(auditor, "action=content.publish")) == 4
    assert len(targets(auditor, "outcome=failed")) == 3
    assert len(targets(auditor, "request_id=req-a1&outcome=done")) == 5
    middle = AuditEntry.objects.get(target="tracks:6").at
    stamp = middle.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    expected = AuditEntry.objects(at__lt=middle).count()
    assert len(targets(auditor, f"until={stamp}")) == expected
    assert len(targets(auditor, f"since={stamp}")) == 12 - expected


@pytest.mark.parametrize(
    "query", ["since=yesterday", "since=2026-01-01T00:00:00", "actor[$ne]=x", "outcome=lost"]
)
def test_a_bad_filter_is_refused(auditor: FlaskClient, query: str) -> None:
    assert auditor.get(f"{API}?{query}").status_code == 400


def test_reading_out_gives_every_line_and_is_on_record(auditor: FlaskClient) -> None:
    write(1_100)
    answer = auditor.get(f"{API}/export?action=content.publish")
    assert answer.mimetype == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.data.splitlines()]
    assert len(lines) == AuditEntry.objects(action="content.publish").count()
    assert lines[0]["after"]["title"].startswith("y")
    entry = AuditEntry.objects.get(action="audit.read_out")
    assert entry.after == {"action": "content.publish", "format": "jsonl"}


def test_a_table_is_read_out_without_formulas(auditor: FlaskClient) -> None:
    name = '=HYPERLINK("http://example.org";"x")'
    editor = Actor("a", name, frozenset({Role.EDITOR}), "\t@SUM(A1)", "192.0.2.1", "req-1")
    audit.record(editor, "content.update", "tracks:1", after={"title": '+1\r\n,"x"'})
    answer = auditor.get(f"{API}/export?format=csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == "attachment; filename=audit.csv"
    text = answer.data.decode("utf-8-sig")
    rows = {one["action"]: one for one in csv.DictReader(io.StringIO(text, newline=""))}
    assert rows["audit.read_out"]["after"] == '{"format":"csv"}'
    row = rows["content.update"]
    assert (row["actor_name"], row["department"]) == (f"'{name}", "'\t@SUM(A1)")
    assert orjson.loads(row["after"]) == {"title": '+1\r\n,"x"'}
    assert auditor.get(f"{API}/export?format=xlsx").status_code == 400


def test_one_entry_is_read(auditor: FlaskClient) -> None:
    write(1)
    entry = AuditEntry.objects.get()
    body = auditor.get(f"{API}/{entry.id}").get_json()
    assert (body["before"], body["after"]) == ({"title": "x"}, {"title": "y0"})
    assert dt.datetime.fromisoformat(body["at"]) == entry.at
    assert auditor.get(f"{API}/nothing").status_code == 404


def test_the_head_of_the_chain_is_told(auditor: FlaskClient) -> None:
    assert auditor.get(f"{API}/chain").get_json() == {"number": 0, "chain": "0" * 64}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(auditor: FlaskClient, method: str) -> None:
    write(1)
    for path in ("", f"/{AuditEntry.objects.get().id}", "/export"):
        assert getattr(auditor, method)(API + path).status_code == 405


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_only_auditors_read_it(app: Flask, role: Role) -> None:
    client = staff_client(app, role)
    assert {client.get(API + path).status_code for path in ("", "/export", "/chain", "/x")} == {403}
