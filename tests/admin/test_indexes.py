"""Every list of staff goes through an index, whatever it is filtered by."""

import pytest
from flask import Flask

from models.enums import Kind, Language
from models.notifications import Event
from models.staff import Role
from services import audit, notifications, outbox, questions
from services.notifications import ToContact
from services.questions import Asked
from services.search import fruitless, promotions, synonyms
from tests.api.profiling import profiled
from tests.bookings.booked import create_booking
from tests.factories import ACTOR, create, create_live, create_staff, staff_client
from tests.visiting import create_departure

API = "/admin/api/v1"
ITEMS = 30
LISTS: dict[str, Role] = {
    "account/sessions": Role.EDITOR,
    "attendance/late": Role.BOOKING_DESK,
    "attendance/late?departure=absent": Role.BOOKING_DESK,
    "audit": Role.AUDITOR,
    "audit?action=test.write": Role.AUDITOR,
    "audit?actor=nobody": Role.AUDITOR,
    "audit?outcome=denied": Role.AUDITOR,
    "audit?request_id=absent": Role.AUDITOR,
    "audit?target=test:1": Role.AUDITOR,
    "booking-figures": Role.BOOKING_DESK,
    "booking-figures/organisations": Role.BOOKING_DESK,
    "bookings": Role.BOOKING_DESK,
    "bookings?departure=absent": Role.BOOKING_DESK,
    "bookings?from=2026-01-01&until=2030-12-31&source=phone": Role.BOOKING_DESK,
    "bookings?route=route-1": Role.BOOKING_DESK,
    "bookings?state=confirmed": Role.BOOKING_DESK,
    "bookings?view=below_minimum": Role.BOOKING_DESK,
    "bookings?view=to_decide": Role.BOOKING_DESK,
    "bookings?visitor=absent": Role.BOOKING_DESK,
    "calls": Role.BOOKING_DESK,
    "calls?state=done": Role.BOOKING_DESK,
    "closures": Role.BOOKING_DESK,
    "closures?on_or_after=2030-01-01": Role.BOOKING_DESK,
    "content/broken-links/tracks": Role.EDITOR,
    "content/tracks": Role.EDITOR,
    "departures": Role.BOOKING_DESK,
    "departures?audience=open&state=open": Role.BOOKING_DESK,
    "departures?first=2020-01-01&last=2030-01-01": Role.BOOKING_DESK,
    "departures?guide=nobody": Role.BOOKING_DESK,
    "departures?minimum=due": Role.BOOKING_DESK,
    "departures?route=nothing&audience=private": Role.BOOKING_DESK,
    "departures?schedule=nothing": Role.BOOKING_DESK,
    "departures?site=nothing": Role.BOOKING_DESK,
    "departures?vehicle=nothing": Role.BOOKING_DESK,
    "fruitless": Role.EDITOR,
    "fruitless?order=frequent&handled=true": Role.EDITOR,
    "guides": Role.BOOKING_DESK,
    "jobs": Role.ADMINISTRATOR,
    "jobs?name=test.job&state=failed": Role.ADMINISTRATOR,
    "promotions": Role.EDITOR,
    "questions": Role.BOOKING_DESK,
    "questions?state=answered": Role.BOOKING_DESK,
    "reviews": Role.FIRST_REVIEWER,
    "reviews?view=own": Role.FIRST_REVIEWER,
    "reviews?view=to_publish": Role.FIRST_REVIEWER,
    "schedules": Role.BOOKING_DESK,
    "schedules?route=nothing": Role.BOOKING_DESK,
    "staff": Role.ADMINISTRATOR,
    "staff?enabled=true": Role.ADMINISTRATOR,
    "staff?role=auditor": Role.ADMINISTRATOR,
    "synonyms": Role.EDITOR,
    "vehicles": Role.BOOKING_DESK,
    "working-days?first=2030-01-01&last=2030-01-31": Role.BOOKING_DESK,
}


@pytest.fixture
def full() -> None:
    """Something of everything."""
    item = create_live(Kind.TRACKS)
    departure = create_departure(in_hours=-1, capacity=3 * ITEMS)
    for number in range(ITEMS):
        create(Kind.TRACKS)
        create_staff()
        audit.record(ACTOR, "test.write", f"test:{number}")
        synonyms.add(ACTOR, [f"甲{number}", f"乙{number}"])
        promotions.add(ACTOR, f"词{number}", [(Kind.TRACKS, item.id)])
        fruitless.note(f"词{number}", Language.ZH_CN, loose=False)
        outbox.enqueue("test.job", {})
        told = {"title": "测试", "text": "测试"}
        contact = ToContact("测试来电者", "+8613800138000")
        notifications.notify(Event.MESSAGE, contact, told, f"key-{number}")
        asked = Asked(f"push-{number}", f"openid-{number}", "测试", Language.ZH_CN, None)
        questions.ask(asked)
        create_booking(departure)


@pytest.mark.usefixtures("full")
def test_every_list_goes_through_an_index(app: Flask) -> None:
    clients = {role: staff_client(app, role) for role in set(LISTS.values())}

    def get(path: str) -> None:
        answer = clients[LISTS[path]].get(f"{API}/{path}")
        assert answer.status_code == 200, answer.text

    for path in LISTS:
        reads = profiled(lambda path=path: get(path))  # type: ignore[misc]
        assert len(reads) >= 3, "the session, the account, the list"
        for read in reads:
            assert "COLLSCAN" not in read.stages, (path, read)
