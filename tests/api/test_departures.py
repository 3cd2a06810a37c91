"""Departures as the public reads them: what is listed, what is told, and what never is."""

import datetime as dt
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.clock import SHANGHAI, now
from core.ids import new_id
from models.departures import QUEUE_MAX, Audience, Departure, DepartureState, Waiting, Words
from models.enums import Kind
from models.routes import Confirmation
from services import seats
from tests.api.documented import Documented
from tests.api.surface import API
from tests.clocks import Clock
from tests.factories import create, create_live
from tests.visiting import create_departure, terms

LIST = f"{API}/departures"
# A Tuesday in Shanghai, ten in the morning.
NOW = dt.datetime(2026, 12, 1, 2, 0, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def stopped(clock: Clock) -> Clock:
    clock.set(NOW)
    return clock


@pytest.fixture
def documented(client: FlaskClient) -> Documented:
    return Documented(client.get(f"{API}/swagger.json").get_json())


def get(client: FlaskClient, path: str, **query: Any) -> dict[str, Any]:
    answer = client.get(path, query_string=query)
    assert answer.status_code == 200, answer.text
    return dict(answer.get_json())


def ids(client: FlaskClient, **query: Any) -> list[str]:
    return [one["id"] for one in get(client, LIST, **query)["items"]]


def fill(departure: Departure, people: int | None = None) -> None:
    seats.hold(departure.id, new_id(), people or departure.capacity, visitor="somebody")


def queue(departure: Departure, groups: int) -> None:
    waiting = [Waiting(booking=new_id(), party=2, since=now()) for _ in range(groups)]
    Departure.objects(id=departure.id).update(set__queue=waiting)


def test_departures_to_come_are_listed_the_next_one_first(client: FlaskClient) -> None:
    later, sooner = create_departure(in_hours=200), create_departure(in_hours=100)
    create_departure(in_hours=-1)
    create_departure(audience=Audience.PRIVATE)
    for state in (DepartureState.PROPOSED, DepartureState.CANCELLED, DepartureState.COMPLETED):
        create_departure(state=state)
    assert ids(client) == [sooner.id, later.id]


def test_pages_hold_each_departure_once_although_many_start_at_one_time(
    client: FlaskClient, stopped: Clock
) -> None:
    del stopped
    expected = {create_departure(in_hours=hours).id for hours in (30, 30, 30, 31, 32, 32, 33)}
    found: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = get(client, LIST, **query)
        found += [one["id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert sorted(found) == sorted(expected)


def test_filters_narrow_the_list(client: FlaskClient, stopped: Clock) -> None:
    del stopped
    track = create_live(Kind.TRACKS)
    one = create_departure(in_hours=24, slug="route-a", tracks=[track.id])
    two = create_departure(in_hours=48, slug="route-b", capacity=4)
    fill(two, 3)
    assert ids(client, route="route-a") == [one.id]
    assert ids(client, route="route-c") == []
    assert ids(client, track=track.id) == ids(client, track=track.slug) == [one.id]
    assert ids(client, track="absent") == []
    assert ids(client, people=1) == [one.id, two.id]
    assert ids(client, people=2) == [one.id]
    assert ids(client, people=11) == []
    assert ids(client, route="route-a", track=track.slug, people=3) == [one.id]


def test_a_group_that_is_too_small_or_too_large_finds_nothing(client: FlaskClient) -> None:
    departure = create_departure(capacity=100, terms=terms(group_min=5, group_max=20))
    found = {people: ids(client, people=people) for people in (4, 5, 20, 21)}
    assert found == {4: [], 5: [departure.id], 20: [departure.id], 21: []}


def test_days_are_those_of_shanghai(client: FlaskClient, stopped: Clock) -> None:
    del stopped
    # Half past midnight on the third, in Shanghai: still the second in UTC.
    departure = create_departure(in_hours=30.5)
    assert departure.starts_at == dt.datetime(2026, 12, 2, 8, 30, tzinfo=dt.UTC)
    midnight = create_departure(in_hours=(16 - 2) + 24 + 0.5)
    assert midnight.starts_at.astimezone(SHANGHAI).date() == dt.date(2026, 12, 3)
    assert ids(client, **{"from": "2026-12-03"}) == [midnight.id]
    assert ids(client, until="2026-12-02") == [departure.id]
    assert ids(client, **{"from": "2026-12-02", "until": "2026-12-03"}) == [
        departure.id,
        midnight.id,
    ]
    assert ids(client, **{"from": "2026-12-04", "until": "2026-12-01"}) == []
    assert ids(client, **{"from": "2000-01-01", "until": "2099-12-31"}) == [
        departure.id,
        midnight.id,
    ]


@pytest.mark.parametrize(
    "query",
    [
        *({"from": "2026-13-01"}, {"from": "0001-01-01"}, {"until": "9999-12-31"}),
        *({"until": "2026-12-1"}, {"people": 0}, {"people": 1_001}, {"people": "２"}),
        *({"route": "../x"}, {"cursor": "x"}, {"track": "$ne"}, {"from": ""}, {"state": "open"}),
    ],
)
def test_bad_filters_are_refused(client: FlaskClient, query: dict[str, Any]) -> None:
    answer = client.get(LIST, query_string=query)
    assert answer.status_code == 400


def test_how_a_departure_stands(client: FlaskClient, stopped: Clock) -> None:
    departure = create_departure(in_hours=72, capacity=5)

    def stands() -> tuple[str, int, int]:
        found = get(client, f"{LIST}/{departure.id}")
        listed = get(client, LIST)["items"][0]
        assert {name: found[name] for name in listed} == listed
        return found["availability"], found["seats_left"], found["waiting"]

    assert stands() == ("bookable", 5, 0)
    fill(departure, 4)
    assert stands() == ("bookable", 1, 0)
    queue(departure, 1)
    fill(departure, 1)
    assert stands() == ("waitlist_only", 0, 1)
    queue(departure, QUEUE_MAX)
    assert stands() == ("full", 0, QUEUE_MAX)
    queue(departure, 0)
    # A day's lead: it closes two days from now, to the minute.
    stopped.set(NOW + 48 * HOUR - dt.timedelta(seconds=1))
    assert stands()[0] == "waitlist_only"
    stopped.set(NOW + 48 * HOUR)
    assert stands()[0] == "closed"
    stopped.set(NOW + 72 * HOUR)
    assert ids(client) == []


def test_nobody_waits_where_no_offer_would_come(client: FlaskClient, stopped: Clock) -> None:
    departure = create_departure(in_hours=48, terms=terms(lead_days=0, cancel_hours=24))
    fill(departure)
    assert get(client, LIST)["items"][0]["availability"] == "waitlist_only"
    stopped.set(NOW + 24 * HOUR)
    assert get(client, LIST)["items"][0]["availability"] == "full"


def test_a_departure_whole(client: FlaskClient, documented: Documented, stopped: Clock) -> None:
    del stopped
    departure = create_departure(
        terms=terms(confirmation=Confirmation.STAFF), provisional=True, demo=True
    )
    for language, title, said in (("zh-CN", "演示线路", "可预约"), ("en", "Demo", "Seats left")):
        found = get(client, f"{LIST}/{departure.id}", lang=language)
        assert documented.faults(found, "Departure") == []
        assert found["title"].startswith(title)
        assert found["availability_label"] == said
        assert found["provisional"]
        assert found["demo"]
        assert found["terms"]["confirmation"] == "staff"
        assert found["terms"]["confirmation_label"]
        assert found["stops"][0]["arrives_at"] == found["starts_at"]
        assert found["meeting"]["title"] in ("正门", "Main gate")
        assert ("2 小时" if language == "zh-CN" else "2 hours") in found["waitlist_rule"].replace(
            "2小时", "2 小时"
        )


def test_what_has_no_english_is_in_chinese(client: FlaskClient) -> None:
    departure = create_departure(title=Words(zh="只有中文"), meeting=None, slug=None, route=None)
    found = get(client, f"{LIST}/{departure.id}", lang="en")
    assert (found["title"], found["meeting"], found["slug"]) == ("只有中文", None, None)


def test_a_cancelled_departure_says_so(client: FlaskClient) -> None:
    departure = create_departure(state=DepartureState.CANCELLED, reason="内部原因")
    answer = client.get(f"{LIST}/{departure.id}")
    found = answer.get_json()
    assert (found["state"], found["availability"]) == ("cancelled", "closed")
    assert "内部原因" not in answer.text


def test_nothing_is_told_of_who_comes(client: FlaskClient) -> None:
    departure = create_departure(guide="guide-1", vehicle="vehicle-1", note="内部备注")
    fill(departure, 3)
    queue(departure, 2)
    month = f"{departure.starts_at.astimezone(SHANGHAI):%Y-%m}"
    for path in (LIST, f"{LIST}/{departure.id}", f"{LIST}/calendar?month={month}"):
        answer = client.get(path)
        for secret in ("somebody", "guide-1", "vehicle-1", "内部备注", "holds", "queue", "booking"):
            assert f'"{secret}' not in answer.text, (path, secret)


def test_the_month_day_by_day(client: FlaskClient, documented: Documented, stopped: Clock) -> None:
    del stopped
    first = create_departure(in_hours=24, slug="route-a", title=Words(zh="甲", en="A"))
    second = create_departure(in_hours=26, slug="route-b", title=Words(zh="乙", en="B"), capacity=2)
    third = create_departure(in_hours=72, slug="route-a", title=Words(zh="甲", en="A"))
    create_departure(in_hours=24 * 31, slug="route-a")
    fill(second)
    found = get(client, f"{LIST}/calendar", month="2026-12")
    assert documented.faults(found, "Calendar") == []
    assert found["month"] == "2026-12"
    assert found["routes"] == [
        {"slug": "route-a", "title": "甲"},
        {"slug": "route-b", "title": "乙"},
    ]
    days = {day["day"]: day["departures"] for day in found["days"]}
    assert {day: [one["id"] for one in listed] for day, listed in days.items()} == {
        "2026-12-02": [first.id, second.id],
        "2026-12-04": [third.id],
    }
    full = days["2026-12-02"][1]
    assert (full["seats_left"], full["availability"]) == (0, "waitlist_only")
    assert get(client, f"{LIST}/calendar", month="2026-12", lang="en")["routes"][0]["title"] == "A"
    own = get(client, f"{LIST}/calendar", month="2026-12", route="route-b")
    assert [day["day"] for day in own["days"]] == ["2026-12-02"]
    assert [len(day["departures"]) for day in own["days"]] == [1]


def test_the_edges_of_a_month_are_those_of_shanghai(client: FlaskClient, stopped: Clock) -> None:
    del stopped
    last = create_departure(in_hours=24 * 31 - 10 - 0.5)  # half past eleven at night
    first = create_departure(in_hours=24 * 31 - 10)  # midnight
    found = {
        month: [
            one["id"]
            for day in get(client, f"{LIST}/calendar", month=month)["days"]
            for one in day["departures"]
        ]
        for month in ("2026-11", "2026-12", "2027-01", "2000-01", "2099-12")
    }
    assert found == {
        "2026-11": [],
        "2026-12": [last.id],
        "2027-01": [first.id],
        "2000-01": [],
        "2099-12": [],
    }


@pytest.mark.parametrize(
    "month", ["", "2026", "2026-00", "2026-13", "1999-12", "2026-1", "２０２６-12"]
)
def test_what_is_no_month_is_refused(client: FlaskClient, month: str) -> None:
    assert client.get(f"{LIST}/calendar", query_string={"month": month}).status_code == 400
    assert client.get(f"{LIST}/calendar").status_code == 400


def test_when_a_route_can_be_visited(client: FlaskClient, documented: Documented) -> None:
    route, draft = create_live(Kind.ROUTES), create(Kind.ROUTES)
    own = [create_departure(in_hours=hours, route=route.id) for hours in (30, 60, 90)]
    create_departure(route=draft.id)
    for name in (route.id, route.slug):
        found = get(client, f"{API}/routes/{name}/departures", limit=2)
        assert documented.faults(found, "DeparturePage") == []
        assert [one["id"] for one in found["items"]] == [one.id for one in own[:2]]
        rest = get(client, f"{API}/routes/{name}/departures", cursor=found["next_cursor"])
        assert [one["id"] for one in rest["items"]] == [own[2].id]
    for name in (draft.id, "absent"):
        assert client.get(f"{API}/routes/{name}/departures").status_code == 404
