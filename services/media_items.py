"""Media items: looked up for rendering, held while they are live, registered."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pymongo.client_session import ClientSession

from models.content import Content
from models.media_items import LONG, MediaAudience, MediaItem, MediaState
from services import outbox, paths

RENDER_JOB = "media.render"
# How texts name a file of an item: a picture that they show, a document that they lead to.
IN_TEXT = re.compile(r"/media/([a-z]+/[a-z0-9._/-]+)")


def used_by(document: Content) -> dict[str, str]:
    """Return path → media id of every media reference in an item."""
    data = document.stored()
    return {
        f"{path}.media": reference["media"]
        for pattern in document.MEDIA
        for path, reference in paths.expand(data, pattern)
    }


def shown_by(document: Content) -> set[str]:
    """Return the ids of all media of an item: its references, and what its texts name."""
    named = keys_in(document.stored())
    found = MediaItem.objects(sources__key__in=list(named)).scalar("id") if named else ()
    return {*used_by(document).values(), *found}


def keys_in(data: Mapping[str, Any]) -> set[str]:
    """Return the keys of files that stand in texts. Those of a draft may be escaped once more."""
    return set(IN_TEXT.findall(orjson.dumps(data, default=str).decode().replace("\\", "")))


def hold(document: Content, ids: Iterable[str], session: ClientSession) -> dict[str, object]:
    """Take part in the transaction that makes `document` live, on all media that it shows.

    Who deletes one at the same moment conflicts, so that one of the two is run again. Returns the
    references to what is gone by now. What only a text names stays in the store.
    """
    wanted = list(ids)
    if not wanted:
        return {}
    items, query = MediaItem._get_collection(), {"_id": {"$in": wanted}}
    held = items.update_many(query, {"$inc": {"held": 1}}, session=session)
    if held.matched_count == len(wanted):
        return {}
    there = {row["_id"] for row in items.find(query, {"_id": 1}, session=session)}
    used = used_by(document)
    return {path: _problem(media, None) for path, media in used.items() if media not in there}


def texts(ids: Iterable[str], session: ClientSession | None = None) -> list[str]:
    """Return what search knows of the documents among these items."""
    query = {
        "_id": {"$in": list(ids)},
        "audience": MediaAudience.PUBLIC.value,
        "text": {"$exists": True},
    }
    rows = MediaItem._get_collection().find(query, {"text": 1}, session=session)
    return [row["text"] for row in rows.sort("_id", 1)]


def lookup(ids: set[str]) -> Mapping[str, MediaItem]:
    """Return those of these items that are ready, and their posters, by id, without `LONG`."""
    found = _ready(ids)
    posters = {item.poster for item in found.values() if item.poster} - found.keys()
    return {**found, **_ready(posters)}


def _ready(ids: set[str]) -> dict[str, MediaItem]:
    if not ids:
        return {}
    items = MediaItem.objects(id__in=list(ids), state=MediaState.READY).exclude(*LONG)
    return {item.id: item for item in items}


def problems(document: Content) -> dict[str, object]:
    """Return media references of an item that the public could not follow."""
    used = used_by(document)
    items = MediaItem.objects(id__in=list(set(used.values())))
    rows = items.scalar("id", "state", "audience")
    known = {media: (state, audience) for media, state, audience in rows}
    found = {path: _problem(media, known.get(media)) for path, media in used.items()}
    return {path: problem for path, problem in found.items() if problem is not None}


def _problem(media: str, known: tuple[MediaState, MediaAudience] | None) -> object:
    if known is None:
        return ("media_missing", {"target": media})
    state, audience = known
    if audience is MediaAudience.INTERNAL:
        return ("media_internal", {"target": media})
    if state is MediaState.FAILED:
        return ("media_failed", {"target": media})
    return ("media_processing", {"target": media}) if state is MediaState.PROCESSING else None


def enqueue_rendering(item_id: str, session: ClientSession) -> None:
    """Write the job that makes the renditions of an item, with the change that causes it."""
    outbox.enqueue(RENDER_JOB, {"item": item_id}, session=session)


def poster_id(item_id: str) -> str:
    """Return the id of the image that is made of a film."""
    return f"{item_id}-poster"


def register(item: MediaItem) -> MediaItem:
    """Write a media item, or the present renditions of one that is known."""
    item.validate()
    MediaItem._get_collection().replace_one({"_id": item.id}, item.to_mongo(), upsert=True)
    return item
