"""What is taken of guides, vehicles and sites, day by day.

Whoever looks for a conflict in order to take something first writes the documents of these days in
the same transaction (`touch`): of two that look at one moment, one waits or begins again.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import day_start
from models.calendar import ResourceDay
from services.occupancy import DAY, Window, days

Row = Mapping[str, Any]
KEPT = DAY * 30


@dataclass(frozen=True)
class Need:
    """A time that a departure takes of a resource (`guides`, `vehicles`, `sites`).

    `margin` is what must lie between it and the next group.
    """

    resource: str
    id: str
    window: Window
    margin: dt.timedelta = dt.timedelta()

    @property
    def keys(self) -> list[str]:
        """Return the days of the resource on which another group could come too near."""
        span = (self.window.starts_at - self.margin, self.window.ends_at + self.margin)
        return [f"{self.resource}:{self.id}:{day.isoformat()}" for day in days(*span)]


@dataclass(frozen=True)
class Taken:
    """A time that another departure has taken."""

    departure: str
    window: Window


class Days:
    """The days of resources as they were read."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._rows = {row["_id"]: row for row in rows}

    def taken(self, need: Need, *, but: str) -> list[Taken]:
        """Return what is taken of a resource near a need, without the departure `but`."""
        found = {
            (span["departure"], span["starts_at"]): Taken(
                span["departure"], Window(span["starts_at"], span["ends_at"], span["people"])
            )
            for key in need.keys
            for span in self._rows.get(key, {}).get("spans", ())
            if span["departure"] != but
        }
        return [found[key] for key in sorted(found)]


def read(needs: Iterable[Need]) -> Days:
    """Return the days that needs touch, as they are now."""
    keys = sorted({key for need in needs for key in need.keys})
    return Days(ResourceDay._get_collection().find({"_id": {"$in": keys}}))


def touch(departure: str, needs: Iterable[Need], session: ClientSession) -> Days:
    """Give back what a departure has, and return the days that its needs touch, held."""
    rows = ResourceDay._get_collection()
    before = rows.find({"spans.departure": departure}, {"_id": 1}, session=session)
    keys = {key for need in needs for key in need.keys} | {row["_id"] for row in before}
    # In the same order everywhere, so that who comes second meets the first at once.
    return Days(
        rows.find_one_and_update(
            {"_id": key},
            {
                "$inc": {"touched": 1},
                "$pull": {"spans": {"departure": departure}},
                "$setOnInsert": {"drop_at": _drop_at(key)},
            },
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )
        for key in sorted(keys)
    )


def take(departure: str, needs: Iterable[Need], session: ClientSession) -> None:
    """Take what a departure needs, on days that were touched in this transaction."""
    rows = ResourceDay._get_collection()
    for need in needs:
        span = {
            "departure": departure,
            "starts_at": need.window.starts_at,
            "ends_at": need.window.ends_at,
            "people": need.window.people,
        }
        for key in need.keys:
            rows.update_one({"_id": key}, {"$push": {"spans": span}}, session=session)


def free(departure: str, session: ClientSession) -> None:
    """Give back all that a departure has."""
    ResourceDay._get_collection().update_many(
        {"spans.departure": departure},
        {"$pull": {"spans": {"departure": departure}}, "$inc": {"touched": 1}},
        session=session,
    )


def _drop_at(key: str) -> dt.datetime:
    return day_start(dt.date.fromisoformat(key.rpartition(":")[2])) + KEPT
