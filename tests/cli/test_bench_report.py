"""The result of `scripts/bench` as people and programs read it: table, JSON, chart."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from pymongo import MongoClient

from cli.bench import chart, report
from cli.bench.contests import Bench
from cli.bench.load import Database, Plan
from cli.bench.results import Row, at_least, at_most, throughput
from tests.cli.bench_harness import needs_wrk, sample

SVG = "{http://www.w3.org/2000/svg}"
ROWS = [
    throughput("hot", "list & more", [sample(900)], [sample(1000)], goal=at_least(0.85)),
    throughput("cold", "list <deep>", [sample(800)], [sample(1000)], goal=at_least(0.9)),
    throughput("cold", "home", [sample(100)], [sample(1000)]),
    Row("memory", "a worker", "MB", ours=70.0, figure=70.0, goal=at_most(80)),
    Row(
        *("search", "growth", "ms"),
        **{"ours": 1234.5, "other": 500.0, "figure": 2.469, "spread": (1.4, 2.5)},
        **{"goal": at_most(1.5), "cpu_figure": 1.3, "note": "a note"},
    ),
]


@pytest.fixture
def bench() -> Iterator[Bench]:
    with MongoClient[dict[str, Any]](os.environ["TEST_MONGODB_URI"]) as client:
        yield Bench(Plan(rounds=2, seconds=1), Database(os.getpid(), client), print)


def test_the_table_has_a_line_for_each_row_under_its_group() -> None:
    lines = report.table(ROWS, rounds=5).splitlines()
    assert [line.strip().split("  ")[0] for line in lines] == [
        "ours",
        *("HOT", "list & more", "COLD", "list <deep>", "home"),
        *("MEMORY", "a worker", "SEARCH", "growth"),
    ]
    cells = {line.split("  ")[0]: line.split()[-12:] for line in lines}
    assert " ".join(cells["list & more"]).endswith(
        "900 /s 1,000 /s 0.90 0.90–0.90 1.00 1.0 ≥ 0.85 pass"
    )
    assert lines[4].endswith("≥ 0.9  FAIL")
    assert " ".join(cells["a worker"]) == "a worker 70.00 MB ≤ 80 pass"
    assert lines[-1].endswith("≤ 1.5  pass by CPU · a note")
    assert " ".join(lines[-1].split()).startswith("growth 1,234 ms 500 ms 2.47 1.40–2.50 1.30 ≤")


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    lines = report.table(ROWS, rounds=5).splitlines()
    verdicts = [line.partition("pass")[0] for line in lines if "pass" in line]
    assert len(verdicts) == 3
    assert len({len(before) for before in verdicts}) == 1
    assert not any(line != line.rstrip() for line in lines)


def test_few_rounds_are_called_a_try() -> None:
    assert report.table(ROWS, rounds=4).splitlines()[-1].startswith("Fewer than 5 rounds")
    assert "Fewer" not in report.table(ROWS, rounds=5)


@pytest.mark.parametrize(
    ("value", "text"), [(0.8512, "0.85"), (99.994, "99.99"), (12345.6, "12,346"), (-150, "-150")]
)
def test_figures_have_as_many_digits_as_they_are_worth(value: float, text: str) -> None:
    assert report.short(value) == text


@needs_wrk
def test_json_holds_machine_plan_and_every_sample(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    report.write_json(path, ROWS, bench, report.machine(bench))
    told = orjson.loads(path.read_bytes())
    assert told["version"] == 1
    assert told["plan"] == {"rounds": 2, "seconds": 1, "connections": 64, "threads": 2}
    machine = told["machine"]
    assert machine["at"].endswith("Z")
    assert machine["cores"] >= 1
    assert machine["wrk"].startswith("wrk ")
    assert machine["mongodb"].count(".") == 2
    assert machine["packages"].keys() >= {"flask", "gunicorn", "pymongo", "orjson"}
    assert [row["title"] for row in told["rows"]] == [row.title for row in ROWS]
    assert [row["passed"] for row in told["rows"]] == [True, False, None, True, True]
    assert told["rows"][0]["details"]["ours"][0]["requests"] == 900


def bars(root: ElementTree.Element) -> list[ElementTree.Element]:
    return [one for one in root.iter(f"{SVG}rect") if one.get("x") is not None]


def test_the_chart_is_well_formed_and_has_a_bar_for_each_row() -> None:
    root = ElementTree.fromstring(chart.svg(ROWS, "5 rounds & <more>"))  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    texts = [one.text for one in root.iter(f"{SVG}text")]
    assert "5 rounds & <more>" in texts
    assert [text for text in texts if text in {row.title for row in ROWS}] == [
        row.title for row in ROWS
    ]
    assert "0.90 (≥ 0.85: met)" in texts
    assert "0.80 (≥ 0.9: missed)" in texts
    assert "70.00 MB (≤ 80: met)" in texts
    assert "2.47, by CPU 1.30 (≤ 1.5: met)" in texts
    assert [one.get("fill") for one in bars(root)] == [
        chart.COLOURS[passed] for passed in (True, False, None, True, True)
    ]
    height = float(root.get("height", 0))
    assert all(float(one.get("y", -1)) < height for one in bars(root))


def test_bars_end_at_the_line_exactly_when_the_goal_is_just_met() -> None:
    rows = [
        Row("a", "just met", "/s", ours=1, figure=0.9, goal=at_least(0.9)),
        Row("a", "just met", "MB", ours=1, figure=80, goal=at_most(80)),
        Row("a", "half of it", "/s", ours=1, figure=0.45, goal=at_least(0.9)),
        Row("a", "far better", "MB", ours=1, figure=0.0, goal=at_most(80)),
        Row("a", "parity", "ms", ours=1, figure=2.0),  # twice as slow
        Row("a", "parity", "/s", ours=1, figure=2.0),  # twice as fast
    ]
    root = ElementTree.fromstring(chart.svg(rows, ""))  # noqa: S314 - our own
    widths = [float(one.get("width", -1)) / chart.BAR for one in bars(root)]
    assert widths == pytest.approx([0.5, 0.5, 0.25, 1.0, 0.25, 1.0], abs=0.001)


def test_the_spread_is_drawn_from_its_smaller_to_its_larger_end() -> None:
    row = Row("a", "cost", "/s", ours=1, figure=1.0, spread=(0.8, 1.6), goal=at_most(1.2))
    root = ElementTree.fromstring(chart.svg([row], ""))  # noqa: S314 - our own
    spread, goal = root.iter(f"{SVG}line")
    ends = [float(spread.get(name, 0)) for name in ("x1", "x2")]
    assert ends == pytest.approx(
        [chart.LEFT + chart.BAR / 2 * share for share in (0.75, 1.5)], abs=0.1
    )
    assert goal.get("x1") == goal.get("x2") == f"{chart.LEFT + chart.BAR / 2:.1f}"
