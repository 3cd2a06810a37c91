"""What gates need, as the public reads it: of departures, and of the sites themselves."""

from flask.testing import FlaskClient

from tests.api.documented import Documented
from tests.api.surface import API
from tests.api.test_departures import LIST, get
from tests.bookings.gates import NAMES, PLATES, gate, through


def test_what_gates_need_is_told_before_anybody_books(client: FlaskClient) -> None:
    documented = Documented(client.get(f"{API}/swagger.json").get_json())
    rides, drives = through(gate(NAMES, PLATES), vehicle="v", in_hours=90), through(gate(PLATES))
    listed = get(client, LIST)["items"]
    assert [one["gate_needs"] for one in listed] == [["names"], ["plates"]]
    for departure, needs in ((rides, ["names"]), (drives, ["plates"])):
        found = get(client, f"{LIST}/{departure.id}")
        assert found["gate_needs"] == needs
        assert "vehicle" not in found
        assert documented.faults(found, "Departure") == []
    of_route = get(client, LIST, route="route-1")["items"]
    assert len(of_route) == 2
    site = get(client, f"{API}/sites/{rides.stops[0].site}")
    assert site["gate_needs"] == ["names", "plates"]
