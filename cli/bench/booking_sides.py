"""The seat step and what it is measured against, as a process: `python -m cli.bench.booking_sides`.

Takes the rounds and the seconds of each; prints a line of JSON for each side of each round. Both
sides are called by as many threads, and take seats of the same departure at the same moment.
"""

import datetime as dt
import itertools
import sys
import threading
import time
from collections.abc import Callable, Iterator

import orjson
from pymongo.client_session import ClientSession

from core import db
from core.clock import now
from core.ids import new_id
from core.settings import load
from models.bookings import Booking
from models.departures import CAPACITY_MAX, HOLDS_MAX, Departure, DepartureState
from services import seats

THREADS = 64
# Departures are changed before one has all the groups that it takes.
EACH = HOLDS_MAX - 2 * THREADS
DEPARTURES = 200

Step = Callable[[str], None]


def hold(departure: str) -> None:
    """Hold a seat as the product does."""
    until = now() + dt.timedelta(seconds=30)
    seats.hold(departure, new_id(), 1, visitor="bench", before=until)


def transact(departure: str) -> None:
    """Count a seat and write its booking, two documents in one transaction."""

    def work(session: ClientSession) -> None:
        room = {"_id": departure, "held": {"$lt": CAPACITY_MAX}}
        Departure._get_collection().update_one(room, {"$inc": {"held": 1}}, session=session)
        row = {"_id": new_id(), "departure": departure, "party": 1}
        Booking._get_collection().insert_one(row, session=session)

    db.transaction(work)


SIDES: dict[str, Step] = {"hold": hold, "transaction": transact}


def measure(step: Step, seconds: float) -> float:
    """Return how many steps a second all threads together make."""
    departures = _departures()
    turns, until = itertools.count(), time.monotonic() + seconds
    done = [0] * THREADS

    def run(number: int) -> None:
        while time.monotonic() < until:
            step(departures[next(turns) // EACH])
            done[number] += 1

    began = time.monotonic()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - began)


def samples(rounds: int, seconds: float) -> Iterator[tuple[int, str, float]]:
    """Yield (round, side, steps a second); which side is first takes turns."""
    for turn in range(rounds):
        names = list(SIDES)
        for name in names if turn % 2 else reversed(names):
            yield turn, name, measure(SIDES[name], seconds)


def _departures() -> list[str]:
    """Write fresh departures with seats alone; return their ids."""
    for document in (Departure, Booking):
        document._get_collection().drop()
    fields = {"state": DepartureState.OPEN.value, "capacity": CAPACITY_MAX, "held": 0}
    rows = [{"_id": new_id(), **fields, "holds": [], "queue": []} for _ in range(DEPARTURES)]
    Departure._get_collection().insert_many(rows)
    Booking._get_collection().insert_one({"_id": new_id()})
    return [str(row["_id"]) for row in rows]


def main() -> None:
    """Measure, then leave nothing behind."""
    db.configure(load())
    rounds, seconds = int(sys.argv[1]), float(sys.argv[2])
    for turn, name, rate in samples(rounds, seconds):
        line = orjson.dumps({"round": turn, "side": name, "rate": rate})
        sys.stdout.write(line.decode() + "\n")
        sys.stdout.flush()
    db.client().drop_database(db.database().name)


if __name__ == "__main__":
    main()
