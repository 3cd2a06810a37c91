"""The result as people and programs read it: a table, and bench.json."""

import importlib.metadata
import os
import platform
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from cli.bench.contests import Bench
from cli.bench.load import find_wrk
from cli.bench.results import Row
from core.clock import now

HEADINGS = ("", "ours", "other", "ratio", "of one round", "by CPU", "queries", "goal", "")
PACKAGES = ("flask", "flask-restx", "gunicorn", "pymongo", "orjson", "fastapi", "uvicorn")
MARKS = {True: "pass", False: "FAIL", None: ""}
# With fewer rounds the medians say little.
ROUNDS_MIN = 5


def machine(bench: Bench) -> dict[str, Any]:
    """Return what the figures were taken on."""
    version = subprocess.run([find_wrk(), "-v"], capture_output=True, text=True, check=False)
    return {
        "at": now(),
        "cores": len(os.sched_getaffinity(0)),
        "processor": _processor(),
        "kernel": platform.release(),
        "load_before": os.getloadavg()[0],
        "python": platform.python_version(),
        "mongodb": bench.database.client.server_info()["version"],
        "wrk": " ".join((version.stdout or version.stderr).split()[:2]),
        "packages": {name: found for name in PACKAGES if (found := _version(name))},
    }


def table(rows: Sequence[Row], rounds: int) -> str:
    """Return the rows as a table of plain text."""
    cells: list[tuple[str, ...]] = [HEADINGS]
    group = ""
    for row in rows:
        if row.group != group:
            group = row.group
            cells.append((group.upper(), *("",) * (len(HEADINGS) - 1)))
        cells.append(_cells(row))
    widths = [max(len(line[i]) for line in cells) for i in range(len(HEADINGS))]
    lines = [
        "  ".join(
            cell.ljust(width) if i in (0, len(HEADINGS) - 1) else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in cells
    ]
    if rounds < ROUNDS_MIN:
        lines.append(f"Fewer than {ROUNDS_MIN} rounds: a try, not a measurement.")
    return "\n".join(lines)


def write_json(path: Path, rows: Sequence[Row], bench: Bench, about: dict[str, Any]) -> None:
    """Write everything that was measured."""
    plan = bench.plan
    result = {
        "version": 1,
        "machine": about,
        "plan": {
            "rounds": plan.rounds,
            "seconds": plan.seconds,
            "connections": plan.connections,
            "threads": plan.threads,
        },
        "rows": [row.as_json() for row in rows],
    }
    options = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE
    path.write_bytes(orjson.dumps(result, option=options))


def short(value: float) -> str:
    """Return a figure with as many digits as it is worth."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.2f}"


def _cells(row: Row) -> tuple[str, ...]:
    verdict = MARKS[row.passed]
    if row.decided_by == "cpu":
        verdict += " by CPU"
    return (
        row.title,
        f"{short(row.ours)} {row.unit}",
        "" if row.other is None else f"{short(row.other)} {row.unit}",
        "" if row.other is None else short(row.figure),
        "" if row.spread is None else "–".join(map(short, row.spread)),
        "" if row.cpu_figure is None else short(row.cpu_figure),
        "" if row.database_operations is None else f"{row.database_operations:.1f}",
        "" if row.goal is None else str(row.goal),
        " · ".join(filter(None, (verdict, row.note))),
    )


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())
