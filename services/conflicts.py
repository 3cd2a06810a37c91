"""What a departure collides with: guides, vehicles, sites, opening hours, closures.

`claim` is exact though many do it at once (see `services.resource_days`); `find` only looks.
"""

import dataclasses
import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from pymongo.client_session import ClientSession

from core.errors import Conflict
from models.calendar import Closure, Collision
from models.departures import Departure
from models.guides import Guide
from models.kept import Kept
from models.vehicles import Vehicle
from services import closures, resource_days, visit_places
from services.occupancy import Window, is_open, peak
from services.resource_days import Days, Need, Taken
from services.visit_places import Place

GUIDES, VEHICLES, SITES, ROUTES, CALENDAR = "guides", "vehicles", "sites", "routes", "calendar"
MODELS: dict[str, type[Kept]] = {GUIDES: Guide, VEHICLES: Vehicle}


@dataclasses.dataclass(frozen=True)
class Conflicting:
    """What a departure collides with, and why.

    `resource` and `id` say where: a guide, a vehicle, a site, the route, or the whole calendar
    (then `id` is that of the closure). `departure` and `title` name the other departure, where
    there is one, and the times (UTC) are when that one is there; else when this one would be.
    """

    resource: str
    id: str
    name: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    why: Collision
    departure: str | None = None
    title: str | None = None

    def told(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "resource": self.resource,
            "id": self.id,
            "name": self.name,
            "starts_at": self.starts_at.isoformat(),
            "ends_at": self.ends_at.isoformat(),
            "why": self.why.value,
            "departure": self.departure,
            "title": self.title,
        }


@dataclasses.dataclass(frozen=True)
class _Look:
    """What one look for conflicts goes by; `held` is the guide and the vehicle, or None."""

    departure: Departure
    held: dict[str, Any]
    places: dict[str, Place]
    closed: list[Closure]
    needs: list[Need]


def find(departure: Departure) -> list[Conflicting]:
    """Return what a departure, saved or not, would collide with now.

    Raises `Conflict("resource_inactive")` for a guide or vehicle that is not in use.
    """
    look = _look(departure, None)
    return _collisions(look, resource_days.read(look.needs), None)


def claim(departure: Departure, *, session: ClientSession) -> None:
    """Take guide, vehicle and sites for a departure, in the place of what it had.

    Raises `Conflict` with `resource_inactive`, `day_closed` or `resource_conflict`; the latter two
    have `details` with `conflicts`, as `Conflicting.told` returns them.
    """
    look = _look(departure, session)
    found = _collisions(look, resource_days.touch(departure.id, look.needs, session), session)
    if found:
        raise refused(found)
    resource_days.take(departure.id, look.needs, session)


def free(departure_id: str, *, session: ClientSession) -> None:
    """Give back what a departure has taken."""
    resource_days.free(departure_id, session)


def require_active(*, guide: str | None, vehicle: str | None) -> None:
    """Raise `Conflict("resource_inactive")` unless guide and vehicle, where given, are in use."""
    _resource(GUIDES, guide, None)
    _resource(VEHICLES, vehicle, None)


def refused(found: Sequence[Conflicting]) -> Conflict:
    """Return the error that names what collides."""
    closed = any(
        one.why is Collision.CLOSED and one.resource in (ROUTES, CALENDAR) for one in found
    )
    error = Conflict("day_closed" if closed else "resource_conflict")
    error.details = {"conflicts": [one.told() for one in found]}
    return error


def _look(departure: Departure, session: ClientSession | None) -> _Look:
    places = visit_places.of((stop.site for stop in departure.stops), session)
    return _Look(
        departure=departure,
        held={
            GUIDES: _resource(GUIDES, departure.guide, session),
            VEHICLES: _resource(VEHICLES, departure.vehicle, session),
        },
        places=places,
        closed=closures.during(departure.starts_at, departure.ends_at, session),
        needs=_needs(departure, places),
    )


def _resource(name: str, identity: str | None, session: ClientSession | None) -> Any:
    """Return a guide or vehicle that is in use; when it is to be taken, nobody removes it now."""
    if identity is None:
        return None
    model, wanted = MODELS[name], {"_id": identity, "active": True}
    rows = model._get_collection()
    if session is None:
        row = rows.find_one(wanted)
    else:
        row = rows.find_one_and_update(wanted, {"$inc": {"touched": 1}}, session=session)
    if row is None:
        raise Conflict("resource_inactive", fields={name.removesuffix("s"): "resource_inactive"})
    return model._from_son(row)


def _needs(departure: Departure, places: dict[str, Place]) -> list[Need]:
    """Return what a departure takes; a guide and a vehicle are on their way between stops too."""
    people = int(departure.capacity)
    whole = Window(departure.starts_at, departure.ends_at, people)
    needs = [
        Need(name, identity, whole)
        for name, identity in ((GUIDES, departure.guide), (VEHICLES, departure.vehicle))
        if identity is not None
    ]
    for stop in departure.stops:
        margin = places[stop.site].margin if stop.site in places else dt.timedelta()
        window = Window(stop.arrives_at, stop.leaves_at, people)
        needs.append(Need(SITES, stop.site, window, margin))
    return needs


def _collisions(look: _Look, days: Days, session: ClientSession | None) -> list[Conflicting]:
    found = [*_closures(look), *_seats(look)]
    for need in look.needs:
        found += _at_site(look, need, days) if need.resource == SITES else _twice(look, need, days)
    return _titled(found, session)


def _twice(look: _Look, need: Need, days: Days) -> Iterator[Conflicting]:
    """Yield where a guide or vehicle would be in two places."""
    for taken in days.taken(need, but=look.departure.id):
        if taken.window.overlaps(need.window):
            yield _with(need, str(look.held[need.resource].name), taken, Collision.TAKEN)


def _at_site(look: _Look, need: Need, days: Days) -> Iterator[Conflicting]:
    place = look.places.get(need.id)
    if place is None or not place.bookable:
        name = need.id if place is None else place.title.zh
        yield _alone(need.resource, need.id, name, need.window, Collision.NOT_LIVE)
        return
    name = str(place.title.zh)
    if not is_open(need.window, place.hours):
        yield _alone(SITES, place.id, name, need.window, Collision.HOURS)
    window = need.window.lengthened(place.margin)
    near = [
        taken
        for taken in days.taken(need, but=look.departure.id)
        if taken.window.lengthened(place.margin).overlaps(window)
    ]
    groups, people = peak(window, [taken.window.lengthened(place.margin) for taken in near])
    for limit, wanted, why in (
        (place.groups, groups + 1, Collision.GROUPS),
        (place.people, people + window.people, Collision.PEOPLE),
    ):
        if limit is not None and wanted > limit:
            if not near:
                yield _alone(SITES, place.id, name, need.window, why)
            yield from (_with(need, name, taken, why) for taken in near)


def _closures(look: _Look) -> Iterator[Conflicting]:
    departure = look.departure
    whole = Window(departure.starts_at, departure.ends_at)
    for one in closures.within(whole, look.closed, route=departure.route):
        resource, identity, name = CALENDAR, one.closure.id, str(one.closure.reason)
        if one.closure.route is not None:
            resource, identity, name = ROUTES, one.closure.route, str(departure.title.zh)
        yield _alone(resource, identity, name, one.window, Collision.CLOSED)
    for stop in departure.stops:
        window = Window(stop.arrives_at, stop.leaves_at)
        for one in closures.within(window, look.closed, site=stop.site, route=None):
            yield _alone(SITES, stop.site, str(stop.title.zh), one.window, Collision.CLOSED)


def _seats(look: _Look) -> Iterator[Conflicting]:
    vehicle, departure = look.held[VEHICLES], look.departure
    if vehicle is not None and departure.capacity > vehicle.seats:
        window = Window(departure.starts_at, departure.ends_at)
        yield _alone(VEHICLES, vehicle.id, str(vehicle.name), window, Collision.SEATS)


def _alone(resource: str, identity: str, name: str, window: Window, why: Collision) -> Conflicting:
    return Conflicting(resource, identity, name, window.starts_at, window.ends_at, why)


def _with(need: Need, name: str, taken: Taken, why: Collision) -> Conflicting:
    window = taken.window
    return Conflicting(
        *(need.resource, need.id, name, window.starts_at, window.ends_at, why),
        departure=taken.departure,
    )


def _titled(found: Sequence[Conflicting], session: ClientSession | None) -> list[Conflicting]:
    """Put in the titles of the other departures, read at once."""
    others = sorted({one.departure for one in found if one.departure is not None})
    if not others:
        return list(found)
    rows = Departure._get_collection().find(
        {"_id": {"$in": others}}, {"title.zh": 1}, session=session
    )
    titles = {row["_id"]: row["title"]["zh"] for row in rows}
    return [
        one if one.departure is None else dataclasses.replace(one, title=titles.get(one.departure))
        for one in found
    ]
