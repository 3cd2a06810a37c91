"""What delegations ask, and what the desk does about it, over HTTP."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.clock import SHANGHAI, now, today
from models.bookings import Booking
from models.content import Content
from models.departures import Departure
from models.visits import ProposalState, Visit
from tests.visitors.callers import Caller

API = "/admin/api/v1"
PURPOSE = "测试：考察智能装备配套"


def day(ahead: int = 14) -> str:
    """Return a day to come."""
    return (today() + dt.timedelta(days=ahead)).isoformat()


def at(hour: int, ahead: int = 14) -> str:
    """Return an hour in Shanghai of a day to come, in UTC."""
    local = dt.datetime.combine(today() + dt.timedelta(days=ahead), dt.time(hour), tzinfo=SHANGHAI)
    return local.astimezone(dt.UTC).isoformat()


def wish(**changes: Any) -> dict[str, Any]:
    """Return what a delegation of six asks."""
    asked = {
        "dates": [day(), day(15)],
        "party": 6,
        "purpose": PURPOSE,
        "name": "测试访客 A",
        "phone": "13800138000",
        "organisation": "测试单位",
        "hosts": "希望与测试企业座谈",
        "needs": "一位来宾使用轮椅",
    }
    return {**asked, **changes}


def ask(caller: Caller, **changes: Any) -> dict[str, Any]:
    """Ask for a visit; return it."""
    answer = caller.post("/visits", wish(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.get_json())


@dataclass(frozen=True)
class Desk:
    """A member of staff at the booking desk."""

    client: FlaskClient

    def open(self, method: str, path: str, body: Any = None) -> TestResponse:
        """Call the staff API."""
        return self.client.open(f"{API}{path}", method=method, json=body)

    def get(self, path: str) -> TestResponse:
        """Read."""
        return self.open("GET", path)

    def post(self, path: str, body: Any = None) -> TestResponse:
        """Do."""
        return self.open("POST", path, body)

    def propose(self, visit: str, route: Content, hour: int = 9, **changes: Any) -> dict[str, Any]:
        """Propose a route; return the request."""
        answer = self.post(
            f"/visits/{visit}/proposals",
            {
                "revision": self.get(f"/visits/{visit}").get_json()["revision"],
                "route": route.id,
                "starts_at": at(hour),
                **changes,
            },
        )
        assert answer.status_code == 201, answer.text
        return dict(answer.get_json())


def later(**by: float) -> dt.datetime:
    """Return a moment from now on."""
    return now() + dt.timedelta(**by)


def check_visits(until: dt.datetime | None = None) -> None:
    """Check that requests, what was proposed and what was booked agree.

    With `until` also that no proposal is open which ended by then.
    """
    # As rows: this is asked after each step of many.
    departures = {row["_id"]: row for row in Departure._get_collection().find()}
    bookings = {row["_id"]: row for row in Booking._get_collection().find()}
    proposed = set()
    for visit in Visit._get_collection().find():
        by_state: dict[ProposalState, list[str]] = {state: [] for state in ProposalState}
        for one in visit.get("proposals", ()):
            by_state[ProposalState(one["state"])].append(one["departure"])
            departure = departures[one["departure"]]
            assert (departure["audience"], departure["visit"]) == ("private", visit["_id"])
            if one["state"] == "open":
                assert (departure["state"], departure["held"]) == ("proposed", 0)
                assert until is None or one["expires_at"] > until
            elif one["state"] != "accepted":
                assert (departure["state"], departure["held"]) == ("cancelled", 0)
        assert len(by_state[ProposalState.OPEN]) == (visit["state"] == "proposed")
        proposed |= set(by_state[ProposalState.OPEN])
        accepted = [visit["departure"]] if visit["state"] == "accepted" else []
        assert by_state[ProposalState.ACCEPTED] == accepted
        assert all(bookings[visit["booking"]]["departure"] == one for one in accepted)
    assert {name for name, row in departures.items() if row["state"] == "proposed"} == proposed
