"""The plan of a visit: what is seen when, from the published route or from single sites.

Texts, stops and terms are copied: what is edited or taken offline later moves no departure.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.clock import day_start
from core.errors import NotFound, Unprocessable
from models.departures import CAPACITY_MAX, Meeting, PlannedStop, Words
from models.enums import Kind, Language
from models.routes import BookingRules, Confirmation
from models.snapshots import Snapshot, snapshot_key
from services import live, visit_places
from services.occupancy import DAY, day_of

Texts = Mapping[Language, Mapping[str, Any]]


@dataclass(frozen=True)
class CutOffs:
    """Until when (UTC) visitors may request, cancel and move to another departure."""

    closes_at: dt.datetime
    cancel_by: dt.datetime
    reschedule_by: dt.datetime


@dataclass(frozen=True)
class Stay:
    """A stop of a bespoke visit: minutes there, then minutes to the next one."""

    site: str
    dwell_minutes: int
    travel_minutes: int = 0
    note: Words | None = None


@dataclass(frozen=True)
class Plan:
    """What a departure is made of: `services.departures.build`. Times are UTC."""

    title: Words
    starts_at: dt.datetime
    ends_at: dt.datetime
    stops: list[PlannedStop]
    terms: BookingRules
    cut_offs: CutOffs
    language: Language
    meeting: Meeting | None = None
    tracks: list[str] = field(default_factory=list)
    route: str | None = None
    slug: str | None = None
    demo: bool = False


def route_id(id_or_slug: str) -> str:
    """Return the id of a published route; raise `Unprocessable("route_not_live")`."""
    try:
        row = live.find(Kind.ROUTES, id_or_slug, Language.ZH_CN)
    except NotFound:
        raise Unprocessable("route_not_live", fields={"route": "route_not_live"}) from None
    return str(row["item"])


def from_route(
    route_id: str, *, starts_at: dt.datetime, language: Language = Language.ZH_CN
) -> Plan:
    """Return the plan of a published route from a start on (UTC).

    Raises `Unprocessable` with `route_not_live`, or `not_bookable` without terms of booking.
    """
    key = snapshot_key(Kind.ROUTES, route_id)
    details = live.details([key]).get(key)
    row = Snapshot.raw().find_one({"_id": key}, {"slug": 1, "tracks": 1})
    if details is None or row is None:
        raise Unprocessable("route_not_live")
    detail = details[Language.ZH_CN]
    if detail["booking"] is None:
        raise Unprocessable("not_bookable")
    terms = BookingRules(**{name: detail["booking"][name] for name in BookingRules._fields})
    stops, ends_at = timed(_route_stops(details), starts_at)
    return Plan(
        title=_words(details, "title"),
        starts_at=starts_at,
        ends_at=ends_at,
        stops=stops,
        terms=terms,
        cut_offs=cut_offs(terms, starts_at),
        language=language,
        meeting=_meeting(details),
        tracks=[reference["$ref"].partition(":")[2] for reference in detail["tracks"]],
        route=route_id,
        slug=row["slug"],
        demo=bool(detail["demo"]),
    )


def from_sites(
    stays: Sequence[Stay],
    *,
    title: Words,
    starts_at: dt.datetime,
    language: Language = Language.ZH_CN,
    terms: BookingRules | None = None,
    meeting: Meeting | None = None,
    tracks: Sequence[str] = (),
) -> Plan:
    """Return the plan of a visit to single sites, one after the other, from a start on (UTC).

    Without `terms` there is no lead time and no cut-off before the start, and groups are of any
    size. Raises `Unprocessable("site_not_live")`.
    """
    places = visit_places.of(stay.site for stay in stays)
    missing = [
        f"stops.{number}.site" for number, stay in enumerate(stays) if stay.site not in places
    ]
    if missing or not stays:
        raise Unprocessable("site_not_live", fields=dict.fromkeys(missing, "site_not_live"))
    parts = [
        (
            PlannedStop(
                key=f"stop-{number}",
                site=stay.site,
                title=places[stay.site].title,
                note=stay.note,
                location=places[stay.site].location,
            ),
            stay.dwell_minutes,
            stay.travel_minutes,
        )
        for number, stay in enumerate(stays, 1)
    ]
    stops, ends_at = timed(parts, starts_at)
    terms = terms or bespoke_terms()
    return Plan(
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        stops=stops,
        terms=terms,
        cut_offs=cut_offs(terms, starts_at),
        language=language,
        meeting=meeting,
        tracks=list(tracks),
    )


def bespoke_terms() -> BookingRules:
    """Return the terms of a visit that staff arrange for one group."""
    return BookingRules(
        lead_days=0,
        cancel_hours=0,
        reschedule_hours=0,
        group_min=1,
        group_max=CAPACITY_MAX,
        minimum_to_run=1,
        confirmation=Confirmation.STAFF,
    )


def cut_offs(terms: BookingRules, starts_at: dt.datetime) -> CutOffs:
    """Return until when visitors may act by themselves.

    Lead time is counted in days of Shanghai: N days ahead is until the end of the day that lies N
    days before that of the start; 0 is until the start itself.
    """
    closes_at = starts_at
    if terms.lead_days:
        closes_at = day_start(day_of(starts_at) - DAY * (terms.lead_days - 1))
    return CutOffs(
        closes_at=closes_at,
        cancel_by=starts_at - dt.timedelta(hours=terms.cancel_hours),
        reschedule_by=starts_at - dt.timedelta(hours=terms.reschedule_hours),
    )


def _route_stops(details: Texts) -> list[tuple[PlannedStop, int, int]]:
    """Return the stops of a route with the minutes there and the minutes to the next one."""
    chinese, english = details[Language.ZH_CN]["stops"], details[Language.EN]["stops"]
    sites = [stop["site"]["$ref"].partition(":")[2] for stop in chinese]
    places = visit_places.of(sites)
    found = []
    for zh, en, site in zip(chinese, english, sites, strict=True):
        texts = {Language.ZH_CN: zh, Language.EN: en}
        stop = PlannedStop(
            key=zh["key"],
            site=site,
            title=_words(texts, "title"),
            note=visit_places.words(texts, "note"),
            location=places[site].location if site in places else None,
            x=zh["x"],
            y=zh["y"],
        )
        found.append((stop, zh["dwell_minutes"], zh["travel_minutes"]))
    return found


def timed(
    parts: Sequence[tuple[PlannedStop, int, int]], starts_at: dt.datetime
) -> tuple[list[PlannedStop], dt.datetime]:
    """Give each stop its window, by minutes there and to the next; return when all is over, too."""
    moment = starts_at
    for stop, dwell, travel in parts:
        stop.arrives_at, stop.leaves_at = moment, moment + dt.timedelta(minutes=dwell)
        moment = stop.leaves_at + dt.timedelta(minutes=travel)
    return [stop for stop, _, _ in parts], moment


def _meeting(details: Texts) -> Meeting | None:
    texts = {language: detail["meeting_point"] for language, detail in details.items()}
    if texts[Language.ZH_CN] is None:
        return None
    return Meeting(
        title=_words(texts, "title"),
        note=visit_places.words(texts, "note"),
        location=visit_places.point(texts[Language.ZH_CN]),
    )


def _words(texts: Texts, name: str) -> Words:
    return visit_places.words(texts, name) or Words(zh="")
