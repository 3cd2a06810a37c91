"""A day in the life of the booking desk, over HTTP; its transcript stands in docs/booking.md."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.clock import SHANGHAI, now, today
from models.staff import Role, Staff
from models.visitors import DemoVisitor
from services.visitors import consents, signing_in
from tests.arranging import TERMS, create_guide, create_route, create_vehicle
from tests.clocks import Clock
from tests.factories import create_staff, staff_client
from tests.visiting import check_books
from tests.visitors.callers import API, Caller

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "booking.md"
BEGIN, END = "<!-- a day: begin -->\n", "<!-- a day: end -->"
DESK = "/admin/api/v1"


class Day:
    """Visitors, a desk, their clock, and what was said."""

    def __init__(self, app: Flask, clock: Clock, run_jobs: Callable[[], int]) -> None:
        self.app, self.clock, self.run_jobs = app, clock, run_jobs
        tuesday = today() + dt.timedelta(days=(1 - today().weekday()) % 7 + 7)
        clock.set(dt.datetime.combine(tuesday, dt.time(9), SHANGHAI).astimezone(dt.UTC))
        self.begins = now()
        self.desk: Staff = create_staff(Role.BOOKING_DESK)
        self.lines = ["| when | who | what | what comes of it |", "|---|---|---|---|"]

    def visitor(self, name: str) -> Caller:
        """Sign a fictitious visitor in, who has agreed to the notice."""
        done = signing_in.as_demo(DemoVisitor(name))
        consents.give(done.visitor, consents.current_version())
        return Caller(self.app, done.token, done.visitor.id)

    def staff(self, method: str, path: str, body: Any = None, code: int = 200) -> Any:
        """Call a route of staff; each time from a fresh session, as time passes."""
        client = staff_client(self.app, account=self.desk)
        answer = client.open(f"{DESK}{path}", method=method, json=body)
        assert answer.status_code == code, answer.text
        return answer.get_json()

    def until(self, moment: dt.datetime) -> None:
        """Let the time pass, with all that is due on the way."""
        while now() < moment:
            step = min(moment - now(), dt.timedelta(hours=6))
            self.clock.advance(seconds=step.total_seconds())
            self.run_jobs()

    def note(self, who: str, what: str, then: str) -> None:
        """Write a line of the transcript."""
        local = now().astimezone(SHANGHAI)
        number = (local.date() - self.begins.astimezone(SHANGHAI).date()).days + 1
        self.lines.append(f"| day {number}, {local:%H:%M} | {who} | {what} | {then} |")


def news(caller: Caller) -> list[str]:
    """Return the titles of what a visitor was told, the first first."""
    items = caller.get("/me/inbox", limit="50").get_json()["items"]
    return [one["title"] for one in reversed(items)]


def seen(caller: Caller, booking: Any) -> Any:
    """Return a booking as its visitor reads it now."""
    return caller.get(f"/bookings/{booking['id']}").get_json()


def book(caller: Caller, departure: str, party: int, code: int = 201, path: str = "") -> Any:
    answer = caller.post(
        f"/bookings{path}",
        {"departure": departure, "party": party, "name": "测试访客", "phone": "13800138000"},
    )
    assert answer.status_code == code, answer.text
    return answer.get_json()


@pytest.fixture
def day(app: Flask, clock: Clock, run_jobs: Callable[[], int]) -> Day:
    return Day(app, clock, run_jobs)


def _open_for_booking(day: Day) -> str:
    """Publish a route, make its departures; return the first that can be booked."""
    route = create_route(title="测试线路", booking={**TERMS, "minimum_to_run": 2})
    day.note("editor", "publishes the route “测试线路”", "it is live, without departures")
    made = day.staff(
        "POST",
        "/schedules",
        {
            **{"route": route.slug, "weekdays": [2], "starts": "09:00", "capacity": 6},
            **{"guide": create_guide(), "vehicle": create_vehicle(), "weeks_ahead": 2},
            **{"from_day": today().isoformat(), "holidays": "run"},
        },
        code=201,
    )
    created = [one["departure"] for one in made["days"] if one["outcome"] == "created"]
    day.note("desk", "keeps a schedule: Tuesdays at 9, six seats", f"{len(created)} departures")
    return str(created[0])


def _fill_and_hand_on(day: Day, departure: str) -> dict[str, tuple[Caller, Any]]:
    """Fill a departure, let two wait, give seats back; return who is on it with what."""
    a, b, c, d = (day.visitor(name) for name in "ABCD")
    first = book(a, departure, 4)
    day.note("测试访客 A", "books for 4", f"{first['state']}: “{news(a)[-1]}”")
    second = book(b, departure, 2)
    day.note("测试访客 B", "books for 2", f"{second['state']}; no seat is left")
    refused = book(c, departure, 3, code=409)["error"]
    day.note("测试访客 C", "wants 3 seats", f"409 `{refused['code']}`: {refused['message']}")
    third = book(c, departure, 3, path="/waiting")
    fourth = book(d, departure, 2, path="/waiting")
    places = [seen(c, third)["place"], seen(d, fourth)["place"]]
    assert places == [1, 2]
    day.note("测试访客 C, D", "wait for 3 and for 2", f"{third['state']}, places 1 and 2")
    day.until(now() + dt.timedelta(hours=1))
    assert b.post(f"/bookings/{second['id']}/cancel", {}).status_code == 200
    third, fourth = seen(c, third), seen(d, fourth)
    assert (third["state"], fourth["state"]) == ("waitlisted", "offered")
    then = f"C's 3 do not fit; D's 2 do: {fourth['state']} for two hours"
    day.note("测试访客 B", "cancels in time", then)
    day.until(now() + dt.timedelta(minutes=30))
    accepted = d.post(f"/bookings/{fourth['id']}/accept").get_json()
    day.note("测试访客 D", "accepts the offer", f"{accepted['state']}: “{news(d)[-1]}”")
    return {"A": (a, first), "C": (c, third), "D": (d, accepted)}


def _remind(day: Day, departure: Any, on: dict[str, tuple[Caller, Any]]) -> None:
    starts = dt.datetime.fromisoformat(departure["starts_at"])
    day.until(starts - dt.timedelta(hours=23, minutes=59))
    (a, _), (c, waited) = on["A"], on["C"]
    ended = f"{seen(c, waited)['state']}, “{news(c)[-1]}”"
    day.note("clock", "the cut-off, a day before", f"A hears “{news(a)[-1]}”; C: {ended}")
    # Due two hours before, which is at night still.
    day.until(starts - dt.timedelta(minutes=59))
    day.note("clock", "the night is over", f"A hears “{news(a)[-1]}”")


def _attend(day: Day, departure: Any, on: dict[str, tuple[Caller, Any]]) -> None:
    starts = dt.datetime.fromisoformat(departure["starts_at"])
    (a, first), (d, fourth) = on["A"], on["D"]
    day.until(starts - dt.timedelta(minutes=10))
    code = a.get(f"/bookings/{first['id']}/code").get_json()["payloads"][0]["payload"]
    arrived = day.staff("POST", "/attendance/check-in", {"payload": code})
    day.note("desk", "scans A's code at the door", arrived["state"])
    day.clock.advance(minutes=5)
    refused = day.staff("POST", "/attendance/check-in", {"payload": code}, code=400)["error"]
    day.note("desk", "scans an old screenshot", f"400 `{refused['code']}`")
    day.until(starts + dt.timedelta(minutes=20))
    late = day.staff("GET", f"/attendance/late?departure={departure['id']}")["items"]
    assert [one["id"] for one in late] == [fourth["id"]]
    day.note("desk", "looks who is missing", "D's two people")
    day.until(dt.datetime.fromisoformat(departure["ends_at"]) + dt.timedelta(hours=2))
    states = [seen(a, first)["state"], seen(d, fourth)["state"]]
    assert states == ["completed", "no_show"]
    heard = [f"{state}, “{news(who)[-1]}”" for state, who in zip(states, (a, d), strict=True)]
    day.note("clock", "after the visit", f"A: {heard[0]}; D: {heard[1]}")


@pytest.mark.usefixtures("night")
def test_a_day_is_as_the_document_tells(day: Day) -> None:
    route_departure = _open_for_booking(day)
    on = _fill_and_hand_on(day, route_departure)
    check_books()
    (a, first) = on["A"]
    departure = day.app.test_client().get(f"{API}/departures/{route_departure}").get_json()
    _remind(day, departure, on)
    _attend(day, departure, on)
    check_books()
    stop = departure["stops"][0]["key"]
    stops = [{"stop": stop, "rating": 4}]
    opinion = {"rating": 5, "stops": stops, "tracks": [], "text": "测试感想"}
    assert a.put(f"/bookings/{first['id']}/feedback", opinion).status_code == 200
    day.note("测试访客 A", "rates the visit and its first stop", "kept with the booking")
    told = "\n".join(day.lines) + "\n"
    written = DOCUMENT.read_text("utf-8")
    assert written.partition(BEGIN)[2].partition(END)[0] == told, told
