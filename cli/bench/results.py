"""From samples to rows: medians, ratios with their spread, goals, verdicts."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any

from cli.bench.load import Sample

# Below so many database operations a request, an answer came from memory.
FROM_MEMORY = 0.5
# The share of failed answers in a round beyond which its speed says nothing.
FAILURES_MAX = 0.001


@dataclass(frozen=True)
class Goal:
    """What a figure must reach: at least, or at most, a limit."""

    limit: float
    at_least: bool

    def met_by(self, value: float) -> bool:
        """Tell whether a value reaches the goal."""
        return value >= self.limit if self.at_least else value <= self.limit

    def share(self, value: float) -> float:
        """Return how much of the goal a value reaches: 1 just meets it, 2 is twice as good."""
        better, worse = (value, self.limit) if self.at_least else (self.limit, value)
        return better / worse if worse else math.inf

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:g}"


def at_least(limit: float) -> Goal:
    """Return the goal of a figure that should be large."""
    return Goal(limit, at_least=True)


def at_most(limit: float) -> Goal:
    """Return the goal of a figure that should be small."""
    return Goal(limit, at_least=False)


@dataclass(frozen=True)
class Row:
    """One line of the result. `figure` is what the goal is about; `unit` is of `ours` and `other`.

    `spread` is the smallest and the largest figure of a single round. `cpu_figure` is the same
    comparison by processor time for a request: it decides when the spread holds the goal,
    because noise of the machine moves it less. It is the server's, and in cold rows the
    database's too: who leaves the work to the database has not saved it.
    `database_operations` are ours for a request: they tell what came from memory. What is
    `spoiled` by failed answers reaches no goal.
    """

    group: str
    title: str
    unit: str
    ours: float
    figure: float
    other: float | None = None
    spread: tuple[float, float] | None = None
    cpu_figure: float | None = None
    database_operations: float | None = None
    goal: Goal | None = None
    note: str = ""
    spoiled: bool = False
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def decided_by(self) -> str | None:
        """Return what the verdict rests on: `figure`, `cpu`; None without a goal."""
        if self.goal is None:
            return None
        straddles = self.spread is not None and (
            self.goal.met_by(self.spread[0]) != self.goal.met_by(self.spread[1])
        )
        return "cpu" if straddles and self.cpu_figure is not None else "figure"

    @property
    def passed(self) -> bool | None:
        """Tell whether the goal is reached; None without one."""
        if self.goal is None:
            return None
        if self.spoiled:
            return False
        if self.decided_by == "cpu" and self.cpu_figure is not None:
            return self.goal.met_by(self.cpu_figure)
        return self.goal.met_by(self.figure)

    def as_json(self) -> dict[str, Any]:
        """Return the row as it stands in bench.json."""
        goal = self.goal and {("at_least" if self.goal.at_least else "at_most"): self.goal.limit}
        return {**asdict(self), "goal": goal, "passed": self.passed, "decided_by": self.decided_by}


def throughput(
    group: str,
    title: str,
    ours: Sequence[Sample],
    peer: Sequence[Sample],
    *,
    goal: Goal | None = None,
    cold: bool = False,
) -> Row:
    """Return our requests per second as a share of the peer's. Samples are paired by round.

    A row that should be `cold` and was answered from memory has no goal and says so.
    """
    return _row(group, title, ours, peer, _times, goal, cold)


def cost(
    group: str,
    title: str,
    ours: Sequence[Sample],
    base: Sequence[Sample],
    *,
    goal: Goal | None = None,
) -> Row:
    """Return how many times the base's time a request takes. Both are cold."""
    return _row(group, title, ours, base, _inverse, goal, cold=True)


def _row(
    group: str,
    title: str,
    ours: Sequence[Sample],
    other: Sequence[Sample],
    compare: Callable[[float, float], float],
    goal: Goal | None,
    cold: bool,
) -> Row:
    paired = [compare(a.rate, b.rate) for a, b in zip(ours, other, strict=True)]
    our_rate, other_rate = (median(sample.rate for sample in one) for one in (ours, other))
    notes = [
        f"{failed} of {sum(sample.requests for sample in side)} answers{whose} failed"
        for side, whose in ((ours, ""), (other, " of the other"))
        if (failed := sum(sample.failures for sample in side))
    ]
    if any(not sample.requests for sample in (*ours, *other)):
        notes.append("a round without an answer")
    operations = median(sample.database_operations for sample in ours)
    from_memory = cold and operations < FROM_MEMORY
    if from_memory:
        notes.append("not cold: answered from memory")
    return Row(
        group=group,
        title=title,
        unit="/s",
        ours=our_rate,
        other=other_rate,
        figure=compare(our_rate, other_rate),
        spread=(min(paired), max(paired)),
        cpu_figure=_cpu_figure(ours, other, compare, cold),
        database_operations=operations,
        goal=None if from_memory else goal,
        note=", ".join(notes),
        spoiled=any(map(_is_spoiled, (*ours, *other))),
        details={
            "ours": [asdict(sample) for sample in ours],
            "other": [asdict(sample) for sample in other],
        },
    )


def _cpu_figure(
    ours: Sequence[Sample],
    other: Sequence[Sample],
    compare: Callable[[float, float], float],
    cold: bool,
) -> float | None:
    our_ms, other_ms = (
        median(one.server_cpu_ms + (one.database_cpu_ms if cold else 0) for one in side)
        for side in (ours, other)
    )
    if not our_ms or not other_ms:
        return None  # too short for the kernel's clock
    return compare(1 / our_ms, 1 / other_ms)


def _times(rate: float, other: float) -> float:
    return rate / other if other else math.inf


def _inverse(rate: float, other: float) -> float:
    return _times(other, rate)


def _is_spoiled(sample: Sample) -> bool:
    return not sample.requests or sample.failures > FAILURES_MAX * sample.requests
