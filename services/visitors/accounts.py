"""The account of a visitor, for whatever is written on their behalf."""

from collections.abc import Mapping
from typing import Any

from pymongo.client_session import ClientSession

from models.visitors import Visitor


def touch(
    visitor_id: str,
    session: ClientSession,
    *,
    guard: Mapping[str, Any] | None = None,
    counts: Mapping[str, int] | None = None,
) -> bool:
    """Take part in a transaction on the visitor; False when they are gone or `guard` fails.

    `counts` are added to counters. Two transactions that touch one visitor conflict, so that
    one of them is run again.
    """
    result = Visitor._get_collection().update_one(
        {"_id": visitor_id, **(guard or {})},
        {"$inc": {"touched": 1, **(counts or {})}},
        session=session,
    )
    return bool(result.matched_count)
