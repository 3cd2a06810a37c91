"""Booking: what the one conditional update of the seats is worth beside a transaction."""

import subprocess
import sys
from collections import defaultdict
from statistics import median

import orjson

from cli.bench.contests import Bench
from cli.bench.load import BenchError
from cli.bench.results import Row, at_least
from cli.bench.servers import PROJECT, Place

GOAL = at_least(3)
TITLE = "seats held ÷ a two-document transaction, 64 threads"


def run(bench: Bench, place: Place) -> list[Row]:
    """Return the row of the seat step; raise `BenchError` when it cannot be measured."""
    plan = bench.plan
    arguments = [str(plan.rounds), str(plan.seconds)]
    done = subprocess.run(
        [sys.executable, "-m", "cli.bench.booking_sides", *arguments],
        env=place.environment(),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        message = f"booking: {done.stderr.strip().splitlines()[-1:]}"
        raise BenchError(message)
    rates: dict[str, list[float]] = defaultdict(list)
    for line in done.stdout.splitlines():
        told = orjson.loads(line)
        rates[told["side"]].append(told["rate"])
        bench.say(f"  {told['side']}, round {told['round'] + 1}: {told['rate']:.0f}/s")
    return [row(rates["hold"], rates["transaction"])]


def row(held: list[float], transacted: list[float]) -> Row:
    """Return the comparison of two series that were measured in turn."""
    ratios = [one / other for one, other in zip(held, transacted, strict=True)]
    return Row(
        group="booking",
        title=TITLE,
        unit="/s",
        ours=median(held),
        other=median(transacted),
        figure=median(ratios),
        spread=(min(ratios), max(ratios)),
        goal=GOAL,
        note="one departure at a time, the seat step alone",
    )
