"""Media items as staff keep them: found, described, tried again, deleted.

What is deleted stays in the store until the nightly sweep: objects are named by their content, and
another item may have just begun to use the same.
"""

import re
from dataclasses import asdict, dataclass
from typing import Any

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from models.enums import Kind
from models.media_items import LONG, MediaAudience, MediaItem, MediaKind, MediaState
from models.snapshots import Snapshot, snapshot_key
from models.uploads import UploadState
from services import (
    audit,
    keyset,
    media_acceptance,
    media_items,
    media_usage,
    outbox,
    permissions,
    publishing,
    snapshots,
)
from services.actors import Actor, system
from services.keyset import Position

REFRESH_JOB = "media.refresh"
ACTOR = system("media")
SEARCHED = ("name", "alt", "rights")
# What staff may write.
DESCRIPTION = ("alt", "rights")
# What the log holds of an item that was deleted.
TOLD = ("name", "kind", "sha256")


@dataclass(frozen=True)
class Filters:
    """What staff look for; `text` in name, alternative text and rights."""

    kind: MediaKind | None = None
    state: MediaState | None = None
    audience: MediaAudience | None = None
    text: str | None = None


def listing(filters: Filters, *, limit: int, after: Position | None = None) -> list[MediaItem]:
    """Return items without what is long, the newest first, after a position (time and id)."""
    query: dict[str, Any] = {
        name: value.value
        for name in ("kind", "state", "audience")
        if (value := getattr(filters, name)) is not None
    }
    conditions = [query]
    if filters.text is not None:
        pattern = {"$regex": re.escape(filters.text), "$options": "i"}
        conditions.append({"$or": [{name: pattern} for name in SEARCHED]})
    if after is not None:
        conditions.append(keyset.after(after, "created_at"))
    rows = MediaItem._get_collection().find({"$and": conditions}, dict.fromkeys(LONG, 0))
    ordered = rows.sort([("created_at", -1), ("_id", -1)]).limit(limit)
    return [MediaItem._from_son(row) for row in ordered]


def get(item_id: str) -> MediaItem:
    """Return an item without what is long; raise `NotFound`."""
    found: MediaItem | None = MediaItem.objects(id=item_id).exclude(*LONG).first()
    if found is None:
        raise NotFound
    return found


def change(actor: Actor, item_id: str, fields: dict[str, Any]) -> MediaItem:
    """Describe an item anew; what is live and shows it is rendered anew by a job.

    Raises `Invalid` when nothing is told.
    """
    target = _allow(actor, item_id)
    wanted = {name: fields[name] for name in DESCRIPTION if name in fields}
    if not wanted:
        raise Invalid(fields=dict.fromkeys(DESCRIPTION, "required"))

    def work(session: ClientSession) -> None:
        before = MediaItem._get_collection().find_one_and_update(
            {"_id": item_id}, {"$set": {**wanted, "updated_at": now()}}, session=session
        )
        if before is None:
            raise NotFound
        told = {name: before.get(name) for name in wanted}
        audit.record(actor, "media.change", target, before=told, after=wanted, session=session)
        outbox.enqueue(REFRESH_JOB, {"item": item_id}, session=session)

    transaction(work)
    return get(item_id)


def retry(actor: Actor, item_id: str) -> MediaItem:
    """Make the renditions of a failed item once more, from its original.

    Raises `Conflict` for an item that did not fail, or whose file was not taken.
    """
    target = _allow(actor, item_id)

    def work(session: ClientSession) -> bool:
        failed = {"_id": item_id, "state": MediaState.FAILED.value, "original": {"$exists": True}}
        fresh = {"state": MediaState.PROCESSING.value, "progress": 0.0, "tries": 0}
        row = MediaItem._get_collection().find_one_and_update(
            failed,
            {"$set": {**fresh, "updated_at": now()}, "$unset": {"fault": ""}},
            return_document=ReturnDocument.BEFORE,
            session=session,
        )
        if row is None:
            return False
        media_items.enqueue_rendering(item_id, session)
        audit.record(actor, "media.retry", target, before=row.get("fault"), session=session)
        return True

    if not transaction(work):
        kept = get(item_id).original is not None
        raise Conflict("media_not_failed" if kept else "media_not_kept")
    return get(item_id)


def delete(actor: Actor, item_id: str) -> None:
    """Delete an item, and the poster that was made of it.

    Raises `Conflict`, with what uses it in `details.uses`, while anything does.
    """
    target = _allow(actor, item_id)
    poster = media_items.poster_id(item_id)

    def work(session: ClientSession) -> None:
        items = MediaItem._get_collection()
        item = items.find_one({"_id": item_id}, dict.fromkeys(TOLD, 1), session=session)
        if item is None:
            raise NotFound
        _refuse_used(item_id, poster, session)
        media_acceptance.end(item_id, UploadState.CHECKING, UploadState.ABORTED, session=session)
        # Conflicts with what publishes one of them at this moment: `media_items.hold`.
        items.delete_many({"_id": {"$in": [item_id, poster]}}, session=session)
        before = {name: item.get(name) for name in TOLD}
        audit.record(actor, "media.delete", target, before=before, session=session)

    transaction(work)


def _refuse_used(item_id: str, poster: str, session: ClientSession) -> None:
    used = media_usage.uses(item_id, session)
    used += [use for use in media_usage.uses(poster, session) if use.item != item_id]
    if used:
        conflict = Conflict("media_used")
        conflict.details["uses"] = [asdict(use) for use in used]
        raise conflict


def refresh_live(item_id: str) -> None:
    """Render anew what is live, shows an item and would look different now."""
    for use in media_usage.uses(item_id):
        if use.live and _is_stale(Kind(use.kind), use.item):
            publishing.refresh(Kind(use.kind), use.item, actor=ACTOR)


def _is_stale(kind: Kind, item: str) -> bool:
    live = Snapshot.raw().find_one({"_id": snapshot_key(kind, item)})
    if live is None:
        return False
    published = publishing.content_of(kind, item, live["revision"])
    built = snapshots.build(published, live["revision"], live["expire_at"])
    return bool(built["body"] != live["body"])


def _allow(actor: Actor, item_id: str) -> str:
    """Return how the item is named in the log; raise `Forbidden`."""
    target = f"media:{item_id}"
    permissions.require(actor, "media", "write", target)
    return target
