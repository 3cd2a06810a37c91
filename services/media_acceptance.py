"""Taking a file that arrived: looked at, kept under its hash, recorded as a media item.

`services.uploads` tells the order of all steps; these are the last two of them.
"""

import datetime as dt
from contextlib import suppress
from pathlib import Path
from typing import Any

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core import logs
from core.clock import now
from core.db import transaction
from core.errors import Invalid
from media import keys, stores
from media.errors import ObjectMissing, StoreUnavailable
from media.facts import Inspected
from media.inspection import inspect
from media.storage import fetch
from models.media_items import MediaFault, MediaItem, MediaKind, MediaOriginal, MediaState
from models.uploads import Upload, UploadState
from services import audit, media_items, media_policy
from services.actors import system

CHECK_JOB = "media.check"
# The job that checks what the request itself is checking comes after it, should that have died.
AT_ONCE, RECOVERY = dt.timedelta(), dt.timedelta(minutes=2)
KEEP_ENDED = dt.timedelta(days=30)
ACTOR = system("media")

logger = logs.get(__name__)


def incoming(upload_id: str) -> str:
    """Return the key of an upload's bytes until they are checked."""
    return f"{keys.INCOMING}/{upload_id}"


def accept(upload_id: str) -> None:
    """Check an upload whose bytes are all there, and make it a media item.

    Does nothing when that was done. A refusal is recorded. Raises what `media.inspection.inspect`
    does but `Invalid`, `StoreUnavailable` and its like, `OSError`: then it is to be tried again.
    """
    upload: Upload | None = Upload.objects(id=upload_id, state=UploadState.CHECKING).first()
    if upload is None:
        return
    try:
        facts = _inspected(upload)
        _record(upload, facts)
    except Invalid as refusal:
        refuse(upload, refusal.code, refusal.params)
    except ObjectMissing:  # somebody else ended it at this moment, or the store lost it
        refuse(upload, "media_check_failed")
    upload.reload()
    clear(upload)


def _inspected(upload: Upload) -> Inspected:
    with media_policy.workspace() as folder:
        path = folder / "original"
        fetch(stores.current(), incoming(upload.id), path)
        return _facts(upload, path)


def _facts(upload: Upload, path: Path) -> Inspected:
    limits = media_policy.current().limits
    facts = inspect(path, name=upload.name, declared=upload.type, limits=limits)
    if upload.sha256 and facts.sha256 != upload.sha256:
        raise Invalid("media_hash")
    if upload.kind and facts.kind.value != upload.kind.value:
        raise Invalid("media_declared", found=facts.mime)
    return facts


def _record(upload: Upload, facts: Inspected) -> None:
    """Keep the bytes under their hash, then record the item with all that follows."""
    key = keys.content_key(keys.INTERNAL, facts.sha256, facts.extension)
    # Also when it is there: what was written lately is not swept away.
    stores.current().copy(incoming(upload.id), key)
    item = _item(upload, facts, key)

    def work(session: ClientSession) -> None:
        if not end(upload.id, UploadState.CHECKING, UploadState.DONE, item.id, session):
            return
        MediaItem._get_collection().replace_one(
            {"_id": item.id}, item.to_mongo(), upsert=True, session=session
        )
        media_items.enqueue_rendering(item.id, session)
        after = {"name": item.name, "kind": facts.kind.value, "sha256": facts.sha256}
        audit.record(ACTOR, "media.add", f"media:{item.id}", after=after, session=session)

    try:
        transaction(work)
    except DuplicateKeyError:
        _same_as_known(upload, facts.sha256)


def _same_as_known(upload: Upload, sha256: str) -> None:
    """End an upload with the item that has these bytes already."""
    known = MediaItem.objects(original__sha256=sha256).only("id").first()
    if known is None:  # deleted at this moment: once more from the beginning
        raise StoreUnavailable

    def work(session: ClientSession) -> None:
        if end(upload.id, UploadState.CHECKING, UploadState.DONE, known.id, session):
            waiting = {"_id": upload.id, "state": MediaState.PROCESSING.value}
            MediaItem._get_collection().delete_one(waiting, session=session)

    transaction(work)


def refuse(upload: Upload, code: str, params: dict[str, object] | None = None) -> None:
    """End an upload that is not taken; the item of a film says why."""
    fault = MediaFault(code=code, params=params or {}).to_mongo().to_dict()

    def work(session: ClientSession) -> None:
        ended = end(
            upload.id, UploadState.CHECKING, UploadState.REFUSED, None, session, fault=fault
        )
        if ended:
            MediaItem._get_collection().update_one(
                {"_id": upload.id, "state": MediaState.PROCESSING.value},
                {
                    "$set": {
                        "state": MediaState.FAILED.value,
                        "fault": fault,
                        "updated_at": now(),
                    }
                },
                session=session,
            )

    transaction(work)
    logger.info("upload_refused", upload=upload.id, code=code)


def end(
    upload_id: str,
    before: UploadState,
    after: UploadState,
    item: str | None = None,
    session: ClientSession | None = None,
    **more: Any,
) -> bool:
    """Move an upload to one of its ends; False when it is no longer in the state `before`."""
    change = {"state": after.value, "updated_at": now(), "drop_at": now() + KEEP_ENDED, **more}
    result = Upload._get_collection().update_one(
        {"_id": upload_id, "state": before.value},
        {"$set": change | ({"item": item} if item else {})},
        session=session,
    )
    return bool(result.matched_count)


def clear(upload: Upload) -> None:
    """Remove what an ended upload left in the store; later, when that does not answer."""
    if upload.state in (UploadState.OPEN, UploadState.CHECKING):
        return
    store, key = stores.current(), incoming(upload.id)
    with suppress(StoreUnavailable):
        store.abort(key, upload.parts)
        store.remove(key)
        Upload.objects(id=upload.id).update(cleared=True)


def told(upload: Upload) -> dict[str, Any]:
    """Return the fields of an item that its sender told."""
    return {
        "name": upload.name,
        "alt": upload.alt,
        "rights": upload.rights,
        "audience": upload.audience,
        "uploader": upload.owner,
        "uploader_name": upload.owner_name,
        "created_at": upload.created_at,
    }


def _item(upload: Upload, facts: Inspected, key: str) -> MediaItem:
    original = MediaOriginal(key=key, size=facts.size, sha256=facts.sha256, type=facts.mime)
    item = MediaItem(
        id=upload.id,
        kind=MediaKind(facts.kind.value),
        state=MediaState.PROCESSING,
        progress=0,
        **{**told(upload), "name": facts.name},
        width=facts.width,
        height=facts.height,
        duration=facts.duration,
        pages=facts.pages,
        notes=list(facts.notes),
        sha256=facts.sha256,
        original=original,
    )
    item.validate()
    return item
