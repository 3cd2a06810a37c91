"""How many ask, are confirmed, come and do not come: by month, route, track, channel, organisation.

A booking counts where its visit begins, once however often it was moved. Bounds keep a question
from reading years of bookings.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from core.clock import SHANGHAI, day_start
from core.errors import Invalid
from models.bookings import Booking, BookingState
from models.departures import Departure
from services import audit, permissions, personal_data
from services.actors import Actor
from services.bookings.attendance import RESOURCE

S = BookingState
CAME = frozenset({S.CHECKED_IN.value, S.COMPLETED.value})
# Neither what is being made nor what goes on as another booking.
UNCOUNTED = [S.PLACING.value, S.RESCHEDULED.value]
DAYS_MAX = 366
ORGANISATIONS_MAX = 100
OPENED_MAX = 20_000


class Part(StrEnum):
    """What figures are broken down by."""

    MONTH = "month"
    ROUTE = "route"
    TRACK = "track"
    CHANNEL = "channel"
    SOURCE = "source"


@dataclass
class Counts:
    """How many bookings, and how many people in them."""

    requests: int = 0
    confirmed: int = 0
    came: int = 0
    no_shows: int = 0
    people_requested: int = 0
    people_came: int = 0

    @property
    def no_show_rate(self) -> float | None:
        """Return the share of no-shows among those who came or should have; None of nobody."""
        decided = self.came + self.no_shows
        return round(self.no_shows / decided, 4) if decided else None

    def add(self, row: Mapping[str, Any]) -> None:
        """Count bookings that are alike."""
        count, people = row["count"], row["people"]
        came = row["state"] in CAME
        self.requests += count
        self.people_requested += people
        self.confirmed += row["confirmed"]
        self.came += count if came else 0
        self.people_came += people if came else 0
        self.no_shows += count if row["state"] == S.NO_SHOW.value else 0


@dataclass(frozen=True)
class Line:
    """The figures of one route, month and so on; `name` is what people call it."""

    key: str
    name: str | None
    counts: Counts


@dataclass(frozen=True)
class Figures:
    """Figures over days in Shanghai, both included."""

    from_day: dt.date
    until_day: dt.date
    total: Counts
    by: Mapping[str, list[Line]] = field(default_factory=dict)


def overview(actor: Actor, from_day: dt.date, until_day: dt.date) -> Figures:
    """Return the figures of visits that begin on these days; raise `Invalid`.

    What concerns several tracks counts in each.
    """
    permissions.require(actor, RESOURCE, "read")
    match = _match(from_day, until_day)
    rows = list(Booking._get_collection().aggregate(_alike(match)))
    departures = _departures(row["departure"] for row in rows)
    total = Counts()
    by: dict[str, dict[str, Counts]] = {part: defaultdict(Counts) for part in Part}
    for row in rows:
        total.add(row)
        for part, key in _keys(row, departures):
            by[part][key].add(row)
    titles = {one["route"]: one["title"]["zh"] for one in departures.values() if "route" in one}
    lines = {
        part: [
            Line(key, titles.get(key) if part == Part.ROUTE else None, counts)
            for key, counts in sorted(found.items())
        ]
        for part, found in by.items()
    }
    return Figures(from_day, until_day, total, lines)


def organisations(actor: Actor, from_day: dt.date, until_day: dt.date) -> list[Line]:
    """Return the figures of the organisations that ask most, as they were typed; on record.

    They are encrypted, so each is opened: a range with too many bookings is refused. Raises
    `Invalid`.
    """
    permissions.require(actor, RESOURCE, "export")
    match = {**_match(from_day, until_day), "organisation": {"$exists": True}}
    bookings = Booking._get_collection()
    if bookings.count_documents(match, limit=OPENED_MAX + 1) > OPENED_MAX:
        raise Invalid(fields={"until": "out_of_range"})
    about = {"from": from_day.isoformat(), "until": until_day.isoformat()}
    audit.record(actor, f"{RESOURCE}.export", "bookings:organisations", after=about)
    found: dict[str, Counts] = defaultdict(Counts)
    fields = dict.fromkeys(("organisation", "state", "party", "steps.state"), 1)
    for row in bookings.find(match, fields):
        name = personal_data.opened(Booking._from_son(row), "organisation") or ""
        confirmed = any(step["state"] == S.CONFIRMED.value for step in row.get("steps", ()))
        alike = {"state": row["state"], "people": row["party"], "confirmed": int(confirmed)}
        found[" ".join(name.split())].add({**alike, "count": 1})
    ordered = sorted(found.items(), key=lambda one: (-one[1].requests, one[0]))
    return [Line(name, name, counts) for name, counts in ordered[:ORGANISATIONS_MAX]]


def _match(from_day: dt.date, until_day: dt.date) -> dict[str, Any]:
    days = (until_day - from_day).days
    if not 0 <= days < DAYS_MAX:
        raise Invalid(fields={"until": "out_of_range"})
    span = {"$gte": day_start(from_day), "$lt": day_start(until_day + dt.timedelta(days=1))}
    return {"starts_at": span, "state": {"$nin": UNCOUNTED}}


def _alike(match: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the pipeline that counts bookings of one departure that are alike."""
    confirmed = {"$in": [S.CONFIRMED.value, {"$ifNull": ["$steps.state", []]}]}
    alike = {name: f"${name}" for name in ("departure", "route", "state", "channel", "source")}
    month = {"$dateToString": {"date": "$starts_at", "format": "%Y-%m", "timezone": SHANGHAI.key}}
    counted = {
        "count": {"$sum": 1},
        "people": {"$sum": "$party"},
        "confirmed": {"$sum": {"$cond": [confirmed, 1, 0]}},
    }
    return [
        {"$match": match},
        {"$group": {"_id": {**alike, "month": month}, **counted}},
        {"$replaceRoot": {"newRoot": {"$mergeObjects": ["$_id", "$$ROOT"]}}},
    ]


def _keys(
    row: Mapping[str, Any], departures: Mapping[str, Mapping[str, Any]]
) -> Iterator[tuple[Part, str]]:
    yield Part.MONTH, row["month"]
    yield Part.SOURCE, row["source"]
    for part in (Part.ROUTE, Part.CHANNEL):
        if row.get(part):
            yield part, row[part]
    for track in departures.get(row["departure"], {}).get("tracks", ()):
        yield Part.TRACK, track


def _departures(ids: Iterable[str]) -> dict[str, Mapping[str, Any]]:
    fields = dict.fromkeys(("tracks", "route", "title"), 1)
    rows = Departure._get_collection().find({"_id": {"$in": sorted(set(ids))}}, fields)
    return {row["_id"]: row for row in rows}
