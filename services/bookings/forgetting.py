"""Forgetting who came along: gates needed it before the visit, nobody does long after it.

The contact stays: visits are answered for, and counted, by whom they were booked.
"""

from core.clock import now
from models.bookings import Booking
from services import audit, booking_policy
from services.actors import system
from services.bookings.drafting import LISTS

FORGET_JOB = "bookings.forget_company"
CLOCK = system(FORGET_JOB)


def run_due() -> int:
    """Take companions and plates from bookings whose visit is long over; return how many lists.

    However they ended: what was cancelled was not needed at all.
    """
    count = sum(_forget(name) for name in LISTS)
    if count:
        audit.record(CLOCK, FORGET_JOB, "bookings", after={"lists": count})
    return count


def _forget(name: str) -> int:
    """Take a field away, by an index of the bookings that hold it."""
    until = now() - booking_policy.current().company_kept
    change = {"$unset": {name: ""}, "$set": {"updated_at": now()}, "$inc": {"revision": 1}}
    over = {name: {"$exists": True}, "ends_at": {"$lt": until}}
    done: int = Booking._get_collection().update_many(over, change).modified_count
    return done
