"""Composing the itinerary of a bespoke visit, from a route or from single sites."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from pymongo.client_session import ClientSession

from core.db import transaction
from core.errors import Conflict, Invalid, Unprocessable
from models.departures import CAPACITY_MAX, Audience, Departure, DepartureState, Meeting, Words
from models.enums import Language
from models.visits import Visit
from services import conflicts, departures, permissions, plans
from services.actors import Actor
from services.plans import Plan, Stay
from services.visits import finding


@dataclass(frozen=True)
class Composition:
    """What staff put together: a route, or stays at single sites with a title; the start in UTC.

    Without a `capacity` there are as many seats as people who asked. `note` is read by the
    delegation.
    """

    starts_at: dt.datetime
    route: str | None = None
    stays: tuple[Stay, ...] = ()
    title: Words | None = None
    meeting: Meeting | None = None
    language: Language | None = None
    capacity: int | None = None
    guide: str | None = None
    vehicle: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class Checked:
    """What a composition would be, and what it collides with: as `Conflicting.told`."""

    departure: Departure
    conflicts: Sequence[dict[str, Any]]


class _Looked(Exception):
    """Ends a transaction that only looks."""


def check(actor: Actor, visit_id: str, composition: Composition) -> Checked:
    """Return what would happen if this was proposed now; nothing is kept.

    Raises `Forbidden`, `NotFound`, and what `build` does.
    """
    permissions.require(actor, finding.RESOURCE, "write", f"visits:{visit_id}")
    visit = finding.get(visit_id)
    departure = build(visit, composition)
    held = finding.open_proposal(visit)

    def work(session: ClientSession) -> NoReturn:
        if held is not None:
            conflicts.free(held.departure, session=session)
        conflicts.claim(departure, session=session)
        raise _Looked

    try:
        transaction(work)
    except _Looked:
        return Checked(departure, ())
    except Conflict as error:
        found: Any = error.details.get("conflicts")
        if found is None:
            raise
        return Checked(departure, found)


def build(visit: Visit, composition: Composition) -> Departure:
    """Return the departure of a composition, not saved.

    Raises `Invalid`, `Unprocessable` with `in_the_past`, `party_size`, `route_not_live` or
    `site_not_live`.
    """
    departures.require_ahead(composition.starts_at)
    party = int(visit.party)
    capacity = composition.capacity or party
    if capacity < party:
        raise Unprocessable("party_size", least=party, most=CAPACITY_MAX)
    return departures.build(
        _plan(visit, composition),
        capacity=capacity,
        guide=composition.guide,
        vehicle=composition.vehicle,
        audience=Audience.PRIVATE,
        state=DepartureState.PROPOSED,
        demo=bool(visit.demo),
        visit=visit.id,
    )


def _plan(visit: Visit, composition: Composition) -> Plan:
    """Return the plan; terms of open departures (lead time, group size) do not hold for it."""
    if (composition.route is None) is (not composition.stays):
        raise Invalid(fields={"stops": "required"})
    language = composition.language or visit.language
    if composition.route is not None:
        plan = plans.from_route(
            composition.route, starts_at=composition.starts_at, language=language
        )
    elif composition.title is None:
        raise Invalid(fields={"title": "required"})
    else:
        plan = plans.from_sites(
            composition.stays,
            title=composition.title,
            starts_at=composition.starts_at,
            language=language,
            tracks=visit.tracks,
        )
    terms = plans.bespoke_terms()
    return dataclasses.replace(
        plan,
        title=composition.title or plan.title,
        meeting=composition.meeting or plan.meeting,
        terms=terms,
        cut_offs=plans.cut_offs(terms, composition.starts_at),
    )
