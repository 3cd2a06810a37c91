"""Where a list by time, or by a number, goes on; the id decides between equal ones."""

import datetime as dt
from typing import Any

# Time (UTC) and id of the last one of a page.
Position = tuple[dt.datetime, str]


def after(
    position: Position | tuple[float, str] | None, field: str = "at", *, ascending: bool = False
) -> dict[str, Any]:
    """Return the condition for what comes after a position; none from the start.

    `field` is what the list is sorted by, the newest (or highest) first unless told otherwise.
    """
    if position is None:
        return {}
    value, last = position
    beyond, at_most = ("$gt", "$gte") if ascending else ("$lt", "$lte")
    further = [{field: {beyond: value}}, {field: value, "_id": {beyond: last}}]
    return {field: {at_most: value}, "$or": further}
