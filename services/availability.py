"""Which departures anybody may book, with how many seats left: as the public reads it.

Only open departures are told of, and no more than how many people come and how many groups wait.
What time alone changes (a departure closes, or has started) is told by the full minute.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from core.clock import day_start, now
from core.errors import NotFound
from core.ids import ID_PATTERN
from models.departures import QUEUE_MAX, Audience, Availability, Departure, DepartureState
from models.enums import Kind, Language
from models.sites import GateNeed
from models.snapshots import Snapshot, in_time
from services import booking_policy, gate_needs, keyset, quiet_hours
from services.gate_needs import Way

Row = dict[str, Any]

CARD = (
    *("route", "slug", "title", "tracks", "language", "day", "starts_at", "ends_at"),
    *("closes_at", "cancel_by", "capacity", "held", "state", "provisional", "demo", "vehicle"),
)
SHORT = (*CARD, "stops.site")
WHOLE = (*CARD, "reschedule_by", "stops", "meeting", "terms", "minimum")
IN_CALENDAR = (
    *("slug", "title", "language", "day", "starts_at", "ends_at", "closes_at", "cancel_by"),
    *("capacity", "held", "state", "provisional", "demo"),
)
NEXT_FIRST = {"$sort": {"starts_at": 1, "_id": 1}}
# A busy month comes with one question.
BATCH = 2_000
# What a bookmark still finds: what was cancelled says so.
SHOWN = (DepartureState.OPEN, DepartureState.CANCELLED, DepartureState.COMPLETED)
RULE = {
    Language.ZH_CN: (
        "席位空出时，按申请先后，为第一个人数坐得下的团组保留席位{hold}；逾期未接受的，顺延给下一个团组。"
        "{night}保留时间不晚于取消截止时间，此后候补结束。"
    ),
    Language.EN: (
        "When seats come free they are held for the first group, in order of request, that fits: "
        "for {hold}, and never past the time until which a booking can be cancelled. {night}If it "
        "does not accept in time they go to the next one; after that time nobody waits any more."
    ),
}
NIGHT = {
    Language.ZH_CN: "夜间{begins}点至{ends}点不计入保留时间。",
    Language.EN: "The hours from {begins}:00 to {ends}:00 (Beijing time) do not count. ",
}


@dataclass(frozen=True)
class Listed:
    """A departure of a list: what is shown, and its place for the page that follows."""

    id: str
    starts_at: dt.datetime
    shown: Row


@dataclass(frozen=True)
class Wanted:
    """Which departures to list. Days are those of Shanghai, both included.

    `people`: with seats for so many, of a group size that is taken. `track` is an id or a slug.
    """

    route: str | None = None
    slug: str | None = None
    from_day: dt.date | None = None
    until_day: dt.date | None = None
    people: int | None = None
    track: str | None = None


def page(
    wanted: Wanted, language: Language, *, limit: int, after: keyset.Position | None = None
) -> list[Listed]:
    """Return open departures to come, the next one first."""
    moment = _minute()
    query = _query(wanted, moment)
    conditions = [query, keyset.after(after, "starts_at", ascending=True)]
    match = {"$match": {"$and": [one for one in conditions if one]}}
    rows = _read([match, NEXT_FIRST, {"$limit": limit}], SHORT)
    asked = _gate_needs(rows)
    return [
        Listed(
            row["_id"],
            row["starts_at"],
            {**_short(row, language, moment), "gate_needs": asked[row["_id"]]},
        )
        for row in rows
    ]


def get(departure_id: str, language: Language) -> Row:
    """Return one departure whole; raise `NotFound` for one that is not for everybody."""
    if not ID_PATTERN.fullmatch(departure_id):
        raise NotFound
    shown = [state.value for state in SHOWN]
    query = {"_id": departure_id, "audience": Audience.OPEN.value, "state": {"$in": shown}}
    row = next(iter(_read([{"$match": query}], WHOLE)), None)
    if row is None:
        raise NotFound
    return {
        **_short(row, language, _minute()),
        **_way(row, language),
        "gate_needs": _gate_needs([row])[row["_id"]],
        "state": row["state"],
        "reschedule_by": row["reschedule_by"],
        "terms": row["terms"],
        "minimum": row["minimum"],
        "waitlist_rule": waitlist_rule(language),
    }


def way(departure_id: str, language: Language) -> Row:
    """Return when and where any departure goes, nothing else; raise `NotFound`."""
    row = next(iter(_read([{"$match": {"_id": departure_id}}], WHOLE)), None)
    if row is None:
        raise NotFound
    names = ("day", "starts_at", "ends_at", "language")
    told = {name: row[name] for name in names}
    return {**told, "title": text(row["title"], language), **_way(row, language)}


def month(first: dt.date, language: Language, slug: str | None = None) -> Row:
    """Return the month that begins with `first`, day by day, of all routes or of one."""
    until = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
    moment = _minute()
    wanted = Wanted(slug=slug, from_day=first, until_day=until)
    rows = _read([{"$match": _query(wanted, moment)}, NEXT_FIRST], IN_CALENDAR)
    titles: dict[str, str] = {}
    days = []
    for day, departures in groupby(rows, key=lambda row: str(row["day"])):
        listed = []
        for row in departures:
            titles[row.get("slug") or row["_id"]] = text(row["title"], language)
            listed.append(_in_calendar(row, moment))
        days.append({"day": day, "departures": listed})
    routes = [{"slug": name, "title": title} for name, title in sorted(titles.items())]
    return {"month": f"{first:%Y-%m}", "routes": routes, "days": days}


def of(row: Mapping[str, Any], moment: dt.datetime) -> Availability:
    """Return how a departure stands at a moment (UTC) for who wants to come.

    `row` has `state`, `capacity`, `held`, `waiting`, `closes_at`, `cancel_by`.
    """
    if row["state"] != DepartureState.OPEN.value or moment >= row["closes_at"]:
        return Availability.CLOSED
    if row["capacity"] > row["held"]:
        return Availability.BOOKABLE
    # Nobody gets an offer after `cancel_by`: who waits then waits in vain.
    if row["waiting"] < QUEUE_MAX and moment < row["cancel_by"]:
        return Availability.WAITLIST
    return Availability.FULL


def waitlist_rule(language: Language) -> str:
    """Return the rule of the waiting list, in words."""
    policy, night = booking_policy.current(), ""
    minutes = int(policy.offer.total_seconds() // 60)
    number, units = (minutes, ("分钟", "minutes"))
    if minutes % 60 == 0:
        number, units = minutes // 60, ("小时", "hours" if minutes > 60 else "hour")
    unit = f" {units[1]}" if language is Language.EN else units[0]
    if quiet_hours.are_kept():
        night = NIGHT[language].format(begins=policy.quiet_from, ends=policy.quiet_until)
    return RULE[language].format(hold=f"{number}{unit}", night=night)


def text(words: Mapping[str, Any], language: Language) -> str:
    """Return a text in a language, in Chinese where there is no other."""
    return str((language is Language.EN and words.get("en")) or words["zh"])


def _query(wanted: Wanted, moment: dt.datetime) -> Row:
    query: Row = {"audience": Audience.OPEN.value, "state": DepartureState.OPEN.value}
    if wanted.route is not None:
        query["route"] = wanted.route
    if wanted.slug is not None:
        query["slug"] = wanted.slug
    if wanted.track is not None:
        query["tracks"] = _track(wanted.track)
    starts: Row = {"$gt": moment}
    if wanted.from_day is not None and day_start(wanted.from_day) > moment:
        starts = {"$gte": day_start(wanted.from_day)}
    if wanted.until_day is not None:
        starts["$lt"] = day_start(wanted.until_day + dt.timedelta(days=1))
    query["starts_at"] = starts
    if wanted.people is not None:
        query["terms.group_min"] = {"$lte": wanted.people}
        query["terms.group_max"] = {"$gte": wanted.people}
        query["$expr"] = {"$gte": [{"$subtract": ["$capacity", "$held"]}, wanted.people]}
    return query


def _track(id_or_slug: str) -> str:
    """Return the id of a track; slugs do not change once a track was live."""
    query = {"kind": Kind.TRACKS, "slug": id_or_slug, **in_time()}
    row = Snapshot.raw().find_one(query, {"item": 1})
    return id_or_slug if row is None else str(row["item"])


def _read(stages: Sequence[Row], fields: Iterable[str]) -> list[Row]:
    """Return rows with how many wait in the place of who."""
    waiting = {"$size": {"$ifNull": ["$queue", []]}}
    shown = {"$project": {**dict.fromkeys(fields, 1), "waiting": waiting}}
    return list(Departure._get_collection().aggregate([*stages, shown], batchSize=BATCH))


def _short(row: Row, language: Language, moment: dt.datetime) -> Row:
    return {
        "id": row["_id"],
        "route": row.get("route"),
        "slug": row.get("slug"),
        "title": text(row["title"], language),
        "tracks": row.get("tracks", []),
        "language": row["language"],
        "day": row["day"],
        "starts_at": row["starts_at"],
        "ends_at": row["ends_at"],
        "closes_at": row["closes_at"],
        "cancel_by": row["cancel_by"],
        "capacity": row["capacity"],
        "waiting": row["waiting"],
        **_marks(row, moment),
    }


def _gate_needs(rows: Iterable[Row]) -> Mapping[str, list[GateNeed]]:
    ways = {
        row["_id"]: Way(
            tuple(stop["site"] for stop in row["stops"]), row.get("vehicle") is not None
        )
        for row in rows
    }
    return gate_needs.of_ways(ways)


def _in_calendar(row: Row, moment: dt.datetime) -> Row:
    names = ("language", "starts_at", "ends_at")
    slug = row.get("slug") or row["_id"]
    return {"id": row["_id"], "slug": slug, **{name: row[name] for name in names}} | _marks(
        row, moment
    )


def _marks(row: Row, moment: dt.datetime) -> Row:
    return {
        "seats_left": max(0, row["capacity"] - row["held"]),
        "availability": of(row, moment).value,
        "provisional": row["provisional"],
        "demo": row["demo"],
    }


def _way(row: Row, language: Language) -> Row:
    meeting = row.get("meeting")
    return {
        "stops": [_stop(stop, language) for stop in row["stops"]],
        "meeting": meeting and {**_place(meeting, language), "location": meeting.get("location")},
    }


def _stop(stop: Row, language: Language) -> Row:
    names = ("key", "site", "arrives_at", "leaves_at")
    pins = {name: stop.get(name) for name in ("location", "x", "y")}
    return {**{name: stop[name] for name in names}, **_place(stop, language), **pins}


def _place(place: Row, language: Language) -> Row:
    note = place.get("note")
    return {
        "title": text(place["title"], language),
        "note": text(note, language) if note else None,
    }


def _minute() -> dt.datetime:
    return now().replace(second=0, microsecond=0)
