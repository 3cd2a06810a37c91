"""Two members of staff who arrange the same day at the same moment: no collision is accepted."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from models.calendar import ResourceDay
from models.departures import Departure, DepartureState
from tests.arranging import (
    collisions,
    create_guide,
    create_route,
    create_site,
    create_vehicle,
    monday,
)
from tests.faults.harness import by_form

PROJECT = Path(__file__).resolve().parents[2]
STAFF = 2
ATTEMPTS = by_form(100, 2_000)
EXPECTED = {
    *("created", "moved", "cancelled", "nothing there"),
    # Refused: it collides, or somebody else was faster.
    *("resource_conflict", "stale_revision", "wrong_state"),
}


def arrange(environ: Mapping[str, str], seed: str, *resources: str) -> Counter[str]:
    """Run a member of staff to the end."""
    argv = [sys.executable, "-m", "tests.faults.arranger", seed, str(ATTEMPTS)]
    run = subprocess.run(
        [*argv, monday().isoformat(), *resources],
        cwd=PROJECT,
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=by_form(300, 3_000),
        check=False,
    )
    assert run.returncode == 0, run.stderr[-3_000:]
    return Counter(json.loads(run.stdout))


@pytest.mark.usefixtures("database")
def test_two_hundred_at_once_and_not_one_collision_is_accepted(environ: dict[str, str]) -> None:
    narrow = create_site(capacity={"groups": 1, "margin_minutes": 15})
    wide = create_site(capacity={"groups": 4, "people": 60, "margin_minutes": 5})
    routes = [
        create_route([narrow, wide]).id,
        create_route([wide, create_site()], dwell=45).id,
        create_route([create_site(), wide], travel=25).id,
    ]
    guides, vehicles = ([make() for _ in range(2)] for make in (create_guide, create_vehicle))
    resources = [",".join(one) for one in (routes, guides, vehicles)]

    with ThreadPoolExecutor(STAFF) as pool:
        seeds = [f"staff-{number}" for number in range(STAFF)]
        done = list(pool.map(lambda seed: arrange(environ, seed, *resources), seeds))

    total = sum(done, Counter())
    assert total.keys() <= EXPECTED
    assert sum(total.values()) == STAFF * ATTEMPTS
    assert total["created"] > 5
    assert total["resource_conflict"] > 20
    assert collisions() == []
    # What the days of the resources say is what the departures take, no more and no less.
    spans = {span.departure for day in ResourceDay.objects for span in day.spans}
    assert spans == {one.id for one in Departure.objects(state=DepartureState.OPEN)}
