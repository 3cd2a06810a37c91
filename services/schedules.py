"""周计划: weekly schedules, from which departures are made.

Adding, changing or removing one brings the departures to come in line at once; see
`services.generation`.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from core.clock import now
from core.errors import Invalid, NotFound
from models.schedules import Schedule
from services import conflicts, generation, kept, plans
from services.actors import Actor
from services.generation import Generated

Fields = Mapping[str, Any]


def add(actor: Actor, fields: Fields) -> Generated:
    """Keep a schedule and make its departures.

    Raises `Invalid`, `Unprocessable` as `plans.from_route` does, `Conflict("resource_inactive")`.
    """
    kept.require(actor, Schedule)
    schedule = Schedule(**_checked(fields))
    kept.insert(actor, schedule)
    return generation.renew(actor, schedule)


def change(actor: Actor, identity: str, fields: Fields, *, revision: int) -> Generated:
    """Change a schedule that was seen at `revision`.

    Departures to come that nobody booked are replaced; the others stay as they are and are named.
    Raises what `add` does, and `NotFound`, `Conflict("stale_revision")`.
    """
    kept.require(actor, Schedule, identity)
    kept.get(Schedule, identity)
    changed = kept.replace(actor, Schedule, identity, _checked(fields), revision=revision)
    return generation.renew(actor, changed)


def remove(actor: Actor, identity: str) -> None:
    """Forget a schedule; departures to come that nobody booked go with it. Raises `NotFound`."""
    kept.require(actor, Schedule, identity)
    found = kept.get(Schedule, identity)
    if found.active:
        found = kept.replace(actor, Schedule, identity, {"active": False}, revision=found.revision)
    generation.renew(actor, found)
    kept.delete(actor, Schedule, identity)


def generate(actor: Actor, identity: str) -> Generated:
    """Make the departures of a schedule that are not there yet. Raises `NotFound`."""
    kept.require(actor, Schedule, identity)
    return generation.renew(actor, kept.get(Schedule, identity))


def generate_all(actor: Actor) -> Iterator[Generated]:
    """Do so for every schedule, yielding what was done for each; for the product itself."""
    kept.require(actor, Schedule)
    for identity in Schedule.objects.order_by("id").scalar("id"):
        try:
            schedule = kept.get(Schedule, identity)
        except NotFound:  # a colleague removed it meanwhile
            continue
        yield generation.renew(actor, schedule)


def _checked(fields: Fields) -> dict[str, Any]:
    """Return fields as they are stored: the route by its id."""
    until = fields.get("until_day")
    if until is not None and until < fields["from_day"]:
        raise Invalid(fields={"until_day": "out_of_range"})
    route = plans.route_id(fields["route"])
    plans.from_route(route, starts_at=now())
    conflicts.require_active(guide=fields.get("guide"), vehicle=fields.get("vehicle"))
    weekdays = sorted(set(fields["weekdays"]))
    exceptions = sorted(set(fields.get("exceptions") or ()))
    return {**fields, "route": route, "weekdays": weekdays, "exceptions": exceptions}
