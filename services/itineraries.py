"""行程单: what a group needs to know of its visit, put together from what is planned and live.

Times, titles and the meeting point are those of the departure, as they were planned; the map, the
addresses and what sites and gates ask of visitors are those that are live now.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import orjson

from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState, Meeting, PlannedStop, Words
from models.enums import Kind, Language
from models.guides import Guide
from models.parts import Location
from models.snapshots import Snapshot, in_time, snapshot_key
from models.vehicles import Vehicle
from models.visits import Proposal
from services import booking_policy, gate_needs, itinerary_sketches, personal_data
from services.itinerary_parts import (
    Contact,
    Itinerary,
    ItineraryStop,
    MapFile,
    MapImage,
    MeetingPoint,
    Point,
    Transport,
)
from services.itinerary_sheet import pdf as pdf
from services.itinerary_texts import ADVICE

# How long before the start a group meets.
EARLY = dt.timedelta(minutes=10)
MEDIA_URL = "/media/"
# Who comes is told whom to call.
COMING = frozenset({BookingState.CONFIRMED, BookingState.CHECKED_IN})

Details = Mapping[str, Mapping[str, Any]]


def of_departure(
    departure: Departure,
    language: Language,
    *,
    booking: Booking | None = None,
    proposal: Proposal | None = None,
    party: int | None = None,
) -> Itinerary:
    """Return the 行程单 of a departure: for staff, or for the visitor of a booking or proposal.

    With a booking, guide and vehicle are told while the visitor is to come; with a proposal they
    are not told; without either, they are. Where no guide can be called, the desk can.
    """
    details = _details(departure, language)
    for_staff = booking is None and proposal is None
    told = for_staff or (booking is not None and booking.state in COMING)
    guide = _guide(departure.guide) if told else None
    is_open = departure.state is DepartureState.OPEN
    stops = _stops(departure.stops, details, language)
    meeting = _meeting(departure.meeting, departure.starts_at, language)
    image = _map(details.get(snapshot_key(Kind.ROUTES, departure.route)))
    return Itinerary(
        departure=departure.id,
        language=language,
        title=_said(departure.title, language),
        day=dt.date.fromisoformat(departure.day),
        starts_at=departure.starts_at,
        ends_at=departure.ends_at,
        version=proposal.version if proposal else departure.revision,
        state=departure.state,
        stops=stops,
        advice=ADVICE[language],
        spoken=departure.language,
        meeting=meeting,
        map=image,
        sketch=itinerary_sketches.of(stops, meeting, language) if image is None else None,
        contact=guide,
        desk_phone=None if guide and guide.phone else booking_policy.current().desk_phone,
        transport=_vehicle(departure.vehicle) if told else None,
        party=booking.party if booking else party,
        people=departure.held if for_staff else None,
        note=proposal.note if proposal else None,
        gate_needs=gate_needs.of(departure),
        cancel_by=departure.cancel_by if booking and is_open else None,
        answer_by=_answer_by(departure, proposal),
        demo=departure.demo,
        provisional=departure.provisional,
        bespoke=departure.visit is not None,
    )


def with_proposal(itinerary: Itinerary, proposal: Proposal) -> Itinerary:
    """Return the 行程单 that staff see of a departure which was proposed to a delegation."""
    return replace(itinerary, version=proposal.version, note=proposal.note)


def _answer_by(departure: Departure, proposal: Proposal | None) -> dt.datetime | None:
    if proposal is None or departure.state is not DepartureState.PROPOSED:
        return None
    answer_by: dt.datetime = proposal.expires_at
    return answer_by


def _details(departure: Departure, language: Language) -> dict[str, dict[str, Any]]:
    """Return the live details of the route and of the sites, by the keys of their snapshots."""
    keys = {snapshot_key(Kind.SITES, stop.site) for stop in departure.stops}
    if departure.route:
        keys.add(snapshot_key(Kind.ROUTES, departure.route))
    rows = Snapshot.raw().find(
        {"_id": {"$in": sorted(keys)}, **in_time()}, {f"body.{language}.detail": 1}
    )
    return {row["_id"]: orjson.loads(row["body"][language]["detail"]) for row in rows}


def _stops(
    planned: Sequence[PlannedStop], details: Details, language: Language
) -> list[ItineraryStop]:
    ahead = [
        max(0, int((after.arrives_at - stop.leaves_at).total_seconds() // 60))
        for stop, after in pairwise(planned)
    ]
    found = []
    for number, (stop, travel) in enumerate(zip(planned, [*ahead, None], strict=True), start=1):
        site = details.get(snapshot_key(Kind.SITES, stop.site), {})
        found.append(
            ItineraryStop(
                number=number,
                title=_said(stop.title, language),
                arrives_at=stop.arrives_at,
                leaves_at=stop.leaves_at,
                travel_minutes=travel,
                note=_said(stop.note, language) if stop.note else None,
                address=site.get("address"),
                visit_note=site.get("visit_note"),
                location=_point(stop.location),
                x=stop.x,
                y=stop.y,
            )
        )
    return found


def _meeting(
    meeting: Meeting | None, starts_at: dt.datetime, language: Language
) -> MeetingPoint | None:
    if meeting is None:
        return None
    return MeetingPoint(
        title=_said(meeting.title, language),
        at=starts_at - EARLY,
        note=_said(meeting.note, language) if meeting.note else None,
        location=_point(meeting.location),
    )


def _map(route: Mapping[str, Any] | None) -> MapImage | None:
    """Return the map of a route that is live and has one with pixels."""
    image = (route or {}).get("map_image")
    if route is None or not image or not image["width"] or not image["height"]:
        return None
    approval = route.get("map_approval") or {}
    files = [
        MapFile(one["url"].removeprefix(MEDIA_URL), one["type"], one["width"])
        for one in image["sources"]
    ]
    return MapImage(
        width=image["width"],
        height=image["height"],
        files=files,
        alt=image["alt"],
        approval=approval.get("number"),
        exemption=approval.get("exemption"),
        demo=image["demo"],
    )


def _guide(guide_id: str | None) -> Contact | None:
    guide = Guide.objects(id=guide_id).first() if guide_id else None
    if guide is None:
        return None
    return Contact(name=guide.name, phone=personal_data.opened(guide, "phone"))


def _vehicle(vehicle_id: str | None) -> Transport | None:
    vehicle = Vehicle.objects(id=vehicle_id).first() if vehicle_id else None
    return None if vehicle is None else Transport(vehicle.name, vehicle.plate)


def _point(location: Location | None) -> Point | None:
    return None if location is None else Point(location.lng, location.lat, location.crs)


def _said(words: Words, language: Language) -> str:
    """Return a text in the language, in Chinese where it has no other."""
    english: str | None = words.en if language is Language.EN else None
    chinese: str = words.zh
    return english or chinese
