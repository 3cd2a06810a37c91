"""What a visitor has of a booking: codes, a calendar file, a link for companions."""

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar

from core.clock import now
from models.bookings import HOLDING, Booking, BookingState
from models.departures import Departure, Meeting, Words
from services.bookings import codes, sharing
from tests.api.documented import Documented
from tests.bookings.booked import create_booking
from tests.clocks import Clock
from tests.visiting import create_departure
from tests.visitors.callers import API, Caller, code

S = BookingState
OVER = {"in_hours": -24}
PERSONAL = ("测试访客", "00000000000", "visitor", "name", "phone", "code", "organisation", "id")


@pytest.fixture
def documented(anybody: FlaskClient) -> Documented:
    return Documented(anybody.get(f"{API}/swagger.json").get_json())


def booked(caller: Caller, state: BookingState = S.CONFIRMED, **departure: Any) -> Booking:
    return create_booking(
        create_departure(**departure), visitor=caller.id, state=state, code=codes.new_short_code()
    )


# Codes


def test_the_codes_of_the_next_minutes(
    visitor: Caller, documented: Documented, clock: Clock
) -> None:
    booking = booked(visitor)
    for svg in ("false", "true"):
        answer = visitor.get(f"/bookings/{booking.id}/code", svg=svg)
        found = answer.get_json()
        assert documented.faults(found, "Pass") == []
        assert (found["booking"], found["party"], found["code"]) == (
            booking.id,
            booking.party,
            booking.code,
        )
        drawn = [one["svg"] for one in found["payloads"]]
        assert all(one is None for one in drawn) if svg == "false" else len(set(drawn)) == 10
    assert drawn[0].startswith("<svg")
    assert "script" not in drawn[0]
    for one in found["payloads"]:
        clock.set(dt.datetime.fromisoformat(one["valid_from"]))
        assert codes.verify(one["payload"]) == booking.id
    last = dt.datetime.fromisoformat(found["payloads"][-1]["valid_until"])
    clock.set(last + dt.timedelta(minutes=5))
    with pytest.raises(Exception, match="code_wrong"):
        codes.verify(found["payloads"][-1]["payload"])


@pytest.mark.parametrize("state", sorted(set(S) - {S.PLACING, S.CONFIRMED, S.CHECKED_IN}))
def test_only_who_is_expected_has_codes(visitor: Caller, state: BookingState) -> None:
    answer = visitor.get(f"/bookings/{booked(visitor, state).id}/code")
    assert code(answer) == (409, "wrong_state")


# The calendar file


def event(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=visit-")
    calendar = Calendar.from_ical(answer.data)
    (found,) = calendar.walk("VEVENT")
    return found


@pytest.mark.parametrize(
    ("language", "summary", "line"), [("zh-CN", "演示线路", "共2人"), ("en", "Demo", "2 people")]
)
def test_the_file_for_the_calendar(visitor: Caller, language: str, summary: str, line: str) -> None:
    tricky = Words(zh="正门，A座;1\n层", en="Gate, A;1")
    booking = booked(visitor, meeting=Meeting(title=tricky, note=Words(zh="说明", en="Note")))
    departure = Departure.objects.get(id=booking.departure)
    found = event(visitor.get(f"/bookings/{booking.id}/calendar.ics", lang=language))
    assert found["uid"] == f"{booking.id}@bookings.toolbox"
    assert found["status"] == "CONFIRMED"
    assert found.decoded("dtstart") == departure.starts_at.replace(microsecond=0)
    assert found.decoded("dtend") == departure.ends_at.replace(microsecond=0)
    assert str(found["summary"]).startswith(summary)
    assert str(found["location"]) == (tricky.zh if language == "zh-CN" else tricky.en)
    assert line in str(found["description"])
    assert booking.code in str(found["description"])
    assert "测试访客" not in str(found["description"])


def test_a_changed_visit_replaces_its_entry_and_a_cancelled_one_cancels_it(
    visitor: Caller,
) -> None:
    booking = booked(visitor)
    path = f"/bookings/{booking.id}/calendar.ics"
    first, again = event(visitor.get(path)), event(visitor.get(path))
    assert first.to_ical() == again.to_ical(), "nothing has changed"
    later = now() + dt.timedelta(days=9)
    Departure.objects(id=booking.departure).update(set__starts_at=later, inc__revision=1)
    moved = event(visitor.get(path))
    assert moved["uid"] == first["uid"]
    assert moved["sequence"] > first["sequence"]
    Booking.objects(id=booking.id).update(set__state=S.CANCELLED, inc__revision=1)
    cancelled = event(visitor.get(path))
    assert (cancelled["uid"], cancelled["status"]) == (first["uid"], "CANCELLED")
    assert cancelled["sequence"] > moved["sequence"]
    assert booking.code not in str(cancelled["description"])


@pytest.mark.parametrize("state", sorted(set(S) - {S.PLACING}))
def test_every_state_has_its_status(visitor: Caller, state: BookingState) -> None:
    status = event(visitor.get(f"/bookings/{booked(visitor, state).id}/calendar.ics"))["status"]
    waits = {S.REQUESTED, S.WAITLISTED, S.OFFERED}
    expected = "CONFIRMED" if state in HOLDING else "CANCELLED"
    assert status == ("TENTATIVE" if state in waits else expected)


# The link for companions


def shared(caller: Caller, booking: Booking) -> str:
    answer = caller.post(f"/bookings/{booking.id}/share")
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["path"])


def test_companions_see_when_and_where_and_nobody(
    visitor: Caller, anybody: FlaskClient, documented: Documented
) -> None:
    booking = booked(visitor)
    path = shared(visitor, booking)
    for language, title in (("zh-CN", "演示点位"), ("en", "Demonstration site")):
        answer = anybody.get(f"{path}?lang={language}")
        found = answer.get_json()
        assert documented.faults(found, "SharedVisit") == []
        assert answer.headers["Cache-Control"] == "no-store"
        assert (found["party"], found["state"]) == (2, "confirmed")
        assert found["stops"][0]["title"] == title
        assert not found.keys() & set(PERSONAL)
        for personal in (visitor.id, booking.id, booking.code, *PERSONAL[:2]):
            assert personal not in answer.text
    secret = path.rpartition("/")[2]
    row = Booking._get_collection().find_one({"_id": booking.id})
    assert secret not in str(row), "the secret is nowhere"


def test_a_new_link_ends_the_one_before_and_a_revoked_one_is_gone(
    visitor: Caller, anybody: FlaskClient
) -> None:
    booking = booked(visitor)
    first, second = shared(visitor, booking), shared(visitor, booking)
    assert code(anybody.get(first)) == (404, "link_ended")
    assert anybody.get(second).status_code == 200
    for _ in range(2):
        assert visitor.delete(f"/bookings/{booking.id}/share").status_code == 204
        assert code(anybody.get(second)) == (404, "link_ended")


def test_a_link_tells_what_became_of_the_visit(visitor: Caller, anybody: FlaskClient) -> None:
    booking = booked(visitor)
    path = shared(visitor, booking)
    Booking.objects(id=booking.id).update(set__state=S.CANCELLED)
    assert anybody.get(path).get_json()["state"] == "cancelled"


def test_a_link_follows_the_visit_to_another_departure(
    visitor: Caller, anybody: FlaskClient
) -> None:
    old = booked(visitor)
    path = shared(visitor, old)
    new = create_booking(
        create_departure(in_hours=400), visitor=visitor.id, party=3, moved_from=old.id
    )
    Booking.objects(id=old.id).update(set__state=S.RESCHEDULED, set__moved_to=new.id)
    found = anybody.get(path).get_json()
    assert (found["state"], found["party"]) == ("confirmed", 3)
    assert dt.datetime.fromisoformat(found["starts_at"]) == new.starts_at
    assert visitor.delete(f"/bookings/{new.id}/share").status_code == 204
    assert code(anybody.get(path)) == (404, "link_ended")


def test_a_link_ends_a_day_after_the_visit(
    visitor: Caller, anybody: FlaskClient, clock: Clock
) -> None:
    booking = booked(visitor)
    path = shared(visitor, booking)
    clock.set(booking.ends_at + sharing.HOLDS_AFTER - dt.timedelta(seconds=1))
    assert anybody.get(path).status_code == 200
    clock.set(booking.ends_at + sharing.HOLDS_AFTER)
    assert code(anybody.get(path)) == (404, "link_ended")


@pytest.mark.parametrize("state", [S.WAITLISTED, S.OFFERED, S.CANCELLED, S.COMPLETED, S.NO_SHOW])
def test_only_a_visit_to_come_is_shared(visitor: Caller, state: BookingState) -> None:
    answer = visitor.post(f"/bookings/{booked(visitor, state).id}/share")
    assert code(answer) == (409, "wrong_state")


@pytest.mark.parametrize("secret", ["absent", "x" * 5_000, "%00", "%F0%9F%98%80", "$ne"])
def test_what_is_no_secret_opens_nothing(
    visitor: Caller, anybody: FlaskClient, secret: str
) -> None:
    booked(visitor)
    assert code(anybody.get(f"{API}/shared/{secret}")) == (404, "link_ended")


def test_deleting_the_account_ends_the_link(visitor: Caller, anybody: FlaskClient) -> None:
    path = shared(visitor, booked(visitor))
    assert visitor.delete("/me").status_code == 204
    assert code(anybody.get(path)) == (404, "link_ended")


def test_others_and_who_is_gone_have_nothing(visitor: Caller, other: Caller) -> None:
    booking = booked(visitor, S.CHECKED_IN)
    base = f"/bookings/{booking.id}"
    for given in (
        other.get(f"{base}/code"),
        other.get(f"{base}/calendar.ics"),
        other.post(f"{base}/share"),
        other.delete(f"{base}/share"),
        other.get(f"{base}/feedback"),
        other.put(f"{base}/feedback", {"rating": 5}),
    ):
        assert code(given) == (404, "not_found")
    assert Booking.objects.get(id=booking.id).feedback is None
