"""Where a list by time goes on, the newest first; the id decides between equal times."""

import datetime as dt
from typing import Any

# Time (UTC) and id of the last one of a page.
Position = tuple[dt.datetime, str]


def after(position: Position | None, time: str = "at") -> dict[str, Any]:
    """Return the condition for what comes after a position; none from the start.

    `time` is the name of the field by which the list is sorted.
    """
    if position is None:
        return {}
    moment, last = position
    older = [{time: {"$lt": moment}}, {time: moment, "_id": {"$lt": last}}]
    return {time: {"$lte": moment}, "$or": older}
