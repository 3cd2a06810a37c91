"""Where a media item is used: by content, also within its texts, and as the poster of a film."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from models.media_items import MediaItem
from models.registry import CONTENT
from models.snapshots import Snapshot, snapshot_key

# Of each kind.
USES_MAX = 200
FILM = "media"


@dataclass(frozen=True)
class Use:
    """What uses a media item: a kind of content and an id, or `media` and the id of a film.

    `working` and `live` tell which of its copies does.
    """

    kind: str
    item: str
    title: str
    working: bool
    live: bool


def uses(media: str, session: ClientSession | None = None) -> list[Use]:
    """Return what uses an item. Archived items count: they may be restored."""
    titles = _working(media, session)
    shown = Snapshot.raw().find({"media": media}, {"kind": 1, "item": 1}, session=session)
    rows = shown.sort("_id", 1).limit(USES_MAX)
    live = {(str(row["kind"]), str(row["item"])) for row in rows}
    found = [
        Use(
            kind,
            item,
            titles.get((kind, item), snapshot_key(kind, item)),
            one in titles,
            one in live,
        )
        for one in sorted(titles.keys() | live)
        for kind, item in [one]
    ]
    films = MediaItem._get_collection().find(
        {"poster": media}, {"name": 1, "alt": 1}, session=session
    )
    return found + [
        Use(FILM, row["_id"], _called(row), working=True, live=False)
        for row in films.limit(USES_MAX)
    ]


def _working(media: str, session: ClientSession | None) -> dict[tuple[str, str], str]:
    """Return the titles of the working copies that use an item, by kind and id."""
    titles: dict[tuple[str, str], str] = {}
    in_text = _in_text(media, session)
    for kind, model in CONTENT.items():
        stored = [f"{pattern.replace('.*', '')}.media" for pattern in model.MEDIA]
        places: list[dict[str, Any]] = [{path: media} for path in stored]
        if in_text and model.RICH:
            places += [{path: in_text} for path in (*model.RICH, "translations.text")]
        rows = model._get_collection().find({"$or": places}, {"title": 1}, session=session)
        found = rows.sort("_id", 1).limit(USES_MAX)
        titles |= {(kind.value, row["_id"]): row["title"] for row in found}
    return titles


def _in_text(media: str, session: ClientSession | None) -> dict[str, str] | None:
    """Return the condition that a text names a file of an item; None when there is none."""
    row = MediaItem._get_collection().find_one({"_id": media}, {"sources.key": 1}, session=session)
    keys = [source["key"] for source in (row or {}).get("sources", ())]
    # The files of one run share a folder, which may hold hundreds of pages.
    stems = {"/".join(key.split("/")[:3]) for key in keys}
    return {"$regex": f"/media/(?:{'|'.join(map(re.escape, sorted(stems)))})"} if stems else None


def _called(row: Mapping[str, Any]) -> str:
    return str(row.get("name") or row.get("alt") or row["_id"])
