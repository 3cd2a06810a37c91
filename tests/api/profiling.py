"""What the database does for a request: its profiler tells every read, `explain` how it is made.

The profiler's own record does not show what happens inside `$unionWith`; `explain` does.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from core import db

READS = ("find", "aggregate", "count", "distinct")
WRITES = frozenset({"update", "remove", "insert"})
ARGUMENTS = frozenset({"filter", "pipeline", "sort", "limit", "projection", "singleBatch"})


@dataclass(frozen=True)
class Read:
    """One read: the collection, how much was looked at, the stages of all its plans."""

    collection: str
    keys: int
    documents: int
    returned: int
    stages: frozenset[str]
    sorts: bool


def profiled(request: Callable[[], object]) -> list[Read]:
    """Return the reads of our collections that `request` causes."""
    return [read for row in _recorded(request) if (read := _read(row)) is not None]


def touched(request: Callable[[], object]) -> dict[str, frozenset[str]]:
    """Return the collections that `request` reads or writes, with the stages of all plans."""
    stages: dict[str, frozenset[str]] = {}
    for row in _recorded(request):
        read = _read(row)
        name = row["ns"].partition(".")[2]
        if read is not None:
            found = read.stages
        elif row["op"] in WRITES and name != "system.profile":
            found = frozenset(word for word in row.get("planSummary", "").split())
        else:
            continue
        stages[name] = stages.get(name, frozenset()) | found
    return stages


def _recorded(request: Callable[[], object]) -> list[dict[str, Any]]:
    database = db.database()
    database.command("profile", 0)
    database.drop_collection("system.profile")
    database.command("profile", 2)
    try:
        request()
    finally:
        database.command("profile", 0)
    return list(database["system.profile"].find({}).sort("ts", 1))


def _read(row: dict[str, Any]) -> Read | None:
    command = row.get("command", {})
    if "$truncated" in command or "getMore" in command:
        # A command with thousands of keys is not kept, a further batch has none of its own: how
        # they went is told all the same.
        stages = frozenset(word for word in row["planSummary"].split() if word.isupper())
        return _told(row, row["ns"].partition(".")[2], stages)
    name = next((name for name in READS if name in command), None)
    if name is None or command[name] == "system.profile" or "explain" in command:
        return None
    asked = {name: command[name], **{k: v for k, v in command.items() if k in ARGUMENTS}}
    if name == "aggregate":
        asked["cursor"] = {}
    plan = db.database().command("explain", asked, verbosity="executionStats")
    return _told(row, command[name], frozenset(_stages(plan)))


def _told(row: dict[str, Any], collection: str, stages: frozenset[str]) -> Read:
    return Read(
        collection=collection,
        keys=row.get("keysExamined", 0),
        documents=row.get("docsExamined", 0),
        returned=row.get("nreturned", 0),
        stages=stages,
        sorts=bool(row.get("hasSortStage")),
    )


def _stages(plan: Any) -> Iterator[str]:
    if isinstance(plan, dict):
        if isinstance(plan.get("stage"), str):
            yield plan["stage"]
        for name, inner in plan.items():
            if name != "rejectedPlans":
                yield from _stages(inner)
    elif isinstance(plan, list):
        for inner in plan:
            yield from _stages(inner)
