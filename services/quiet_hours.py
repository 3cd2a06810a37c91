"""The quiet hours: at night nobody is disturbed by what can wait for the morning.

They are the same every day, in hours of Shanghai (`QUIET_FROM`, `QUIET_UNTIL`). Moments are UTC.
"""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from core.clock import SHANGHAI
from models.notifications import Event
from services import booking_policy

# Who did something so short a time ago is awake.
AWAKE = dt.timedelta(minutes=30)
# Whoever hears at the end of the quiet hours of what comes so much later can still act on it.
MARGIN = dt.timedelta(hours=2)
# Nobody sets out, or has to do anything, because of these.
PATIENT = frozenset(
    {
        *(Event.BOOKING_LAPSED, Event.VISIT_LAPSED, Event.VISIT_UNANSWERED, Event.VISIT_OVER),
        *(Event.NO_SHOW, Event.SUSPENDED, Event.SUSPENSION_LIFTED),
    }
)
FOREVER = dt.datetime.max.replace(tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Urgency:
    """What decides whether somebody is told in the quiet hours.

    `acted_at` is when they did what the word answers. `deadlines` are the moments that it is about,
    such as the start of a visit; those that are over count no more.
    """

    acted_at: dt.datetime | None = None
    deadlines: Collection[dt.datetime] = ()


NONE = Urgency()


def are_kept() -> bool:
    """Tell whether there are any: not when they begin at the hour at which they end."""
    policy = booking_policy.current()
    return policy.quiet_from != policy.quiet_until


def after(moment: dt.datetime) -> dt.datetime:
    """Return a moment, or the end of the quiet hours that it falls into."""
    policy = booking_policy.current()
    begins, ends = policy.quiet_from, policy.quiet_until
    local = moment.astimezone(SHANGHAI)
    morning = local.replace(hour=ends, minute=0, second=0, microsecond=0)
    if begins > ends and local.hour >= begins:
        return (morning + DAY).astimezone(dt.UTC)
    quiet = local.hour < ends if begins > ends else begins <= local.hour < ends
    return morning.astimezone(dt.UTC) if quiet else moment


def held_until(event: Event, moment: dt.datetime, urgency: Urgency) -> dt.datetime | None:
    """Return until when word of an event waits that would go out at a moment; None: it goes."""
    ends, acted_at = after(moment), urgency.acted_at
    if ends == moment or (acted_at is not None and moment - acted_at <= AWAKE):
        return None
    urgent = any(moment < one < ends + MARGIN for one in urgency.deadlines)
    return None if urgent and event not in PATIENT else ends


def after_waking(moment: dt.datetime, lasts: dt.timedelta) -> dt.datetime:
    """Return when a time is over that begins at a moment and stands still in the quiet hours."""
    begins, ends = _waking(moment)
    while lasts > ends - begins:
        lasts -= ends - begins
        begins, ends = _waking(ends)
    return begins + lasts


def near_end(moment: dt.datetime, until: dt.datetime, part: int) -> dt.datetime:
    """Return when a `part`-th of a time is left, the quiet hours not counted.

    Where all of it lies within them, they are.
    """
    left = _between(moment, until)
    if not left:
        return until - (until - moment) / part
    return after(after_waking(moment, left - left / part))


def _between(moment: dt.datetime, until: dt.datetime) -> dt.timedelta:
    """Return how much of a time lies outside of the quiet hours."""
    found = dt.timedelta()
    begins, ends = _waking(moment)
    while begins < until:
        found += min(ends, until) - begins
        begins, ends = _waking(ends)
    return found


def _waking(moment: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    """Return from when, not before a moment, until when there is no quiet."""
    if not are_kept():
        return moment, FOREVER
    begins = after(moment)
    local = begins.astimezone(SHANGHAI)
    evening = local.replace(
        hour=booking_policy.current().quiet_from, minute=0, second=0, microsecond=0
    )
    return begins, (evening if evening > local else evening + DAY).astimezone(dt.UTC)
