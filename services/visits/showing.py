"""A request for a bespoke visit as it may be shown: to who asked, in lists of staff, in full."""

from typing import Any

from models.visits import Visit
from services.visitors import masking
from services.visits import answering, asking

SAME = (
    *("id", "revision", "state", "dates", "party", "tracks", "sites", "route", "language"),
    *("reason", "alternative", "departure", "booking", "demo", "created_at", "updated_at"),
)
MADE = ("version", "state", "departure", "note", "expires_at", "made_at", "answered_at")


def own(visit: Visit) -> dict[str, Any]:
    """Return a request as its visitor reads it: all of it, the phone masked."""
    told = asking.plain(visit)
    return {**_common(visit), **told, "phone": masking.phone(told["phone"])}


def masked(visit: Visit) -> dict[str, Any]:
    """Return a request as it stands in lists of staff."""
    told = asking.plain(visit)
    return {
        **{name: getattr(visit, name) for name in (*SAME, "channel")},
        "name": masking.name(told["name"]),
        "phone": masking.phone(told["phone"]),
        "versions": len(visit.proposals),
        "visitor": visit.visitor,
    }


def whole(visit: Visit) -> dict[str, Any]:
    """Return a request as staff read it in full; who made a proposal is named."""
    found = {**_common(visit), **asking.plain(visit)}
    for shown, proposal in zip(found["proposals"], visit.proposals, strict=True):
        shown["made_by_name"] = proposal.made_by_name
    return {**found, "channel": visit.channel, "visitor": visit.visitor}


def _common(visit: Visit) -> dict[str, Any]:
    asked = answering.answers(visit)
    proposals = [
        {**{name: getattr(one, name) for name in MADE}, "answer": asked.get(str(one.version))}
        for one in visit.proposals
    ]
    return {**{name: getattr(visit, name) for name in SAME}, "proposals": proposals}
