"""Links between items: what an item refers to, and whether the targets exist and are live."""

from dataclasses import dataclass

from models.content import Content
from models.enums import Kind
from models.registry import CONTENT
from models.snapshots import Snapshot, in_time, snapshot_key
from services import paths


@dataclass(frozen=True)
class Link:
    """A link of an item: where it stands, what it points to, and how the target is."""

    path: str
    kind: Kind
    item: str
    exists: bool
    live: bool


def is_live(kind: Kind, item: str) -> bool:
    """Tell whether the public can see an item: it has a snapshot whose time is not over."""
    return bool(_live([snapshot_key(kind, item)]))


def targets(document: Content, data: paths.Data) -> list[tuple[str, Kind, str]]:
    """Return (path, kind, id) of each link in an item's stored `data`."""
    return [
        (path, kind, value)
        for pattern, kind in document.LINKS.items()
        for path, value in paths.expand(data, pattern)
    ]


def check(document: Content) -> list[Link]:
    """Look up each link of an item."""
    found = targets(document, document.stored())
    existing: set[tuple[Kind, str]] = set()
    for kind in {kind for _, kind, _ in found}:
        wanted = [item for _, of, item in found if of is kind]
        existing |= {(kind, item) for item in CONTENT[kind].objects(id__in=wanted).scalar("id")}
    keys = [snapshot_key(kind, item) for _, kind, item in found]
    live = _live(keys)
    return [
        Link(path, kind, item, (kind, item) in existing, snapshot_key(kind, item) in live)
        for path, kind, item in found
    ]


def problems(document: Content) -> dict[str, object]:
    """Return what keeps the item from being published: links to nothing, or to drafts."""
    found: dict[str, object] = {}
    for link in check(document):
        target = snapshot_key(link.kind, link.item)
        if not link.exists:
            found[link.path] = ("link_missing", {"target": target})
        elif not link.live:
            found[link.path] = ("link_not_live", {"target": target})
    return found


def _live(keys: list[str]) -> set[str]:
    query = {"_id": {"$in": keys}, **in_time()}
    return {row["_id"] for row in Snapshot.raw().find(query, {"_id": 1})}
