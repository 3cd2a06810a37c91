"""The calendar of a guide, for the calendar program on their phone.

The address holds a secret, of which only the SHA-256 is kept: it is told once, and ends when a new
one is made or it is revoked. The feed tells of departures and head counts, of no visitor.
"""

import datetime as dt
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from icalendar import Calendar, Event
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import SHANGHAI, now
from core.db import transaction
from core.errors import NotFound
from core.texts import has_bad_characters
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState
from models.guides import Guide
from services import audit, permissions
from services.actors import Actor

SECRET_BYTES = 32
SECRET_MAX = 100
KEPT_DAYS = 30
EVENTS_MAX = 1_000
DEMO = "[演示] "
# How often calendar programs should look again.
EVERY = dt.timedelta(minutes=30)
COMING = (BookingState.CONFIRMED, BookingState.CHECKED_IN, BookingState.COMPLETED)
SHOWN = (DepartureState.OPEN, DepartureState.COMPLETED, DepartureState.CANCELLED)


def open_feed(actor: Actor, guide_id: str) -> str:
    """Return the secret of a fresh address; one that was there ends. Raises `NotFound`."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    _set(actor, "open_feed", guide_id, {"$set": {"feed_hash": _hash(secret)}})
    return secret


def revoke(actor: Actor, guide_id: str) -> None:
    """Let the address of a guide's feed end, if there is one. Raises `NotFound`."""
    _set(actor, "revoke_feed", guide_id, {"$unset": {"feed_hash": ""}})


def calendar(secret: str) -> bytes:
    """Return the feed of an address as iCalendar; raise `NotFound`."""
    if not secret or len(secret) > SECRET_MAX or has_bad_characters(secret):
        raise NotFound
    guide: Guide | None = Guide.objects(feed_hash=_hash(secret), active=True).first()
    if guide is None:
        raise NotFound
    departures = _departures(guide.id)
    people = _people([one.id for one in departures])
    feed = Calendar()
    feed.add("prodid", "-//toolbox//guides//ZH")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("x-wr-calname", f"讲解安排 · {guide.name}")
    feed.add("x-wr-timezone", SHANGHAI.key)
    feed.add("refresh-interval", EVERY, parameters={"VALUE": "DURATION"})
    for one in departures:
        feed.add_component(_event(one, people.get(one.id, 0)))
    text: bytes = feed.to_ical()
    return text


def _departures(guide_id: str) -> list[Departure]:
    rows = Departure._get_collection().find(
        {
            "guide": guide_id,
            "starts_at": {"$gte": now() - dt.timedelta(days=KEPT_DAYS)},
            "state": {"$in": [state.value for state in SHOWN]},
        }
    )
    return [Departure._from_son(row) for row in rows.sort("starts_at", 1).limit(EVENTS_MAX)]


def _people(departures: list[str]) -> Mapping[str, int]:
    """Return how many people are confirmed, by departure."""
    rows = Booking._get_collection().aggregate(
        [
            {
                "$match": {
                    "departure": {"$in": departures},
                    "state": {"$in": [state.value for state in COMING]},
                }
            },
            {"$group": {"_id": "$departure", "people": {"$sum": "$party"}}},
        ]
    )
    return {row["_id"]: row["people"] for row in rows}


def _event(found: Departure, people: int) -> Event:
    event = Event()
    event.add("uid", f"{found.id}@departures.toolbox")
    event.add("dtstamp", found.updated_at)
    event.add("last-modified", found.updated_at)
    event.add("sequence", found.revision)
    event.add("dtstart", found.starts_at)
    event.add("dtend", found.ends_at)
    cancelled = found.state is DepartureState.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    marked = DEMO if found.demo else ""
    event.add("summary", f"{marked}{found.title.zh}（{people}/{found.capacity}人）")
    event.add("description", "\n".join(_lines(found, people)))
    if found.meeting is not None:
        event.add("location", found.meeting.title.zh)
    return event


def _lines(found: Departure, people: int) -> list[str]:
    stops = [
        f"{one.arrives_at.astimezone(SHANGHAI):%H:%M}–{one.leaves_at.astimezone(SHANGHAI):%H:%M} "
        f"{one.title.zh}"
        for one in found.stops
    ]
    waiting = sum(one.party for one in found.queue)
    counts = f"确认 {people} 人，占用 {found.held} 席，候补 {waiting} 人，容量 {found.capacity} 人"
    return [counts, *stops]


def _set(actor: Actor, verb: str, guide_id: str, update: Mapping[str, Any]) -> None:
    target = f"guides:{guide_id}"
    permissions.require(actor, "calendar", "write", target)

    def work(session: ClientSession) -> None:
        before = Guide._get_collection().find_one_and_update(
            {"_id": guide_id}, update, return_document=ReturnDocument.BEFORE, session=session
        )
        if before is None:
            raise NotFound
        told = [{"feed": "feed_hash" in before}, {"feed": "$set" in update}]
        audit.record(
            actor, f"guides.{verb}", target, before=told[0], after=told[1], session=session
        )

    transaction(work)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
