"""A page of cards as the peers read it: the same rows, order and JSON as the product's list.

`cards` holds a card as a document with its fields, as one would keep it without rendering at
publishing. `snapshots` holds the product's rendered text; a peer that reads it borrows half of the
product's design.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

CARDS, SNAPSHOTS = "bench_cards", "snapshots"
LIMIT = 20
SORT = [("order", 1), ("_id", 1)]
FIELDS = {
    CARDS: {"order": 1, "card": 1},
    SNAPSHOTS: {"order": 1, "body.zh-CN.card": 1},
}

Row = dict[str, Any]


def after(order: float | None, key: str | None) -> Row:
    """Return the query for what comes after a position; from the start without one."""
    if order is None:
        return {"kind": "projects"}
    return {
        "kind": "projects",
        "order": {"$gte": order},
        "$or": [{"order": {"$gt": order}}, {"order": order, "_id": {"$gt": key}}],
    }


def answer(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the page of up to `LIMIT` + 1 rows; the last one only tells that there are more."""
    shown = rows[:LIMIT]
    more = len(rows) > LIMIT
    position = f"{shown[-1]['order']}:{shown[-1]['_id']}" if more else None
    return orjson.dumps({"items": [_card(row) for row in shown], "next_cursor": position})


def _card(row: Mapping[str, Any]) -> Any:
    return row["card"] if "card" in row else orjson.Fragment(row["body"]["zh-CN"]["card"])
