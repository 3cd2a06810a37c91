"""Codes, links and posters that lead into the mini-program, and what comes by them.

A scene is a short id that stands for a page and a channel. The mini-program resolves it when it
is opened by a code or link (`resolve` counts the scan) and sends it along with a booking
(`attribute` counts that). Nobody's way is kept: only numbers for each scene and day are.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core.clock import now, today
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from models.departures import Audience, Departure
from models.enums import Kind
from models.registry import CONTENT
from models.scenes import TITLE_MAX, Place, Scene, SceneDay
from services import audit, keyset, links, permissions, wechat_gateway
from services.actors import Actor
from services.keyset import Position
from services.staff import policy
from wechat.links import CodeRequest

RESOURCE = "codes"
# The page of the mini-program for each place; `id` and `scene` are its parameters.
PAGES: Mapping[Place, str] = {
    Place.PROJECTS: "pages/project/detail",
    Place.ROUTES: "pages/route/detail",
    Place.FILMS: "pages/film/detail",
    Place.CHAPTERS: "pages/handbook/chapter",
    Place.DEPARTURES: "pages/departure/detail",
}
DAYS_MAX = 366


@dataclass(frozen=True)
class Target:
    """Where a scene leads: a page with the item's id, and the channel it came by."""

    place: Place
    item: str
    page: str
    channel: str


@dataclass(frozen=True)
class Ways:
    """Links that open what a scene stands for, until `ends_at` (UTC)."""

    url_link: str
    scheme: str
    ends_at: dt.datetime


def create(actor: Actor, place: Place, item: str, channel: str, title: str | None = None) -> Scene:
    """Return the scene of a place and a channel, made at first. `item` is an id.

    Content must be live, a departure open to anybody; each has its own title. Raises
    `NotFound`, `Conflict("not_live")`.
    """
    permissions.require(actor, RESOURCE, "write")
    named = _title(place, item, title)
    row = {
        **{"_id": new_id(), "title": named[:TITLE_MAX], "created_at": now()},
        **{"created_by": actor.id, "created_by_name": actor.name},
    }
    own = {"place": place.value, "item": item, "channel": channel}
    scenes = Scene._get_collection()
    try:
        done = scenes.update_one(own, {"$setOnInsert": row}, upsert=True)
    except DuplicateKeyError:  # somebody made it at this moment
        return _found(own)
    if done.upserted_id is not None:
        audit.record(actor, f"{RESOURCE}.create", f"{RESOURCE}:{row['_id']}", after=own)
    return _found(own)


def listing(
    actor: Actor,
    *,
    place: Place | None = None,
    channel: str | None = None,
    limit: int,
    after: Position | None = None,
) -> list[Scene]:
    """Return scenes after a position (time, and id), the newest first."""
    permissions.require(actor, RESOURCE, "read")
    asked = {"place": place and place.value, "channel": channel}
    query = {name: value for name, value in asked.items() if value is not None}
    rows = Scene._get_collection().find({**query, **keyset.after(after, "created_at")})
    ordered = rows.sort([("created_at", -1), ("_id", -1)]).limit(limit)
    return [Scene._from_son(row) for row in ordered]


def get(actor: Actor, scene_id: str) -> Scene:
    """Return a scene; raise `NotFound`."""
    permissions.require(actor, RESOURCE, "read")
    return _scene(scene_id)


def code(actor: Actor, scene_id: str, width: int) -> bytes:
    """Return the mini-program code of a scene, as WeChat draws it.

    Raises `NotFound` and what `WechatClient.unlimited_code` does.
    """
    scene = get(actor, scene_id)
    version = policy.current().settings.wechat_version
    wanted = CodeRequest(
        scene=scene.id,
        page=PAGES[scene.place],
        width=width,
        # Only what is released can be looked up there.
        check_page=version == "release",
        version=version,
    )
    return wechat_gateway.client().unlimited_code(wanted)


def ways(actor: Actor, scene_id: str, days: int) -> Ways:
    """Return links for so many days, for messages and pages outside of WeChat.

    Raises `NotFound` and what `WechatClient.url_link` does.
    """
    permissions.require(actor, RESOURCE, "write")
    scene = _scene(scene_id)
    page, query = PAGES[scene.place], f"scene={scene.id}"
    version = policy.current().settings.wechat_version
    client = wechat_gateway.client()
    return Ways(
        client.url_link(page, query, days=days, version=version),
        client.scheme(page, query, days=days, version=version),
        now() + dt.timedelta(days=days),
    )


def resolve(scene_id: str) -> Target:
    """Return where a scene leads, and count the scan. Raises `NotFound`."""
    scene = _scene(scene_id)
    _count(scene, "scans")
    return Target(scene.place, scene.item, PAGES[scene.place], scene.channel)


def channel_of(scene_id: str | None) -> str | None:
    """Return the channel of a scene; None without one, or when there is none of that id."""
    scene = None if scene_id is None else Scene.objects(id=str(scene_id)).first()
    return None if scene is None else str(scene.channel)


def attribute(scene_id: str | None, session: ClientSession | None = None) -> str | None:
    """Return the channel of a booking that came by a scene, and count it.

    Without a scene, or with one that there is not, nothing is counted: a booking never fails for
    it. Pass the `session` of the transaction that makes the booking.
    """
    scene = None if scene_id is None else Scene.objects(id=str(scene_id)).first()
    if scene is None:
        return None
    _count(scene, "bookings", session)
    return str(scene.channel)


def figures(
    actor: Actor, first: dt.date, last: dt.date, *, channel: str | None = None
) -> list[SceneDay]:
    """Return scans and bookings by day and scene, the newest first. Raises `Invalid`."""
    permissions.require(actor, RESOURCE, "read")
    if not 0 <= (last - first).days <= DAYS_MAX:
        raise Invalid(fields={"last": ["out_of_range"]})
    query: dict[str, Any] = {"day": {"$gte": first.isoformat(), "$lte": last.isoformat()}}
    if channel is not None:
        query["channel"] = channel
    rows = SceneDay._get_collection().find(query)
    ordered = rows.sort([("day", -1), ("channel", 1), ("scene", 1)])
    return [SceneDay._from_son(row) for row in ordered]


def _count(scene: Scene, what: str, session: ClientSession | None = None) -> None:
    own = {"scene": scene.id, "day": today().isoformat()}
    other = "bookings" if what == "scans" else "scans"
    begun = {
        **{"_id": new_id(), "place": scene.place.value, "item": scene.item},
        **{"channel": scene.channel, other: 0},
    }
    change = {"$inc": {what: 1}, "$setOnInsert": begun}
    days = SceneDay._get_collection()
    try:
        days.update_one(own, change, upsert=True, session=session)
    except DuplicateKeyError:
        if session is not None and session.in_transaction:
            raise  # the transaction is run again
        days.update_one(own, {"$inc": {what: 1}})


def _title(place: Place, item: str, title: str | None) -> str:
    if place is Place.DEPARTURES:
        departure = Departure.objects(id=item, audience=Audience.OPEN).only("title").first()
        if departure is None:
            raise NotFound
        return title or str(departure.title.zh)
    kind = Kind(place.value)
    found = CONTENT[kind].objects(id=item).only("title").first()
    if found is None:
        raise NotFound
    if not links.is_live(kind, item):
        raise Conflict("not_live")
    return title or str(found.title)


def _scene(scene_id: str) -> Scene:
    return _found({"_id": scene_id})


def _found(query: Mapping[str, Any]) -> Scene:
    row = Scene._get_collection().find_one(query)
    if row is None:
        raise NotFound
    found: Scene = Scene._from_son(row)
    return found
