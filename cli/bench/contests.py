"""Taking turns: every side once a round, so that a slow minute of the machine hits all alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from cli.bench.load import Database, Plan, Sample, Side, check, measure, warm_up

Say = Callable[[str], None]
Samples = dict[str, list[Sample]]
Pair = tuple[list[Sample], list[Sample]]


@dataclass(frozen=True)
class Bench:
    """What every scenario works with."""

    plan: Plan
    database: Database
    say: Say


def run(bench: Bench, title: str, sides: Sequence[Side]) -> Samples:
    """Return the samples of each side by its name, one a round: A B C, A B C and so on.

    Each side is loaded once before, which does not count, and must answer as expected before
    and after. Errors as in `load.check` and `load.measure`.
    """
    samples: Samples = {side.name: [] for side in sides}
    with TemporaryDirectory(prefix="bench-") as made:
        folder = Path(made)
        for side in sides:
            check(side)
            warm_up(side, bench.plan, bench.database, folder)
        for turn in range(bench.plan.rounds):
            for side in sides:
                taken = measure(side, bench.plan, bench.database, folder, turn + 1)
                samples[side.name].append(taken)
            rates = ", ".join(f"{side.name} {samples[side.name][-1].rate:,.0f}/s" for side in sides)
            bench.say(f"  {title}, round {turn + 1}: {rates}")
        for side in sides:
            check(side)
    return samples
