"""讲解员: who leads visits."""

from collections.abc import Mapping
from typing import Any

from core.ids import new_id
from models.guides import Guide
from services import kept, personal_data, resource_use
from services.actors import Actor

Fields = Mapping[str, Any]


def add(actor: Actor, fields: Fields) -> Guide:
    """Keep a guide."""
    kept.require(actor, Guide)
    identity = new_id()
    guide = Guide(id=identity, **_stored(identity, fields))
    kept.insert(actor, guide)
    return guide


def change(actor: Actor, identity: str, fields: Fields, *, revision: int) -> Guide:
    """Change a guide that was seen at `revision`. Raises `NotFound`, `Conflict`."""
    kept.require(actor, Guide, identity)
    return kept.replace(actor, Guide, identity, _stored(identity, fields), revision=revision)


def remove(actor: Actor, identity: str) -> None:
    """Forget a guide; raise `NotFound`, or `Conflict` while departures to come need them."""
    kept.require(actor, Guide, identity)
    kept.delete(
        actor,
        Guide,
        identity,
        check=lambda session: resource_use.refuse_in_use("guide", identity, session),
    )


def phone(guide: Guide) -> str | None:
    """Return the number of a guide."""
    return personal_data.opened(guide, "phone")


def _stored(identity: str, fields: Fields) -> dict[str, Any]:
    sealed = {name: fields[name] for name in Guide.SEALED if name in fields}
    return {**fields, **personal_data.sealed(Guide, identity, sealed)}
