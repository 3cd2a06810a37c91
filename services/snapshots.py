"""The live copy: snapshots with their search entries, and the version that moves with them.

Every change here belongs to a transaction of `services.publishing`.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pymongo import UpdateOne
from pymongo.client_session import ClientSession

from core.clock import now, today
from models.content import Content
from models.enums import Kind
from models.registry import CONTENT
from models.search import SearchEntry
from models.snapshots import Snapshot, snapshot_key
from models.versions import CONTENT as SCOPE
from services import figures, handbook_changes, links, media_items, rendering, versions
from services.search import entries

Row = dict[str, Any]
# What rendering anew leaves as it is: when it went live, when it expires, its place in lists.
KEPT = ("published_at", "expire_at", "order")
# What tells in which PDF an item is printed.
SHOWN_IN = {"kind": 1, "item": 1, "facet": 1}


def build(published: Content, number: int, expire_at: dt.datetime | None) -> Row:
    """Return the snapshot of a document as it is stored, rendered as of today."""
    kind, moment = published.KIND, now()
    data = published.stored()
    refs = sorted({snapshot_key(of, target) for _, of, target in links.targets(published, data)})
    slugs = CONTENT[Kind.TRACKS].objects(id__in=list(published.tracks)).scalar("slug")
    return {
        "_id": snapshot_key(kind, published.id),
        "kind": kind,
        "item": published.id,
        "slug": published.slug,
        "order": published.order_key,
        "facet": published.facet,
        "tracks": [*published.tracks, *slugs],
        "tags": list(published.tags),
        "place": published.place,
        "featured": published.featured,
        "refs": refs,
        "media": sorted(media_items.shown_by(published)),
        "revision": number,
        "published_at": moment,
        "expire_at": expire_at,
        "changes_at": figures.next_change(published, moment),
        "body": rendering.render(published, today()),
    }


def put(row: Row, session: ClientSession) -> None:
    """Make a snapshot the live copy of its item."""
    before = Snapshot.raw().find_one_and_replace(
        {"_id": row["_id"]}, row, SHOWN_IN, upsert=True, session=session
    )
    entries.write(row, session)
    _changed([row, *([before] if before else [])], session)


def render_anew(row: Row, session: ClientSession) -> bool:
    """Replace what was rendered, if the same revision is still live."""
    again = {name: value for name, value in row.items() if name not in KEPT}
    guard = {"_id": row["_id"], "revision": row["revision"]}
    if not Snapshot.raw().update_one(guard, {"$set": again}, session=session).matched_count:
        return False
    entries.write(Snapshot.raw().find_one({"_id": row["_id"]}, session=session) or row, session)
    _changed([row], session)
    return True


def expire_at(key: str, moment: dt.datetime | None, session: ClientSession) -> None:
    """Set when a live copy expires; nothing happens when there is none."""
    change = {"$set": {"expire_at": moment}}
    if Snapshot.raw().update_one({"_id": key}, change, session=session).modified_count:
        SearchEntry._get_collection().update_one({"_id": key}, change, session=session)
        versions.bump(SCOPE, session)


def reorder(kind: Kind, orders: Mapping[str, float], session: ClientSession) -> None:
    """Set the places in lists of live items, by id."""
    changes = [
        UpdateOne({"_id": snapshot_key(kind, item)}, {"$set": {"order": order}})
        for item, order in orders.items()
    ]
    ranks = [
        UpdateOne({"_id": snapshot_key(kind, item)}, {"$set": {"rank": entries.rank(order)}})
        for item, order in orders.items()
    ]
    Snapshot.raw().bulk_write(changes, session=session)
    SearchEntry._get_collection().bulk_write(ranks, session=session)
    keys = [snapshot_key(kind, item) for item in orders]
    _changed(Snapshot.raw().find({"_id": {"$in": keys}}, SHOWN_IN, session=session), session)


def remove(key: str, session: ClientSession) -> bool:
    """Take a live copy offline; False when there is none."""
    gone = Snapshot.raw().find_one_and_delete({"_id": key}, SHOWN_IN, session=session)
    if gone is None:
        return False
    entries.remove(key, session)
    _changed([gone], session)
    return True


def _changed(rows: Iterable[Row], session: ClientSession) -> None:
    """Tell caches, and the PDFs that show one of these, that they are outdated."""
    editions: set[str] = set()
    for row in rows:
        editions |= handbook_changes.edition_of(row["kind"], row["item"], row["facet"])
    handbook_changes.changed(editions, session)
    versions.bump(SCOPE, session)
