"""A program that is a member of staff in a hurry: it creates, moves and cancels departures.

Called with a seed, how many attempts to make, a day, and the ids of routes, guides and vehicles as
comma-separated lists. Prints how often each thing happened, as JSON.
"""

import datetime as dt
import json
import random
import sys
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import application
from core import db
from core.errors import AppError
from core.settings import load
from models.departures import Departure, DepartureState
from services import departure_changes, departures, plans
from services.occupancy import at
from tests.factories import ACTOR

THREADS = 4


def main(
    seed: str,
    attempts: int,
    day: dt.date,
    routes: Sequence[str],
    guides: Sequence[str],
    vehicles: Sequence[str],
) -> None:
    """Make so many attempts, several at a time."""
    application.wire(load())
    db.ping()
    opening = at(day, "09:00")

    def attempt(number: int) -> str:
        draw = random.Random(f"{seed}:{number}")  # noqa: S311 - no secret
        starts_at = opening + dt.timedelta(minutes=draw.randrange(0, 8 * 60, 5))
        guide, vehicle = draw.choice([*guides, *guides, None]), draw.choice([*vehicles, None])
        kind = draw.choice(("create",) * 6 + ("move", "move", "cancel"))
        try:
            if kind == "create":
                plan = plans.from_route(draw.choice(routes), starts_at=starts_at)
                made = departures.build(
                    plan, capacity=draw.randrange(5, 21), guide=guide, vehicle=vehicle
                )
                departures.create(ACTOR, made)
                return "created"
            known = list(Departure.objects(state=DepartureState.OPEN).order_by("id"))
            if not known:
                return "nothing there"
            one = draw.choice(known)
            if kind == "cancel":
                departures.cancel(ACTOR, one.id, reason="测试")
                return "cancelled"
            changes = {"starts_at": starts_at, "guide": guide, "vehicle": vehicle}
            departure_changes.change(ACTOR, one.id, changes, revision=one.revision)
        except AppError as refused:
            return refused.code
        return "moved"

    with ThreadPoolExecutor(THREADS) as pool:
        print(json.dumps(Counter(pool.map(attempt, range(attempts)))), flush=True)


if __name__ == "__main__":
    main(
        sys.argv[1],
        int(sys.argv[2]),
        dt.date.fromisoformat(sys.argv[3]),
        *(argument.split(",") for argument in sys.argv[4:7]),
    )
