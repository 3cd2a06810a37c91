"""What a visit must know of its sites, as they are published."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from models.departures import Words
from models.enums import Kind, Language
from models.parts import Location
from models.snapshots import snapshot_key
from services import live

Detail = Mapping[str, Any]


@dataclass(frozen=True)
class Place:
    """A published site. Limits are None where there is none; `hours` as `models.parts.Window`.

    `margin` lies between groups that do not share the site.
    """

    id: str
    title: Words
    location: Location | None
    bookable: bool
    groups: int | None
    people: int | None
    margin: dt.timedelta
    hours: tuple[Mapping[str, Any], ...]


def of(sites: Iterable[str], session: ClientSession | None = None) -> dict[str, Place]:
    """Return the sites that are published, by id."""
    keys = {snapshot_key(Kind.SITES, site): site for site in sites}
    found = live.details(keys, session)
    return {keys[key]: _place(keys[key], detail) for key, detail in found.items()}


def words(details: Mapping[Language, Any], name: str) -> Words | None:
    """Return a text of a detail in both languages; the English one only where it differs."""
    zh, en = details[Language.ZH_CN].get(name), details[Language.EN].get(name)
    if not zh:
        return None
    return Words(zh=zh, en=en if en != zh else None)


def point(detail: Detail) -> Location | None:
    """Return where something is."""
    found = detail.get("location")
    return None if found is None else Location(**found)


def _place(site: str, details: Mapping[Language, Any]) -> Place:
    detail = details[Language.ZH_CN]
    limits = detail.get("capacity") or {}
    return Place(
        id=site,
        title=words(details, "title") or Words(zh=site),
        location=point(detail),
        bookable=bool(detail["bookable"]),
        groups=limits.get("groups"),
        people=limits.get("people"),
        margin=dt.timedelta(minutes=limits.get("margin_minutes") or 0),
        hours=tuple(detail.get("opening_hours") or ()),
    )
