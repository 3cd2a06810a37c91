"""Where a list by time goes on, the newest first; the id decides between equal times."""

import datetime as dt
from typing import Any

# Time (UTC) and id of the last one of a page.
Position = tuple[dt.datetime, str]


def after(position: Position | None) -> dict[str, Any]:
    """Return the condition for what comes after a position; none from the start."""
    if position is None:
        return {}
    moment, last = position
    older = [{"at": {"$lt": moment}}, {"at": moment, "_id": {"$lt": last}}]
    return {"at": {"$lte": moment}, "$or": older}
