"""What the gates of a visit still have to be told of a group."""

from collections.abc import Sequence

from pymongo.client_session import ClientSession

from models.bookings import Booking, BookingState
from models.departures import Departure
from models.enums import Language
from models.sites import GateNeed
from services import gate_needs
from services.bookings import drafting

# Who comes, or may, all day: gates lie behind the meeting point. Who waits for seats is asked for
# nothing.
AWAITED = frozenset({BookingState.REQUESTED, BookingState.CONFIRMED, BookingState.CHECKED_IN})


def missing(booking: Booking, asked: Sequence[GateNeed]) -> list[GateNeed]:
    """Return what is asked for (`services.gate_needs`) and not told yet.

    Names: the contact's and those of all others. Plates: one at least, unless the group said that
    it brings no car.
    """
    if booking.state not in AWAITED:
        return []
    return [need for need in asked if not _is_told(booking, need)]


def remark(
    booking: Booking, departure: Departure, session: ClientSession | None = None
) -> dict[str, str]:
    """Return what fills the words `missing` and `missing_en` of a notification.

    Both are empty when nothing is missing. The Chinese one fits into the remark of a subscription
    message, which takes 20 characters.
    """
    left = missing(booking, gate_needs.of(departure, session))
    if not left:
        return {"missing": "", "missing_en": ""}
    chinese, english = (gate_needs.listed(left, one) for one in (Language.ZH_CN, Language.EN))
    return {
        "missing": f"请补充{chinese}（入场需要）。",
        "missing_en": f"Please tell us what the gate asks for: {english}.",
    }


def _is_told(booking: Booking, need: GateNeed) -> bool:
    if need is GateNeed.NAMES:
        companions = drafting.unlisted(booking, "companions")
        return bool(booking.name) and len(companions) >= int(booking.party) - 1
    return bool(booking.no_car) or bool(drafting.unlisted(booking, "plates"))
