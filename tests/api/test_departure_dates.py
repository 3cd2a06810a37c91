"""The date of what is told of departures."""

from flask.testing import FlaskClient

from core.clock import now
from core.ids import new_id
from services import seats
from tests.api.surface import API
from tests.clocks import Clock
from tests.visiting import create_departure

LIST = f"{API}/departures"


def test_its_date_is_the_minute_or_the_last_change(client: FlaskClient, clock: Clock) -> None:
    departure = create_departure(in_hours=300)
    path = f"{LIST}/{departure.id}"
    clock.advance(minutes=5)
    first = client.get(path)
    date = first.headers["Last-Modified"]
    assert first.last_modified == now().replace(second=0, microsecond=0)
    assert client.get(path, headers={"If-Modified-Since": date}).status_code == 304
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    seats.hold(departure.id, new_id(), 1, visitor="somebody")
    again = client.get(path, headers={"If-Modified-Since": date})
    assert again.get_json()["seats_left"] == 9
    fresh = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert fresh.status_code == 200
    # A second change may come within the second: a date of just now matches nothing yet.
    date = again.headers["Last-Modified"]
    assert client.get(path, headers={"If-Modified-Since": date}).status_code == 200
    clock.advance(minutes=1)
    assert client.get(path, headers={"If-Modified-Since": date}).status_code == 200
