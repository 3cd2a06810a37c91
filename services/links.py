"""Links between items: what an item refers to, and whether the targets exist and are live."""

import dataclasses
from dataclasses import dataclass

from models.content import Content
from models.enums import ContentState, Kind
from models.registry import CONTENT
from models.snapshots import Snapshot, in_time, snapshot_key
from services import paths

# Of each kind.
REFERRERS_MAX = 200


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
    return _looked_up(targets(document, document.stored()))


def _looked_up(found: list[tuple[str, Kind, str]]) -> list[Link]:
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


@dataclass(frozen=True)
class Referrer:
    """An item that links to another: which, and whether it is live."""

    kind: Kind
    item: str
    slug: str
    title: str
    live: bool


def referrers(document: Content) -> list[Referrer]:
    """Return the items whose working copies link to an item, archived ones left out."""
    alive = {"state": {"$ne": ContentState.ARCHIVED.value}}
    rows = []
    for kind, model in CONTENT.items():
        patterns = [pattern for pattern, to in model.LINKS.items() if to is document.KIND]
        stored = [pattern.replace(".*", "") for pattern in patterns]
        if not stored:
            continue
        query = {"$or": [{path: document.id} for path in stored], **alive}
        found = model._get_collection().find(query, {"slug": 1, "title": 1})
        rows += [(kind, row) for row in found.sort("_id", 1).limit(REFERRERS_MAX)]
    keys = [snapshot_key(kind, row["_id"]) for kind, row in rows]
    live = {row["_id"] for row in Snapshot.raw().find({"_id": {"$in": keys}}, {"_id": 1})}
    return [
        Referrer(kind, row["_id"], row["slug"], row["title"], key in live)
        for key, (kind, row) in zip(keys, rows, strict=True)
    ]


def broken(kind: Kind) -> list[tuple[Content, list[Link]]]:
    """Return the items of a kind with their links that lead to nothing or to what is not live."""
    documents = list(CONTENT[kind].objects(state__ne=ContentState.ARCHIVED).order_by("order", "id"))
    found = [targets(document, document.stored()) for document in documents]
    known = {
        (link.kind, link.item): link for link in _looked_up([one for some in found for one in some])
    }
    result = []
    for document, own in zip(documents, found, strict=True):
        checked = [dataclasses.replace(known[of, item], path=path) for path, of, item in own]
        bad = [link for link in checked if not (link.exists and link.live)]
        if bad:
            result.append((document, bad))
    return result


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
