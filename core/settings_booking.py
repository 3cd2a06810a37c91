"""The settings of booking: how long seats, offers and proposals are held, who is suspended."""

import re
from typing import Any

from core.environment import Reader

PHONE = re.compile(r"\+?[0-9][0-9 ()-]{2,30}")


def booking(read: Reader) -> dict[str, Any]:
    """Read what holds for all departures; a route has its own terms besides."""
    return {
        # Undecided requests expire after this.
        "booking_decision_hours": read.number("BOOKING_DECISION_HOURS", 48, 1, 720),
        # Seats offered to who waits are held this long, never past the cut-off.
        "booking_offer_minutes": read.number("BOOKING_OFFER_MINUTES", 120, 5, 2_880),
        # Staff decide about a departure below its minimum until so long before it starts.
        "booking_minimum_hours": read.number("BOOKING_MINIMUM_HOURS", 12, 1, 240),
        # So many no-shows in so many days stop booking for so many days.
        "booking_strikes": read.number("BOOKING_STRIKES", 3, 1, 100),
        "booking_strike_days": read.number("BOOKING_STRIKE_DAYS", 180, 1, 3_650),
        "booking_suspension_days": read.number("BOOKING_SUSPENSION_DAYS", 30, 1, 3_650),
        # Who came along, and in which cars, is forgotten so many days after the visit.
        "booking_company_days": read.number("BOOKING_COMPANY_DAYS", 30, 1, 3_650),
        # Hours of Shanghai. What can wait for their end does, and they are no part of the time of
        # an offer. The same hour twice: there are none.
        "quiet_from": read.number("QUIET_FROM", 22, 0, 23),
        "quiet_until": read.number("QUIET_UNTIL", 8, 0, 23),
        "visit_proposal_hours": read.number("VISIT_PROPOSAL_HOURS", 72, 1, 720),
        "desk_phone": _phone(read),
    }


def _phone(read: Reader) -> str:
    """Return the number of the booking desk as it is shown to visitors; empty, there is none."""
    phone = read.text("DESK_PHONE", "").strip()
    if phone and not PHONE.fullmatch(phone):
        read.mistakes.append("DESK_PHONE must be a phone number: digits, spaces, +, -, ( and )")
    return phone
