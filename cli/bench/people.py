"""People: what a token check and a sign-in cost beside an anonymous read that is computed."""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from statistics import median

from cli.bench import accounts, contests, paths
from cli.bench.accounts import ME, STAFF_SESSION, People
from cli.bench.contests import Bench
from cli.bench.load import Side
from cli.bench.results import Row, throughput
from cli.bench.store import Dataset, Store
from services.staff import passwords

# Of each sort in a round.
SIGN_INS = 20
READ_TITLE = "cold list"


class Step(StrEnum):
    """What is timed; WeChat's answer and the hash are what a sign-in waits for."""

    READ = "read"
    VISITOR = "visitor"
    WECHAT = "wechat"
    STAFF = "staff"
    HASH = "hash"


Medians = dict[Step, float]


@dataclass(frozen=True)
class Timing:
    """One step: in which round, what, how long."""

    turn: int
    step: Step
    ms: float


def run(bench: Bench, store: Store, dataset: Dataset) -> list[Row]:
    """Return the rows of a data set whose list is the anonymous read."""
    with accounts.present(store, store.place(dataset)) as people:
        return measure(bench, people)


def measure(bench: Bench, people: People) -> list[Row]:
    """Return the rows of people who are there."""
    rows = _token_rows(bench, people)
    _round(people, 0)  # does not count: the visitors get their accounts
    timings: list[Timing] = []
    for turn in range(1, bench.plan.rounds + 1):
        timings += _round(people, turn)
        bench.say(f"  sign-ins, round {turn}: {_said(timings, turn)}")
    return [*rows, *sign_in_rows(timings)]


def sign_in_rows(timings: Sequence[Timing]) -> list[Row]:
    """Return how many anonymous reads a sign-in takes, whole and without what it waits for."""
    return [
        _row(f"sign-in with WeChat ÷ {READ_TITLE}", timings, Step.VISITOR),
        _row("  without WeChat's answer", timings, Step.VISITOR, Step.WECHAT),
        _row(f"sign-in by password ÷ {READ_TITLE}", timings, Step.STAFF),
        _row("  without the hash (Argon2)", timings, Step.STAFF, Step.HASH),
    ]


def _token_rows(bench: Bench, people: People) -> list[Row]:
    sides = [
        Side("visitor", people.server, [ME], people.visitor_headers()),
        Side("staff", people.server, [STAFF_SESSION], people.staff_headers()),
        Side("list", people.server, [paths.PROJECTS]),
    ]
    taken = contests.run(bench, "token checks", sides)
    titles = {"visitor": "visitor's profile by token", "staff": "staff's session by cookie"}
    return [
        throughput("people", f"{title} ÷ {READ_TITLE}", taken[name], taken["list"], cold=True)
        for name, title in titles.items()
    ]


def _round(people: People, turn: int) -> list[Timing]:
    """Take each step over one connection, one at a time; which is first takes turns."""
    codes, others = people.codes(SIGN_INS), people.codes(SIGN_INS)
    found = []
    with closing(people.connect()) as product, closing(people.connect_wechat()) as wechat:
        for number, (code, other) in enumerate(zip(codes, others, strict=True)):
            steps: list[tuple[Step, Callable[[], object]]] = [
                (Step.READ, partial(accounts.expect, 200, product, "GET", paths.PROJECTS)),
                (Step.VISITOR, partial(people.sign_in_visitor, product, code)),
                (Step.WECHAT, partial(people.ask_wechat, wechat, other)),
                (Step.STAFF, partial(people.sign_in_staff, product)),
                # Of nobody's password: it takes as long, and is right for none.
                (Step.HASH, partial(passwords.matches, None, people.password)),
            ]
            first = number % len(steps)
            for step, take in (*steps[first:], *steps[:first]):
                began = time.perf_counter()
                take()
                found.append(Timing(turn, step, (time.perf_counter() - began) * 1e3))
    return found


def _row(title: str, timings: Sequence[Timing], step: Step, without: Step | None = None) -> Row:
    whole = _medians(timings)
    rounds = [
        _medians([one for one in timings if one.turn == turn])
        for turn in sorted({one.turn for one in timings})
    ]
    ratios = [_own_ms(one, step, without) / one[Step.READ] for one in rounds]
    ours = _own_ms(whole, step, without)
    return Row(
        group="people",
        title=title,
        unit="ms",
        ours=ours,
        other=whole[Step.READ],
        figure=ours / whole[Step.READ],
        spread=(min(ratios), max(ratios)),
        details={"rounds_ms": [{step.value: ms for step, ms in one.items()} for one in rounds]},
    )


def _own_ms(medians: Medians, step: Step, without: Step | None) -> float:
    return medians[step] - (medians[without] if without else 0)


def _medians(timings: Sequence[Timing]) -> Medians:
    return {step: median(one.ms for one in timings if one.step is step) for step in Step}


def _said(timings: Sequence[Timing], turn: int) -> str:
    medians = _medians([one for one in timings if one.turn == turn])
    return ", ".join(f"{step} {taken:.1f} ms" for step, taken in medians.items())
