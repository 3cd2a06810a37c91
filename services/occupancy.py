"""Times, and what fits into them; nothing here looks anything up. Moments are UTC.

People read Shanghai time, which has had no summer time since 1991: a day is 24 hours.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import SHANGHAI, day_start

DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Window:
    """A time, its end excluded, with so many people."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    people: int = 1

    def overlaps(self, other: "Window") -> bool:
        """Tell whether a moment belongs to both."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def lengthened(self, by: dt.timedelta) -> "Window":
        """Return it with a time after it: two that are lengthened alike keep it between them."""
        return Window(self.starts_at, self.ends_at + by, self.people)


def day_of(moment: dt.datetime) -> dt.date:
    """Return the day of a moment in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def days(starts_at: dt.datetime, ends_at: dt.datetime) -> list[dt.date]:
    """Return the days in Shanghai that a time touches."""
    first, last = day_of(starts_at), day_of(max(starts_at, ends_at - dt.timedelta.resolution))
    return [first + DAY * number for number in range((last - first).days + 1)]


def at(day: dt.date, hour: str) -> dt.datetime:
    """Return the moment of an hour `09:30` of a day in Shanghai."""
    return dt.datetime.combine(day, dt.time.fromisoformat(hour), SHANGHAI).astimezone(dt.UTC)


def peak(window: Window, others: Iterable[Window]) -> tuple[int, int]:
    """Return the most groups and the most people of `others` at any one time in a window."""
    present = [other for other in others if other.overlaps(window)]
    groups = people = 0
    for moment in {max(other.starts_at, window.starts_at) for other in present}:
        there = [one.people for one in present if one.starts_at <= moment < one.ends_at]
        groups, people = max(groups, len(there)), max(people, sum(there))
    return groups, people


def is_open(window: Window, hours: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a time lies within opening hours by weekday; without any all times do.

    Hours that close at or before they open last until the end of the day.
    """
    if not hours:
        return True
    reached = window.starts_at
    touched = days(window.starts_at, window.ends_at)
    for opens, closes in sorted(part for day in touched for part in _opened(day, hours)):
        if opens <= reached:
            reached = max(reached, closes)
    return reached >= window.ends_at


def _opened(
    day: dt.date, hours: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[dt.datetime, dt.datetime]]:
    for one in hours:
        if one["weekday"] == day.isoweekday():
            opens, closes = at(day, one["opens"]), at(day, one["closes"])
            yield opens, closes if closes > opens else day_start(day + DAY)
