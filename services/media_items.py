"""Media items: looked up for rendering, registered with their renditions."""

from collections.abc import Mapping

from pymongo.client_session import ClientSession

from models.content import Content
from models.media_items import MediaAudience, MediaItem, MediaState
from services import outbox, paths

RENDER_JOB = "media.render"


def used_by(document: Content) -> dict[str, str]:
    """Return path → media id of every media reference in an item."""
    data = document.stored()
    return {
        f"{path}.media": reference["media"]
        for pattern in document.MEDIA
        for path, reference in paths.expand(data, pattern)
    }


def lookup(ids: set[str]) -> Mapping[str, MediaItem]:
    """Return those of these items that are ready, and their posters, by id, without `stream`."""
    found = _ready(ids)
    posters = {item.poster for item in found.values() if item.poster} - found.keys()
    return {**found, **_ready(posters)}


def _ready(ids: set[str]) -> dict[str, MediaItem]:
    if not ids:
        return {}
    items = MediaItem.objects(id__in=list(ids), state=MediaState.READY).exclude("stream")
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
