"""Where a media item is used: in working copies, in what is live, as the poster of a film."""

from dataclasses import dataclass

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


def uses(media: str) -> list[Use]:
    """Return what uses an item. Archived items count: they may be restored."""
    titles: dict[tuple[str, str], str] = {}
    working: set[tuple[str, str]] = set()
    for kind, model in CONTENT.items():
        stored = [f"{pattern.replace('.*', '')}.media" for pattern in model.MEDIA]
        query = {"$or": [{path: media} for path in stored]}
        rows = model._get_collection().find(query, {"title": 1}).sort("_id", 1).limit(USES_MAX)
        working |= {(kind.value, row["_id"]) for row in rows.clone()}
        titles |= {(kind.value, row["_id"]): row["title"] for row in rows}
    shown = Snapshot.raw().find({"media": media}, {"kind": 1, "item": 1}).sort("_id", 1)
    live = {(str(row["kind"]), str(row["item"])) for row in shown.limit(USES_MAX)}
    found = [
        Use(
            kind,
            item,
            titles.get((kind, item), snapshot_key(kind, item)),
            one in working,
            one in live,
        )
        for one in sorted(working | live)
        for kind, item in [one]
    ]
    films = MediaItem.objects(poster=media).only("id", "name", "alt").limit(USES_MAX)
    return found + [
        Use(FILM, film.id, film.name or film.alt or film.id, working=True, live=False)
        for film in films
    ]
