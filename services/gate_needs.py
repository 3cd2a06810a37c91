"""What the gates of a visit ask of a group before it comes, as its sites are published now.

It is read, not copied into the departure: a gate turns back whoever does not meet the rule of the
day, and what no gate asks for any more must not be collected.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson
from pymongo.client_session import ClientSession

from models.departures import Departure
from models.enums import Kind, Language
from models.sites import GateNeed
from models.snapshots import Snapshot, in_time, snapshot_key
from services.wordings import Pair, chosen

# Values of enumerations are the same in the cards of all languages.
_CARD = f"body.{Language.ZH_CN.value}.card"


CALLED: Mapping[GateNeed, Pair] = {
    GateNeed.NAMES: ("来访人员姓名", "names of all who come"),
    GateNeed.PLATES: ("车牌号", "car plates"),
}
BETWEEN: Pair = ("、", ", ")


@dataclass(frozen=True)
class Way:
    """The sites (ids) of a visit, and whether a vehicle of ours takes the group there.

    Who rides in ours brings no car: its plate is known.
    """

    sites: tuple[str, ...]
    ridden: bool


def of(departure: Departure, session: ClientSession | None = None) -> list[GateNeed]:
    """Return what a group must tell before it comes with a departure."""
    return of_departures([departure], session)[departure.id]


def of_departures(
    departures: Iterable[Departure], session: ClientSession | None = None
) -> dict[str, list[GateNeed]]:
    """Return the same for many, by their ids, with one query."""
    ways = {
        one.id: Way(tuple(stop.site for stop in one.stops), one.vehicle is not None)
        for one in departures
    }
    return of_ways(ways, session)


def of_ways(
    ways: Mapping[str, Way], session: ClientSession | None = None
) -> dict[str, list[GateNeed]]:
    """Return what groups must tell, by the keys of their ways."""
    asked = _asked({site for way in ways.values() for site in way.sites}, session)
    return {key: _wanted(way, asked) for key, way in ways.items()}


def listed(needs: Iterable[GateNeed], language: Language) -> str:
    """Return needs in words, one after the other."""
    return chosen(BETWEEN, language).join(chosen(CALLED[need], language) for need in needs)


def _wanted(way: Way, asked: Mapping[str, frozenset[str]]) -> list[GateNeed]:
    needs: set[str] = set().union(*(asked.get(site, ()) for site in way.sites))
    if way.ridden:
        needs.discard(GateNeed.PLATES)
    return [need for need in GateNeed if need in needs]


def _asked(sites: set[str], session: ClientSession | None) -> dict[str, frozenset[str]]:
    """Return what each live site asks for; one that was rendered before it could ask: nothing."""
    keys = {snapshot_key(Kind.SITES, site): site for site in sites}
    if not keys:
        return {}
    query = {"_id": {"$in": sorted(keys)}, **in_time()}
    rows = Snapshot.raw().find(query, {_CARD: 1}, session=session)
    return {
        keys[row["_id"]]: frozenset(
            orjson.loads(row["body"][Language.ZH_CN.value]["card"]).get("gate_needs") or ()
        )
        for row in rows
    }
