"""Every question about departures goes through an index, and costs what it answers."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.clock import SHANGHAI, now
from core.ids import new_id
from models.departures import Departure
from models.enums import Kind
from rest import paging
from tests.api.profiling import Read, profiled
from tests.api.surface import API
from tests.factories import create_live
from tests.visiting import create_departure

ROUTES, COUNT = 20, 1_000
LIMIT = 20
# One for the cursor's own key, one more to know whether there is a next page.
PAGE_COST = LIMIT + 2
HOURS = dt.timedelta(hours=1)


def rows(first: dt.datetime) -> Iterator[dict[str, Any]]:
    """Yield departures of many routes, an hour apart, half of them past or not for everybody."""
    made = create_departure(in_hours=1_000)
    row = Departure._get_collection().find_one({"_id": made.id})
    assert row is not None
    made.delete()
    for number in range(COUNT):
        route = number % ROUTES
        for state, audience, shift in (
            ("open", "open", 0),
            ("open", "open", -COUNT),
            ("cancelled", "open", 0),
            ("open", "private", 0),
        ):
            starts_at = first + (number + shift) * HOURS
            yield {
                **row,
                "_id": new_id(),
                "state": state,
                "audience": audience,
                "route": f"route-{route}",
                "slug": f"route-{route}",
                "tracks": [f"track-{number % 7}"],
                "day": starts_at.astimezone(SHANGHAI).date().isoformat(),
                "starts_at": starts_at,
                "ends_at": starts_at + HOURS,
                "updated_at": starts_at,
            }


@pytest.fixture
def first() -> dt.datetime:
    """The start of the first one that is to come."""
    start = now().replace(minute=0, second=0, microsecond=0) + 2 * HOURS
    Departure._get_collection().insert_many(rows(start))
    return start


def read(client: FlaskClient, path: str, **query: Any) -> list[Read]:
    """Return how a request read departures, after the question for their last change."""

    def request() -> None:
        answer = client.get(f"{API}/{path}", query_string=query)
        assert answer.status_code == 200, answer.text

    version, *reads = (one for one in profiled(request) if one.collection == "departures")
    assert version.documents <= 1
    assert reads
    for one in (version, *reads):
        assert "COLLSCAN" not in one.stages, (path, one)
        assert "SORT" not in one.stages, (path, query, one)
    return reads


@pytest.mark.parametrize("query", [{}, {"route": "route-3"}, {"track": "track-3"}])
@pytest.mark.parametrize("deep", [False, True])
def test_a_page_costs_the_same_at_any_depth(
    app: Flask, client: FlaskClient, first: dt.datetime, query: dict[str, str], deep: bool
) -> None:
    if deep:
        with app.app_context():
            cursor = paging.encode_moment((first + 600 * HOURS, ""))
        assert cursor is not None
        query = {**query, "cursor": cursor}
    (listed,) = read(client, "departures", **query)
    assert listed.returned > 0
    assert listed.keys <= PAGE_COST + 1
    assert listed.documents <= PAGE_COST


def test_days_bound_what_is_read(client: FlaskClient, first: dt.datetime) -> None:
    day = (first + 500 * HOURS).astimezone(SHANGHAI).date().isoformat()
    (listed,) = read(client, "departures", **{"from": day, "until": day})
    assert listed.documents <= PAGE_COST


def test_one_is_read_by_its_id(client: FlaskClient, first: dt.datetime) -> None:
    row = Departure.objects(starts_at=first, state="open", audience="open").first()
    (found,) = read(client, f"departures/{row.id}")
    assert found.documents == 1


def test_a_month_reads_what_it_shows(client: FlaskClient, first: dt.datetime) -> None:
    month = f"{(first + 24 * 10 * HOURS).astimezone(SHANGHAI):%Y-%m}"
    (whole,) = read(client, "departures/calendar", month=month)
    assert 0 < whole.returned <= 31 * 24
    assert whole.documents == whole.returned
    (own,) = read(client, "departures/calendar", month=month, route="route-3")
    assert own.documents == own.returned <= 31 * 24 // ROUTES + 1


def test_departures_of_a_route_are_read_by_its_index(
    client: FlaskClient, first: dt.datetime
) -> None:
    route = create_live(Kind.ROUTES)
    Departure.objects(route="route-3").update(set__route=route.id)
    (listed,) = read(client, f"routes/{route.slug}/departures")
    assert listed.returned > 0
    assert listed.documents <= PAGE_COST
