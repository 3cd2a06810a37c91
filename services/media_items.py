"""Media items: looked up for rendering, registered with their renditions."""

from collections.abc import Mapping

from models.content import Content
from models.media_items import MediaItem
from services import paths


def used_by(document: Content) -> dict[str, str]:
    """Return path → media id of every media reference in an item."""
    data = document.stored()
    return {
        f"{path}.media": reference["media"]
        for pattern in document.MEDIA
        for path, reference in paths.expand(data, pattern)
    }


def lookup(ids: set[str]) -> Mapping[str, MediaItem]:
    """Return the items with these ids and their posters, by id; unknown ids are left out."""
    found = {item.id: item for item in MediaItem.objects(id__in=list(ids))}
    posters = {item.poster for item in found.values() if item.poster} - found.keys()
    if posters:
        found.update({item.id: item for item in MediaItem.objects(id__in=list(posters))})
    return found


def problems(document: Content) -> dict[str, object]:
    """Return media references of an item that point to nothing."""
    used = used_by(document)
    known = lookup(set(used.values()))
    return {
        path: ("media_missing", {"target": media})
        for path, media in used.items()
        if media not in known
    }


def register(item: MediaItem) -> MediaItem:
    """Write a media item, or the present renditions of one that is known."""
    item.validate()
    MediaItem._get_collection().replace_one({"_id": item.id}, item.to_mongo(), upsert=True)
    return item
