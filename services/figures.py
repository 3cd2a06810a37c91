"""Figures: what makes one complete, and when it becomes due for review."""

import datetime as dt

from core.clock import day_start
from models.content import Content
from models.enums import Comparator


def problems(document: Content) -> dict[str, object]:
    """Return what keeps figures from being published: no value, an empty range, no source."""
    found: dict[str, object] = {}
    for figure in document.figures:
        where = f"figures.{figure.key}"
        if None in figure.numbers():
            found[where] = "figure_value"
        elif figure.comparator is Comparator.RANGE and figure.low > figure.high:
            found[where] = "figure_range"
        elif not figure.source.strip():
            found[where] = "figure_source"
    return found


def next_change(document: Content, after: dt.datetime) -> dt.datetime | None:
    """Return the first moment after `after` (UTC) at which one of the figures becomes stale."""
    moments = (
        day_start(figure.review_by + dt.timedelta(days=1))
        for figure in document.figures
        if figure.review_by is not None
    )
    return min((moment for moment in moments if moment > after), default=None)
