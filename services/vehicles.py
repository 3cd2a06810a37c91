"""车辆: what takes groups from stop to stop."""

from collections.abc import Mapping
from typing import Any

from models.vehicles import Vehicle
from services import kept, resource_use
from services.actors import Actor

Fields = Mapping[str, Any]


def add(actor: Actor, fields: Fields) -> Vehicle:
    """Keep a vehicle."""
    kept.require(actor, Vehicle)
    vehicle = Vehicle(**fields)
    kept.insert(actor, vehicle)
    return vehicle


def change(actor: Actor, identity: str, fields: Fields, *, revision: int) -> Vehicle:
    """Change a vehicle that was seen at `revision`; departures keep it though seats are fewer.

    Raises `NotFound`, `Conflict`.
    """
    kept.require(actor, Vehicle, identity)
    return kept.replace(actor, Vehicle, identity, fields, revision=revision)


def remove(actor: Actor, identity: str) -> None:
    """Forget a vehicle; raise `NotFound`, or `Conflict` while departures to come need it."""
    kept.require(actor, Vehicle, identity)
    kept.delete(
        actor,
        Vehicle,
        identity,
        check=lambda session: resource_use.refuse_in_use("vehicle", identity, session),
    )
