"""Arithmetic of `scripts/bench`: ratios, their spread, goals, verdicts."""

import math

import orjson
import pytest

from cli.bench.paths import Query
from cli.bench.results import Row, at_least, at_most, cost, throughput
from cli.bench.search import RARE, Timing, growth_rows, scan_row
from tests.cli.bench_harness import sample

OURS = [sample(100), sample(400, 2.0), sample(300)]  # 100/s, 200/s, 300/s
PEER = [sample(100), sample(100), sample(150)]


def plain(**changes: object) -> Row:
    """Return a row that makes nothing of most columns."""
    given = {"ours": 1.0, "figure": 1.0, **changes}
    return Row("group", "title", "/s", **given)  # type: ignore[arg-type]


def test_throughput_is_the_ratio_of_medians_and_its_spread_that_of_rounds() -> None:
    row = throughput("hot", "list", OURS, PEER, goal=at_least(1.5))
    assert (row.ours, row.other, row.figure) == (200, 100, 2)
    assert row.spread == (1.0, 2.0)
    assert [one["requests"] for one in row.details["ours"]] == [100, 400, 300]
    assert [one["requests"] for one in row.details["other"]] == [100, 100, 150]
    assert (row.database_operations, row.note, row.spoiled) == (1, "", False)


def test_cost_is_the_inverse() -> None:
    row = cost("depth", "page", OURS, PEER, goal=at_most(1.2))
    assert (row.ours, row.other, row.figure) == (200, 100, 0.5)
    assert row.spread == (0.5, 1.0)
    assert row.passed is True


def test_rounds_must_pair_up() -> None:
    with pytest.raises(ValueError, match="shorter"):
        throughput("hot", "list", OURS, PEER[:2])


@pytest.mark.parametrize(("cold", "figure"), [(False, 2.0), (True, 1.25)])
def test_cold_rows_compare_the_time_of_the_database_too(cold: bool, figure: float) -> None:
    ours = [sample(server_ms=1.0, database_ms=3.0)]
    peer = [sample(server_ms=2.0, database_ms=3.0)]
    row = throughput("cold", "list", ours, peer, cold=cold)
    assert row.cpu_figure == pytest.approx(figure)


def test_cost_by_processor_time_grows_with_the_work_of_the_database() -> None:
    deep = [sample(server_ms=1.0, database_ms=3.0)]
    first = [sample(server_ms=1.0, database_ms=1.0)]
    assert cost("depth", "page", deep, first).cpu_figure == pytest.approx(2.0)


def test_too_little_processor_time_compares_nothing() -> None:
    row = throughput("hot", "list", [sample(server_ms=0.0)], [sample(server_ms=0.1)])
    assert row.cpu_figure is None


@pytest.mark.parametrize(
    ("goal", "value", "met", "share"),
    [
        (at_least(0.9), 0.9, True, 1.0),
        (at_least(0.9), 0.89, False, 0.89 / 0.9),
        (at_least(0.9), 1.8, True, 2.0),
        (at_most(1.2), 1.2, True, 1.0),
        (at_most(1.2), 1.21, False, 1.2 / 1.21),
        (at_most(1.2), 0.6, True, 2.0),
        (at_most(1.2), 0.0, True, math.inf),
    ],
)
def test_goals(goal: object, value: float, met: bool, share: float) -> None:
    assert goal.met_by(value) is met  # type: ignore[attr-defined]
    assert goal.share(value) == pytest.approx(share)  # type: ignore[attr-defined]


def test_goals_read_as_people_write_them() -> None:
    assert [str(at_least(0.9)), str(at_most(80))] == ["≥ 0.9", "≤ 80"]


@pytest.mark.parametrize(
    ("spread", "cpu", "decided_by", "passed"),
    [
        ((0.95, 1.1), 0.5, "figure", True),  # every round is above the goal
        ((0.8, 1.1), 0.95, "cpu", True),  # rounds disagree
        ((0.8, 1.1), 0.85, "cpu", False),
        ((0.8, 1.1), None, "figure", True),
        (None, 0.5, "figure", True),
    ],
)
def test_processor_time_decides_where_rounds_disagree(
    spread: tuple[float, float] | None, cpu: float | None, decided_by: str, passed: bool
) -> None:
    row = plain(goal=at_least(0.9), spread=spread, cpu_figure=cpu)
    assert (row.decided_by, row.passed) == (decided_by, passed)


def test_without_a_goal_there_is_no_verdict() -> None:
    row = plain(spread=(0.5, 2.0), cpu_figure=1.0)
    assert (row.decided_by, row.passed) == (None, None)


def test_failed_answers_are_told_and_many_of_them_reach_no_goal() -> None:
    few = throughput("hot", "list", [sample(failures=1)], [sample()], goal=at_least(0.5))
    assert (few.passed, few.note) == (True, "1 of 1000 answers failed")
    many = throughput("hot", "list", [sample()], [sample(failures=2)], goal=at_least(0.5))
    assert (many.passed, many.note) == (False, "2 of 1000 answers of the other failed")
    assert many.spoiled is True


@pytest.mark.parametrize(
    ("ours", "peer", "figure"), [(0, 10, 0.0), (10, 0, math.inf), (0, 0, math.inf)]
)
def test_a_round_without_an_answer_reaches_no_goal(ours: int, peer: int, figure: float) -> None:
    row = throughput("hot", "list", [sample(ours)], [sample(peer)], goal=at_least(0.5))
    assert (row.figure, row.passed, row.note) == (figure, False, "a round without an answer")
    assert orjson.loads(orjson.dumps(row.as_json()))["passed"] is False


def test_a_cold_row_from_memory_has_no_goal_and_says_so() -> None:
    ours = [sample(operations=0.1)]
    row = throughput("cold", "list", ours, [sample()], goal=at_least(0.5), cold=True)
    assert (row.goal, row.passed, row.note) == (None, None, "not cold: answered from memory")
    assert cost("depth", "page", ours, [sample()], goal=at_most(2)).goal is None
    hot = throughput("hot", "list", ours, [sample()], goal=at_least(0.5))
    assert (hot.passed, hot.note) == (True, "")


def test_rows_stand_in_json_with_their_verdict() -> None:
    row = throughput("hot", "list", OURS, PEER, goal=at_least(1.5))
    told = orjson.loads(orjson.dumps(row.as_json()))
    assert told["goal"] == {"at_least": 1.5}
    assert (told["passed"], told["decided_by"], told["spread"]) == (False, "cpu", [1.0, 2.0])
    assert len(told["details"]["ours"]) == 3
    assert plain(goal=at_most(3)).as_json()["goal"] == {"at_most": 3}
    assert plain().as_json()["goal"] is None


def timing(turn: int, sort: str, large: float, small: float, hits: int = 20) -> Timing:
    return Timing(turn, Query(sort, f"{sort} {turn}"), large, small, hits)


def test_searches_compare_medians_over_all_queries_and_by_sort() -> None:
    timings = [
        *(timing(1, RARE, 4, 2), timing(1, "pinyin", 6, 5, hits=3), timing(1, RARE, 8, 4)),
        *(timing(2, RARE, 6, 2), timing(2, "pinyin", 6, 6, hits=3), timing(2, RARE, 2, 2)),
    ]
    whole, tail, rare, pinyin = growth_rows("300 ÷ 100", timings)
    assert (whole.ours, whole.other, whole.figure) == (6, 3, 2)
    assert whole.spread == (1.5, 3.0)
    assert (whole.goal, whole.passed) == (at_most(1.5), False)
    assert whole.note == "4 of 6 answers had 20 hits"
    assert tail.title == "search, 300 ÷ 100, 95th percentile"
    assert tail.figure == pytest.approx(tail.ours / (tail.other or 0))
    assert (tail.ours >= whole.ours, tail.goal) == (True, None)
    assert (rare.title.strip(), rare.figure, rare.note, rare.goal) == (RARE, 2.5, "", None)
    assert (pinyin.title.strip(), pinyin.spread) == ("pinyin", (1.0, 1.2))
    first = {"large_ms": 6.0, "small_ms": 3.0, "hits": 20}
    assert rare.details["queries"] == {
        f"{RARE} 1": first,
        f"{RARE} 2": {"large_ms": 4.0, "small_ms": 2.0, "hits": 20},
    }


def test_rare_phrases_are_compared_with_scans_of_the_same_round() -> None:
    timings = [timing(1, RARE, 2, 1), timing(1, "pinyin", 50, 1), timing(2, RARE, 4, 1)]
    row = scan_row(timings, [100.0, 800.0])
    assert (row.ours, row.other, row.figure) == (3, 450, 150)
    assert row.spread == (50, 200)
    assert row.goal == at_least(100)
    assert row.decided_by == "figure"  # nobody's processor time is compared
    assert row.details == {"scans_ms": [100.0, 800.0]}
