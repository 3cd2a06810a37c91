"""A booking as it is first written: who comes, with whom, and by which key it is found again."""

from dataclasses import dataclass, replace
from typing import Any

import orjson
from pymongo.client_session import ClientSession

from core.clock import now
from core.errors import Conflict, Invalid, Unprocessable
from core.ids import new_id
from models.bookings import Booking, BookingSource, BookingState, By, Step
from models.departures import Departure, DepartureState
from models.enums import Kind, Language
from models.visitors import Visitor
from services import links, personal_data, request_keys, scenes
from services.actors import Actor
from services.bookings import codes
from services.request_keys import RequestKey
from services.visitors import profiles

TEXTS = ("name", "phone", "organisation", "purpose", "needs")
LISTS = ("companions", "plates")


@dataclass(frozen=True)
class Details:
    """Who comes, why, and what is needed. What a visitor leaves out is taken from the profile.

    `no_car`: the group brings none; with plates it counts for nothing.
    """

    name: str | None = None
    phone: str | None = None
    organisation: str | None = None
    companions: tuple[str, ...] = ()
    plates: tuple[str, ...] = ()
    no_car: bool = False
    purpose: str | None = None
    needs: str | None = None
    tracks: tuple[str, ...] = ()
    language: Language | None = None
    channel: str | None = None
    scene: str | None = None


@dataclass(frozen=True)
class Maker:
    """Who makes a booking: its visitor, or staff for somebody who has no account.

    `override` is why limits do not count for it.
    """

    visitor: Visitor | None = None
    actor: Actor | None = None
    source: BookingSource = BookingSource.VISITOR
    override: str | None = None

    @property
    def visitor_id(self) -> str | None:
        """The id of the visitor."""
        return None if self.visitor is None else self.visitor.id

    @property
    def keyed_to(self) -> str | None:
        """The id of who sends requests, each with keys of their own."""
        return self.visitor_id if self.actor is None else self.actor.id

    @property
    def by(self) -> By:
        """Who it is, for the steps of the booking."""
        return By.VISITOR if self.actor is None else By.STAFF


def draft(
    departure: Departure,
    party: int,
    details: Details,
    maker: Maker,
    *,
    key: RequestKey | None = None,
    **more: Any,
) -> Booking:
    """Return a booking that is being placed, not yet written; `more` are further fields.

    Raises `Invalid` for a number that is none, for more companions than come along, and for a
    track that is not live.
    """
    check_company(party, details.companions)
    _check_tracks(details.tracks)
    booking_id, known = new_id(), _known(details, maker.visitor)
    visitor_id = maker.visitor_id
    step = Step(
        state=BookingState.PLACING,
        at=now(),
        by=maker.by,
        actor=_actor_id(maker),
        reason=maker.override,
    )
    return Booking(
        **{"id": booking_id, **sealed(booking_id, known)},
        departure=departure.id,
        route=departure.route,
        visit=departure.visit,
        visitor=visitor_id,
        state=BookingState.PLACING,
        source=maker.source,
        party=party,
        starts_at=departure.starts_at,
        ends_at=departure.ends_at,
        no_car=details.no_car and not details.plates,
        tracks=list(details.tracks),
        language=details.language or departure.language,
        channel=scenes.channel_of(details.scene) or details.channel,
        scene=details.scene,
        code=codes.new_short_code(),
        steps=[step],
        demo=departure.demo,
        **({} if key is None else key.stored),
        **more,
    )


def insert(booking: Booking, session: ClientSession | None = None) -> None:
    """Write a booking; raise `DuplicateKeyError` when its key, or its code, is taken."""
    booking.validate()
    Booking._get_collection().insert_one(booking.to_mongo(), session=session)


def sealed(booking_id: str, details: Details) -> dict[str, Any]:
    """Return what is personal in the details as the fields to store, None where there is none."""
    fields = {name: getattr(details, name) or None for name in TEXTS}
    fields |= {name: listed(getattr(details, name)) for name in LISTS}
    return personal_data.sealed(Booking, booking_id, fields)


def listed(texts: tuple[str, ...]) -> str | None:
    """Return texts as they stand in a sealed field."""
    return orjson.dumps(list(texts)).decode() if texts else None


def unlisted(booking: Booking, name: str) -> list[str]:
    """Return the texts of a sealed field that holds a list."""
    text = personal_data.opened(booking, name)
    found: list[str] = [] if text is None else orjson.loads(text)
    return found


def check_company(party: int, companions: tuple[str, ...]) -> None:
    """Raise `Invalid` when more are named than come along with the contact."""
    if len(companions) >= party and companions:
        raise Invalid(fields={"companions": "too_long"})


def check_open(departure: Departure) -> None:
    """Raise `Conflict` unless a departure takes bookings, and their time is not over."""
    if departure.state is not DepartureState.OPEN:
        raise Conflict("departure_closed")
    if departure.closes_at <= now():
        raise Conflict("booking_closed")


def check_party(departure: Departure, party: int) -> None:
    """Raise `Unprocessable` when the terms of a departure do not allow a group of that size."""
    if not allows(departure, party):
        least, most = departure.terms.group_min, departure.terms.group_max
        raise Unprocessable("party_size", least=least, most=most)


def allows(departure: Departure, party: int) -> bool:
    """Tell whether the terms of a departure allow a group of that size."""
    return bool(departure.terms.group_min <= party <= departure.terms.group_max)


def keyed(
    maker: Maker, sent: str | None, verb: str, departure: str, party: int, details: Details
) -> RequestKey | None:
    """Return by what a request under the key that was `sent` is known when it comes again."""
    asked = (maker.source, maker.override, departure, party, details)
    return request_keys.of(maker.keyed_to, sent, verb, *asked)


def _check_tracks(tracks: tuple[str, ...]) -> None:
    if not all(links.is_live(Kind.TRACKS, track) for track in tracks):
        raise Invalid(fields={"tracks": "choice"})


def _known(details: Details, visitor: Visitor | None) -> Details:
    """Return details with a number in one form, completed from the profile of a visitor."""
    told = {name: getattr(details, name) for name in ("name", "phone", "organisation")}
    if told["phone"]:
        told["phone"] = profiles.international(told["phone"])
    if visitor is not None:
        told = {name: told[name] or personal_data.opened(visitor, name) for name in told}
    language = details.language or (visitor.language if visitor is not None else None)
    return replace(details, language=language, **told)


def _actor_id(maker: Maker) -> str | None:
    return None if maker.actor is None or maker.actor.is_system else maker.actor.id
