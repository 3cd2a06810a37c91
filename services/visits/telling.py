"""Telling a delegation what became of its request, once for each event."""

from pymongo.client_session import ClientSession

from models.departures import Departure
from models.notifications import Event
from models.visits import Visit
from services import notification_texts, notifications, personal_data
from services.bookings.telling import shown
from services.notifications import ToContact, ToVisitor


def tell(
    event: Event,
    visit: Visit,
    *,
    session: ClientSession,
    departure: Departure | None = None,
    **more: str | int,
) -> None:
    """Tell of an event, once for each revision; `more` fills further words of it.

    Staff call who has no account only about what is worth a call.
    """
    whom = recipient(visit)
    if isinstance(whom, ToContact) and not notification_texts.calls_strangers(event):
        return
    data: dict[str, str | int] = {"visit": visit.id, "people": visit.party, "reason": ""}
    if departure is not None:
        zh, en = departure.title.zh, departure.title.en
        data |= {"route": zh, "route_en": en or zh, "at": shown(departure.starts_at)}
    key = f"visits:{visit.id}:{event.value}:{visit.revision}"
    notifications.notify(event, whom, {**data, **more}, key, session=session)


def recipient(visit: Visit) -> ToVisitor | ToContact:
    """Return whom to tell: the visitor, or the contact whom staff then call."""
    if visit.visitor is not None:
        return ToVisitor(visit.visitor)
    name, phone = (personal_data.opened(visit, name) for name in ("name", "phone"))
    return ToContact(name=name, phone=phone)
