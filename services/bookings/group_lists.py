"""Lists of groups, for printing and for spreadsheets: of a departure, and of a day at a site.

Who may not read personal data gets names, phones and organisations masked, and neither companions
nor plates; reading them whole is on record.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.clock import SHANGHAI
from core.errors import NotFound
from models.bookings import Booking, BookingState
from models.departures import Departure, DepartureState, PlannedStop
from models.guides import Guide
from models.sites import GateNeed, Site
from models.vehicles import Vehicle
from services import audit, gate_needs, permissions, personal_data
from services.actors import Actor
from services.bookings import company, drafting, finding
from services.bookings.attendance import RESOURCE
from services.gate_needs import Way
from services.visitors import masking

S = BookingState
# Who comes or came, and who may still come.
COMING = (S.CONFIRMED, S.CHECKED_IN, S.COMPLETED, S.NO_SHOW)
EXPECTED = frozenset({S.CONFIRMED, S.CHECKED_IN, S.COMPLETED})
PENDING = frozenset({S.REQUESTED, S.OFFERED})
LISTED = (*COMING, S.REQUESTED, S.OFFERED)
GROUPS_MAX = 1_000


@dataclass(frozen=True)
class Group:
    """A booking as the door needs it; what is masked or not told is None or empty.

    `missing` is what gates need and have not been told.
    """

    booking: Booking
    name: str | None
    phone: str | None
    organisation: str | None
    needs: str | None
    companions: list[str]
    plates: list[str]
    missing: list[GateNeed]


@dataclass(frozen=True)
class GroupList:
    """A departure with the groups that come, came or may still come, and what gates ask of them."""

    departure: Departure
    guide: str | None
    vehicle: str | None
    plate: str | None
    groups: list[Group]
    gate_needs: list[GateNeed]

    @property
    def people(self) -> int:
        """Return how many people are expected."""
        return sum(one.booking.party for one in self.groups if one.booking.state in EXPECTED)

    @property
    def pending(self) -> int:
        """Return how many more hold seats and are not confirmed yet."""
        return sum(one.booking.party for one in self.groups if one.booking.state in PENDING)


@dataclass(frozen=True)
class Arrival:
    """A departure at one of its stops (UTC)."""

    arrives_at: dt.datetime
    leaves_at: dt.datetime
    group_list: GroupList


@dataclass(frozen=True)
class DaySheet:
    """Who comes to a site when, on one day in Shanghai; `whole`: nothing is masked."""

    site: str
    title: str
    day: dt.date
    whole: bool
    arrivals: list[Arrival]

    @property
    def people(self) -> int:
        """Return how many people are expected over the day."""
        return sum(one.group_list.people for one in self.arrivals)


def of_departure(actor: Actor, departure_id: str, *, file_format: str) -> GroupList:
    """Return the group list of a departure, whole; that it was read out is on record.

    Raises `NotFound`.
    """
    target = f"departures:{departure_id}"
    permissions.require(actor, RESOURCE, "export", target)
    departure = finding.departure(departure_id)
    audit.record(actor, f"{RESOURCE}.export", target, after={"format": file_format})
    asked = gate_needs.of_departures([departure])
    return _group_lists([departure], asked, whole=True)[0]


def of_site(actor: Actor, site: str, day: dt.date) -> DaySheet:
    """Return who comes to a site (id or slug) on a day in Shanghai.

    Reading it whole, by who may, is on record. Raises `NotFound`.
    """
    permissions.require(actor, RESOURCE, "read")
    row = Site._get_collection().find_one({"$or": [{"_id": site}, {"slug": site}]}, _NAMED)
    if row is None:
        raise NotFound
    whole = permissions.may(actor, RESOURCE, "reveal")
    if whole:
        about = {"day": day.isoformat()}
        audit.record(actor, f"{RESOURCE}.reveal", f"sites:{row['_id']}", after=about)
    departures = _departures_at(row["_id"], day)
    # Other gates on the way do not concern this site.
    ways = {one.id: Way((row["_id"],), one.vehicle is not None) for one in departures}
    lists = _group_lists(departures, gate_needs.of_ways(ways), whole=whole)
    found = zip(departures, lists, strict=True)
    arrivals = [
        Arrival(stop.arrives_at, stop.leaves_at, groups)
        for departure, groups in found
        for stop in departure.stops
        if stop.site == row["_id"] and _on(stop, day)
    ]
    arrivals.sort(key=lambda one: (one.arrives_at, one.group_list.departure.id))
    return DaySheet(row["_id"], row["title"], day, whole, arrivals)


_NAMED: Mapping[str, Any] = {"title": 1}


def _departures_at(site: str, day: dt.date) -> list[Departure]:
    """Return what stops at a site on a day; a visit over midnight began the day before."""
    days = [day.isoformat(), (day - dt.timedelta(days=1)).isoformat()]
    states = [DepartureState.OPEN.value, DepartureState.COMPLETED.value]
    rows = Departure._get_collection().find(
        {"stops.site": site, "day": {"$in": days}, "state": {"$in": states}}
    )
    departures = [Departure._from_son(row) for row in rows]
    return [
        one for one in departures if any(stop.site == site and _on(stop, day) for stop in one.stops)
    ]


def _on(stop: PlannedStop, day: dt.date) -> bool:
    return bool(stop.arrives_at.astimezone(SHANGHAI).date() == day)


def _group_lists(
    departures: Sequence[Departure], asked: Mapping[str, list[GateNeed]], *, whole: bool
) -> list[GroupList]:
    ids = [one.id for one in departures]
    rows = Booking._get_collection().find(
        {"departure": {"$in": ids}, "state": {"$in": [state.value for state in LISTED]}}
    )
    ordered = rows.sort([("created_at", 1), ("_id", 1)]).limit(GROUPS_MAX * max(1, len(ids)))
    bookings = [Booking._from_son(row) for row in ordered]
    guides = _named(Guide, (one.guide for one in departures))
    vehicles = _named(Vehicle, (one.vehicle for one in departures))
    return [
        GroupList(
            departure,
            getattr(guides.get(departure.guide), "name", None),
            getattr(vehicles.get(departure.vehicle), "name", None),
            getattr(vehicles.get(departure.vehicle), "plate", None),
            [
                _group(one, asked[departure.id], whole=whole)
                for one in bookings
                if one.departure == departure.id
            ],
            asked[departure.id],
        )
        for departure in departures
    ]


def _named(model: Any, ids: Iterable[str | None]) -> dict[str | None, Any]:
    wanted = sorted({one for one in ids if one is not None})
    return {one.id: one for one in model.objects(id__in=wanted)} if wanted else {}


def _group(found: Booking, asked: Sequence[GateNeed], *, whole: bool) -> Group:
    name, phone, organisation = (
        personal_data.opened(found, field) for field in ("name", "phone", "organisation")
    )
    missing = company.missing(found, asked)
    if not whole:
        return Group(
            found,
            masking.name(name),
            masking.phone(phone),
            masking.name(organisation),
            None,
            [],
            [],
            missing,
        )
    return Group(
        found,
        name,
        phone,
        organisation,
        personal_data.opened(found, "needs"),
        drafting.unlisted(found, "companions"),
        drafting.unlisted(found, "plates"),
        missing,
    )
