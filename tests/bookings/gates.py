"""Sites whose gates ask something of a group, and departures that go through them."""

import datetime as dt
from typing import Any

from models.departures import Departure, PlannedStop, Words
from models.enums import Kind
from models.sites import GateNeed
from tests.factories import create_live
from tests.visiting import create_departure

NAMES, PLATES = GateNeed.NAMES, GateNeed.PLATES


def gate(*needs: GateNeed) -> str:
    """Publish a site whose gate asks for these; return its id."""
    return str(create_live(Kind.SITES, gate_needs=[need.value for need in needs]).id)


def through(*sites: str, **changes: Any) -> Departure:
    """Write a departure that stops at sites, ten minutes at each."""
    departure = create_departure(**changes)
    stay = dt.timedelta(minutes=10)
    departure.stops = [
        PlannedStop(
            key=f"stop-{number}",
            site=site,
            title=Words(zh="演示点位"),
            arrives_at=departure.starts_at + stay * (number - 1),
            leaves_at=departure.starts_at + stay * number,
        )
        for number, site in enumerate(sites, 1)
    ]
    departure.save()
    return departure
