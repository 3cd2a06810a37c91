"""What the audit log holds of a booking: its state and its size, nothing of whom it is about."""

from pymongo.client_session import ClientSession

from models.bookings import Booking
from services import audit
from services.actors import Actor


def record(
    actor: Actor,
    verb: str,
    before: Booking,
    after: Booking,
    session: ClientSession,
    *,
    reason: str | None = None,
) -> None:
    """Put on record what staff, or the product itself, did to a booking."""
    told = [{"state": one.state.value, "party": one.party} for one in (before, after)]
    audit.record(
        actor,
        f"bookings.{verb}",
        f"bookings:{after.id}",
        before=told[0],
        after={**told[1], **({"reason": reason} if reason else {})},
        session=session,
    )
