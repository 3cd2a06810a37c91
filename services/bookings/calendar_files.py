"""A booking as an iCalendar file (RFC 5545), for the calendar of the visitor's phone.

A file that is fetched again replaces the entry of before: the same UID, a higher SEQUENCE, and
CANCELLED once the visit does not take place.
"""

from collections.abc import Mapping

from icalendar import Calendar, Event

from core.clock import SHANGHAI
from models.bookings import Booking, BookingState
from models.departures import Departure, Words
from models.enums import Language
from services.bookings import finding

S = BookingState
STATUS: Mapping[BookingState, str] = {
    S.REQUESTED: "TENTATIVE",
    S.WAITLISTED: "TENTATIVE",
    S.OFFERED: "TENTATIVE",
    S.CONFIRMED: "CONFIRMED",
    S.CHECKED_IN: "CONFIRMED",
    S.COMPLETED: "CONFIRMED",
    S.NO_SHOW: "CONFIRMED",
}
CANCELLED = "CANCELLED"
WORDS = {
    Language.ZH_CN: ("共{party}人", "集合点：{place}", "预约码：{code}", "[演示] "),
    Language.EN: ("{party} people", "Meeting point: {place}", "Booking code: {code}", "[Demo] "),
}


def of(visitor_id: str, booking_id: str, language: Language) -> bytes:
    """Return the file of a visitor's booking; raise `NotFound`."""
    booking = finding.own(visitor_id, booking_id)
    departure = finding.departure(booking.departure)
    file = Calendar()
    file.add("prodid", "-//toolbox//bookings//ZH")
    file.add("version", "2.0")
    file.add("method", "PUBLISH")
    file.add_component(_event(booking, departure, language))
    text: bytes = file.to_ical()
    return text


def _event(booking: Booking, departure: Departure, language: Language) -> Event:
    changed = max(booking.updated_at, departure.updated_at)
    marked = WORDS[language][3] if departure.demo else ""
    event = Event()
    event.add("uid", f"{booking.id}@bookings.toolbox")
    # Both only grow, with whatever is changed of either.
    event.add("sequence", booking.revision + departure.revision)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", departure.starts_at)
    event.add("dtend", departure.ends_at)
    event.add("status", STATUS.get(booking.state, CANCELLED))
    event.add("summary", f"{marked}{_said(departure.title, language)}")
    event.add("description", "\n".join(_lines(booking, departure, language)))
    if departure.meeting is not None:
        event.add("location", _said(departure.meeting.title, language))
    return event


def _lines(booking: Booking, departure: Departure, language: Language) -> list[str]:
    people, meeting, code, _ = WORDS[language]
    lines = [people.format(party=booking.party)]
    if departure.meeting is not None:
        lines.append(meeting.format(place=_said(departure.meeting.title, language)))
        if departure.meeting.note is not None:
            lines.append(_said(departure.meeting.note, language))
    lines += [
        f"{one.arrives_at.astimezone(SHANGHAI):%H:%M}–{one.leaves_at.astimezone(SHANGHAI):%H:%M} "
        f"{_said(one.title, language)}"
        for one in departure.stops
    ]
    if booking.code and booking.state in STATUS:
        lines.append(code.format(code=booking.code))
    return lines


def _said(words: Words, language: Language) -> str:
    return str((language is Language.EN and words.en) or words.zh)
