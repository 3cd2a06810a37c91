"""Sitemaps: a nightly list of what is live, by kind."""

from collections.abc import Iterator
from typing import Any

from core.clock import now
from core.errors import NotFound
from models.enums import Kind
from models.sitemaps import PAGE_SIZE, Sitemap
from models.snapshots import Snapshot, in_time, snapshot_key


def build(kind: Kind) -> int:
    """Write a kind's sitemap anew and return how many items it lists. Safe to run twice."""
    moment, total = now(), 0
    sitemaps = Sitemap._get_collection()
    batches = list(_batches(kind))
    for page, entries in enumerate(batches, start=1):
        total += len(entries)
        sitemap = {
            "kind": kind,
            "page": page,
            "pages": len(batches),
            "generated_at": moment,
            "entries": entries,
        }
        sitemaps.replace_one({"_id": f"{kind}:{page}"}, sitemap, upsert=True)
    sitemaps.delete_many({"kind": kind, "page": {"$gt": len(batches)}})
    return total


def read(kind: Kind, page: int) -> Sitemap:
    """Return one page of a kind's sitemap; raise `NotFound` beyond the last.

    What went offline since it was made is left out.
    """
    found = Sitemap.objects(id=f"{kind}:{page}").first()
    if found is None:
        raise NotFound
    sitemap: Sitemap = found
    keys = [snapshot_key(kind, entry.item) for entry in sitemap.entries]
    query = {"_id": {"$in": keys}, **in_time()}
    live = {row["item"] for row in Snapshot.raw().find(query, {"item": 1})}
    sitemap.entries = [entry for entry in sitemap.entries if entry.item in live]
    return sitemap


def index() -> list[dict[str, Any]]:
    """Return each kind's number of pages and when they were made."""
    fields = {"kind": 1, "pages": 1, "generated_at": 1}
    keys = [f"{kind}:1" for kind in Kind]
    rows = Sitemap._get_collection().find({"_id": {"$in": keys}}, fields).sort("_id", 1)
    return list(rows)


def _batches(kind: Kind) -> Iterator[list[dict[str, Any]]]:
    fields = {"item": 1, "slug": 1, "published_at": 1}
    cursor = (
        Snapshot.raw().find({"kind": kind, **in_time()}, fields).sort([("order", 1), ("_id", 1)])
    )
    batch: list[dict[str, Any]] = []
    for row in cursor:
        batch.append({name: row[name] for name in fields})
        if len(batch) == PAGE_SIZE:
            yield batch
            batch = []
    if batch:
        yield batch
