"""Telling a delegation what became of its request, once for each event."""

import datetime as dt
from collections.abc import Collection

from pymongo.client_session import ClientSession

from models.departures import Departure
from models.notifications import Event
from models.visits import Visit
from services import notification_texts, notifications, personal_data
from services.bookings.telling import shown
from services.notifications import ToContact, ToVisitor
from services.quiet_hours import Urgency


def tell(
    event: Event,
    visit: Visit,
    *,
    session: ClientSession,
    departure: Departure | None = None,
    acted_at: dt.datetime | None = None,
    deadlines: Collection[dt.datetime] = (),
    **more: str | int,
) -> None:
    """Tell of an event, once for each revision; `more` fills further words of it.

    Staff call who has no account only about what is worth a call. `acted_at` is when the visitor
    did what this answers; `deadlines` are moments beside the start that it is about.
    """
    whom = recipient(visit)
    if isinstance(whom, ToContact) and not notification_texts.calls_strangers(event):
        return
    data: dict[str, str | int] = {"visit": visit.id, "people": visit.party, "reason": ""}
    if departure is not None:
        zh, en = departure.title.zh, departure.title.en
        data |= {"route": zh, "route_en": en or zh, "at": shown(departure.starts_at)}
        deadlines = (departure.starts_at, *deadlines)
    key = f"visits:{visit.id}:{event.value}:{visit.revision}"
    urgency = Urgency(acted_at, deadlines)
    notifications.notify(event, whom, {**data, **more}, key, urgency=urgency, session=session)


def recipient(visit: Visit) -> ToVisitor | ToContact:
    """Return whom to tell: the visitor, or the contact whom staff then call."""
    if visit.visitor is not None:
        return ToVisitor(visit.visitor)
    name, phone = (personal_data.opened(visit, name) for name in ("name", "phone"))
    return ToContact(name=name, phone=phone)
