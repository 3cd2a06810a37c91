"""What a visitor shows at the check-in: the QR of these minutes, and the short code."""

import io
from dataclasses import dataclass

import segno

from core.errors import Conflict
from models.bookings import Booking, BookingState
from services.bookings import codes, finding
from services.bookings.codes import TimedPayload

# A phone asks again before these run out: five minutes.
PAYLOADS = 10
SHOWN = frozenset({BookingState.CONFIRMED, BookingState.CHECKED_IN})
# A quarter of a code may be dirt or glare.
ERROR_LEVEL = "q"
QUIET_ZONE = 4


@dataclass(frozen=True)
class Pass:
    """The codes of a booking; the payloads follow each other without a gap."""

    booking: Booking
    payloads: list[TimedPayload]


def of(visitor_id: str, booking_id: str) -> Pass:
    """Return the codes of a visitor's booking; raise `NotFound`, `Conflict("wrong_state")`."""
    booking = finding.own(visitor_id, booking_id)
    if booking.state not in SHOWN:
        raise Conflict("wrong_state", state=booking.state.value)
    return Pass(booking, codes.payloads(booking, PAYLOADS))


def svg(payload: str) -> str:
    """Return the QR of a payload as an SVG of its own, black on white, as wide as it is put."""
    drawn = io.BytesIO()
    segno.make(payload, error=ERROR_LEVEL, micro=False).save(
        drawn, kind="svg", border=QUIET_ZONE, light="white", xmldecl=False, omitsize=True
    )
    return drawn.getvalue().decode().strip()
