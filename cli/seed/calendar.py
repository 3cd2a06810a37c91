"""The demo's calendar: guides, vehicles and weekly schedules, all of them plainly 演示.

Written once, together, where staff keep nothing of the kind; the daily job then rolls it on.
"""

from collections.abc import Mapping
from typing import Any

from cli.seed.load import ACTOR
from cli.seed.source import MALFORMED, ContentError
from core.clock import today
from core.errors import NotFound
from core.ids import new_id
from models.enums import Kind, Language
from models.guides import Guide
from models.kept import Kept
from models.schedules import Schedule
from models.vehicles import Vehicle
from services import content, kept, schedules
from services.generation import Generated

Data = Mapping[str, Any]


def load(data: Data) -> list[Generated]:
    """Write the calendar unless there is one, and make its departures; return what was made.

    Raises `ContentError` for what is not written as it should be.
    """
    if not data or any(kept.listing(model, limit=1) for model in (Guide, Vehicle, Schedule)):
        return []
    try:
        documents = _documents(data)
    except (*MALFORMED, NotFound) as error:
        message = f"calendar.yaml: {error!r}"
        raise ContentError(message) from None
    kept.insert(ACTOR, *documents)
    return list(schedules.generate_all(ACTOR))


def _documents(data: Data) -> list[Kept]:
    guides = {
        key: Guide(id=new_id(), demo=True, **{**one, "languages": _languages(one)})
        for key, one in data["guides"].items()
    }
    vehicles = {
        key: Vehicle(id=new_id(), demo=True, **one) for key, one in data["vehicles"].items()
    }
    planned = [
        Schedule(
            id=new_id(),
            demo=True,
            from_day=today().isoformat(),
            **{
                **one,
                "route": content.get(Kind.ROUTES, one["route"]).id,
                "guide": guides[one["guide"]].id,
                "vehicle": vehicles[one["vehicle"]].id,
                "language": Language(one.get("language", Language.ZH_CN)),
            },
        )
        for one in data["schedules"]
    ]
    return [*guides.values(), *vehicles.values(), *planned]


def _languages(one: Data) -> list[Language]:
    return [Language(language) for language in one["languages"]]
