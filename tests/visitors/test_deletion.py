"""Export and deletion: all that is held is told, and after deletion no trace is left anywhere."""

import re
from typing import Any

import pytest
from bson import decode_all, encode
from flask import Flask
from mongoengine import Document

from core import db
from models.bookings import Booking, BookingState
from models.departures import Departure
from models.idempotency import IdempotentAnswer
from models.notifications import CallState, CallTask
from models.outbox import Job
from models.questions import Question
from models.registry import DOCUMENTS
from models.visitors import EmailCode, Visitor
from models.visits import Visit
from models.wechat_pushes import WechatPush, WechatWindow
from services.visitors import deletion, exports
from tests.simulator.running import RunningSimulator
from tests.visitors import used
from tests.visitors.callers import Caller, code
from tests.visitors.used import EMAIL, NAME, PHONE, Used

# Collections that hold something about visitors, and what becomes of it. A new collection must
# be named here or below; the proof then walks it like the others.
GOES = frozenset(
    {
        *(*deletion.OWNED, Visitor, EmailCode, CallTask),
        *(Booking, Departure, Visit, Job),
        # Of an openid, which somebody without an account has too. Of a push there remains what
        # tells its repetitions.
        *(WechatPush, Question, WechatWindow),
    }
)
# What MongoDB keeps for itself, as the profile of another test.
SYSTEM = re.compile(r"^system\.")
# Why nothing in the others is about a visitor.
NOTHING = {
    **dict.fromkeys(
        (
            *("Track", "Site", "Project", "Route", "Film", "Venue", "Edition", "Chapter"),
            *("Cluster", "Article", "Faq", "Revision", "Snapshot", "SearchEntry", "Synonyms"),
            *("Promotion", "MediaItem", "Upload", "Sitemap", "Seed", "Draft", "HandbookFile"),
        ),
        "content, which staff write",
    ),
    **dict.fromkeys(
        ("DayOverride", "Closure", "ResourceDay", "Guide", "Vehicle", "Schedule"),
        "what visits need, none of who comes",
    ),
    **dict.fromkeys(("Staff", "StaffSession", "SignInFailures"), "staff"),
    **dict.fromkeys(("AuditEntry", "AuditSeal", "AuditExport"), "acts of staff, masked"),
    **dict.fromkeys(("Version", "Migration", "DataKey"), "the product itself"),
    "Scene": "codes that staff make",
    "SceneDay": "numbers, of nobody",
    "UsageDay": "numbers, of nobody",
    "WechatToken": "the mini-program's own token",
    "FruitlessQuery": "texts without who typed them",
    "IdempotentAnswer": "no route of visitors keeps its answers",
    "RateCount": "keyed hashes that are dropped within the hour",
}


@pytest.fixture
def someone(visitor_app: Flask, simulator: RunningSimulator) -> Used:
    """A visitor who did everything that there is."""
    return used.create(visitor_app, simulator)


def traces_in_database(traces: tuple[str, ...]) -> dict[str, set[str]]:
    """Return which of the traces stand in which collection, whatever the models know."""
    found: dict[str, set[str]] = {}
    for name in db.database().list_collection_names(filter={"name": {"$not": SYSTEM}}):
        for row in db.database()[name].find():
            raw = encode(row)
            assert decode_all(raw)
            here = {trace for trace in traces if trace.encode() in raw}
            if here:
                found.setdefault(name, set()).update(here)
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.__name__)
def test_every_collection_is_classified(document: type[Document]) -> None:
    assert (document in GOES) is not (document.__name__ in NOTHING)


def test_the_classification_names_no_collection_that_there_is_not() -> None:
    names = {document.__name__ for document in DOCUMENTS}
    assert set(NOTHING) | {document.__name__ for document in GOES} == names


def test_no_trace_is_left(someone: Used) -> None:
    before = traces_in_database(someone.traces)
    assert set(before) == {document._get_collection_name() for document in GOES}, (
        "the visitor is not fully used, or something about visitors is not classified"
    )
    assert someone.caller.delete("/me").status_code == 204
    assert traces_in_database(someone.traces) == {}
    assert code(someone.caller.get("/me")) == (401, "unauthenticated")
    kept = CallTask._get_collection().find_one({})
    assert kept is not None
    assert kept.keys().isdisjoint({"visitor", "name", "phone", "phone_index", "note", "data"})
    assert (kept["state"], CallTask.objects.count()) == (CallState.DONE, 1)
    assert IdempotentAnswer.objects.count() == 0


def test_visits_to_come_are_cancelled_and_past_ones_are_figures(someone: Used) -> None:
    before = {one.id: one for one in Booking.objects(visitor=someone.caller.id)}
    assert someone.caller.delete("/me").status_code == 204
    after = [Booking.objects.get(id=name) for name in before]
    ended = [BookingState.CANCELLED, BookingState.CANCELLED, BookingState.COMPLETED]
    assert sorted(one.state for one in after) == sorted(ended)
    (past,) = (one for one in after if one.state is BookingState.COMPLETED)
    assert (past.party, past.feedback.rating) == (2, 5)
    for departure in Departure.objects:
        assert departure.queue == []
        assert departure.held == sum(one.party for one in departure.holds)
    assert sum(one.held for one in Departure.objects) == 2 + 2, "another's, and what is over"


def test_the_next_sign_in_begins_anew(someone: Used, simulator: RunningSimulator) -> None:
    someone.caller.delete("/me")
    answer = someone.caller.client.post(
        "/api/v1/sessions", json={"code": simulator.login_code("测试用过的人")}
    )
    assert answer.get_json()["consent_due"]
    (fresh,) = Visitor.objects
    assert fresh.id != someone.caller.id


def test_others_keep_everything(someone: Used, other: Caller) -> None:
    before = other.get("/me/export").get_json()
    someone.caller.delete("/me")
    after = other.get("/me/export").get_json()
    assert {**before, "exported_at": ""} == {**after, "exported_at": ""}


def test_the_export_holds_everything_in_plain(someone: Used) -> None:
    answer = someone.caller.get("/me/export")
    body = answer.get_json()
    told = body["visitor"]
    assert (told["name"], told["email"], told["phone"]) == (NAME, EMAIL, f"+86{PHONE}")
    names = ("favourites", "history", "sessions", "calls", "bookings")
    assert {name: len(body[name]) for name in names} == {**dict.fromkeys(names, 2), "bookings": 3}
    told_of = "a phone, two by WeChat, a mail, two calls, three bookings, two of a visit"
    assert len(body["inbox"]) == 11, told_of
    assert body["bookings"][-1]["companions"] == [NAME]
    assert body["visitor"]["consents"][0]["version"] == "1"


def test_the_export_leaves_out_nothing_but_what_is_named(someone: Used) -> None:
    body = someone.caller.get("/me/export").get_json()
    rows: dict[str, dict[str, Any]] = {
        "visitors": body["visitor"],
        "visitor_sessions": body["sessions"][0],
        "favourites": body["favourites"][0],
        "history": body["history"][0],
        "inbox_entries": body["inbox"][0],
        "bookings": body["bookings"][-1],
        "call_tasks": body["calls"][0],
        "visits": body["visits"][0],
        "held_texts": body["held_texts"][0],
        "subscription_credits": body["subscriptions"][0],
        "subscription_messages": body["wechat_messages"][-1],
        "questions": body["questions"][0],
        "wechat_pushes": body["pushes"][0],
    }
    for name, told in rows.items():
        row = db.database()[name].find_one({"_id": told["id"]})
        assert row is not None
        assert row.keys() - {"_id"} - told.keys() <= exports.LEFT_OUT, name


def test_no_secret_is_exported(someone: Used) -> None:
    answer = someone.caller.get("/me/export")
    visitor = Visitor.objects.get(id=someone.caller.id)
    for secret in (visitor.session_key, visitor.email_index, someone.caller.token):
        assert secret not in answer.text
    assert "token_hash" not in answer.text
