"""What the clock does to bookings: it finishes, ends, reminds, completes, and forgets."""

import datetime as dt
from typing import Any

from models.notifications import Event
from services.bookings import (
    arriving,
    cutoffs,
    deciding,
    endings,
    forgetting,
    offers,
    reminders,
    settling,
)
from services.bookings import waiting as queue


def settle(*, at: str) -> None:
    """Finish or undo bookings whose maker died. `at` makes the job unique, here and below."""
    del at
    settling.settle_due()


def expire(*, booking: str, until: dt.datetime) -> None:
    """End a request that nobody decided."""
    deciding.expire(booking, until)


def hurry(*, booking: str, until: dt.datetime) -> None:
    """Tell the desk that a request is about to end undecided."""
    deciding.hurry(booking, until)


def lapse(*, booking: str, until: dt.datetime) -> None:
    """End an offer that nobody took."""
    offers.lapse(booking, until)


def warn(*, booking: str, until: dt.datetime) -> None:
    """Tell that an offer is about to end."""
    offers.warn(booking, until)


def remind(*, booking: str, event: str, starts_at: dt.datetime) -> None:
    """Remind of a visit."""
    reminders.remind(booking, Event(event), starts_at)


def reach_cutoffs(*, at: str) -> None:
    """Close queues at the cut-off, see whether enough people come, cancel what is undecided."""
    del at
    cutoffs.run_due()


def complete(*, at: str) -> None:
    """Complete departures that are over."""
    del at
    endings.run_due()


def forget_company(*, day: str) -> None:
    """Forget who came along on visits that are long over. `day` makes the job unique."""
    del day
    forgetting.run_due()


HANDLERS: dict[str, Any] = {
    settling.SETTLE_JOB: settle,
    arriving.EXPIRE_JOB: expire,
    arriving.HURRY_JOB: hurry,
    queue.LAPSE_JOB: lapse,
    queue.WARN_JOB: warn,
    reminders.REMIND_JOB: remind,
    cutoffs.CUTOFF_JOB: reach_cutoffs,
    endings.COMPLETE_JOB: complete,
    forgetting.FORGET_JOB: forget_company,
}
