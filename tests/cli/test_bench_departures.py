"""The month that the calendar is measured on is one that the product answers."""

from flask.testing import FlaskClient

from cli.bench import departures
from core import db
from core.settings import Settings


def test_a_month_of_twenty_routes_is_answered_whole(
    client: FlaskClient, settings: Settings
) -> None:
    for _ in range(2):  # the month of before is replaced
        path = departures.fill(db.client(), settings.mongodb_database)
    found = client.get(path).get_json()
    assert len(found["routes"]) == departures.ROUTES
    assert len(found["days"]) >= 28
    assert {len(day["departures"]) for day in found["days"]} == {departures.ROUTES}
    standings = {one["availability"] for one in found["days"][-1]["departures"]}
    assert "bookable" in standings
