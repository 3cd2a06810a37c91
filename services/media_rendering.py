"""Renditions: from the original of a media item to what phones are given.

The files of one run lie below the hash of all of them, `public/<aa>/<hash>/<name>`, because some
name each other. They are put first; then one transaction makes the item ready with all of them. A
run that dies leaves objects that nobody refers to, for the sweep, and its job runs again.
"""

import hashlib
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from pymongo import ReturnDocument
from pymongo.client_session import ClientSession
from pymongo.errors import PyMongoError

from core import logs
from core.clock import now
from core.db import transaction
from core.errors import Invalid
from media import documents, films, images, keys, stores, subtitles
from media.errors import StoreFull, StoreUnavailable
from media.facts import Rendition, Renditions, Role
from media.failures import Cancelled, RenditionFailed
from media.storage import fetch
from models.media_items import (
    TEXT_MAX,
    MediaAudience,
    MediaFault,
    MediaItem,
    MediaKind,
    MediaRole,
    MediaSource,
    MediaState,
    MediaStream,
)
from services import media_items, media_policy, outbox

TRIES_MAX = 3
PROGRESS_EVERY_S = 1.0
# The share of the work before the files are put into the store.
MAKING = 0.9
REASON_MAX = 500
_SAME = {role.value: role for role in MediaRole}

logger = logs.get(__name__)


def render(item_id: str) -> None:
    """Make the renditions of an item and make it ready; nothing when it is, or is gone.

    Raises `outbox.GivenUp` when the item failed: it says why then. Raises `RenditionFailed` when
    another try may help, `StoreUnavailable` and its like, `OSError`.
    """
    item = _begun(item_id)
    if item is None:
        return
    watch = _Watch(item_id)
    try:
        with media_policy.workspace() as folder:
            made = _made(item, folder, watch)
            fields = _stored(item, made, watch)
            text = _text(made)
    except Cancelled:
        return
    except (StoreUnavailable, StoreFull, OSError):
        _wait(item_id)
        raise
    except Invalid as refusal:
        fail(item_id, refusal.code, refusal.params)
        raise outbox.GivenUp(refusal.code) from refusal
    except RenditionFailed as failure:
        if item.tries < TRIES_MAX:
            raise
        fail(item_id, "media_render_failed", {"reason": str(failure)[:REASON_MAX]})
        raise outbox.GivenUp(str(failure)) from failure
    _appear(item, made, fields, text)


def fail(item_id: str, code: str, params: dict[str, object]) -> None:
    """Note why an item has no renditions; its original stays."""
    fault = MediaFault(code=code, params=params).to_mongo().to_dict()
    _update(item_id, {"state": MediaState.FAILED.value, "fault": fault})


def _wait(item_id: str) -> None:
    """Note that what began is no try: it was not about this item."""
    MediaItem._get_collection().update_one({"_id": item_id}, {"$inc": {"tries": -1}})


def _begun(item_id: str) -> MediaItem | None:
    """Return an item that waits for renditions, or is to be tried again, and count the try."""
    states = [MediaState.PROCESSING.value, MediaState.FAILED.value]
    row = MediaItem._get_collection().find_one_and_update(
        {"_id": item_id, "state": {"$in": states}, "original": {"$exists": True}},
        {
            "$set": {"state": MediaState.PROCESSING.value, "progress": 0.0, "updated_at": now()},
            "$unset": {"fault": ""},
            "$inc": {"tries": 1},
        },
        return_document=ReturnDocument.AFTER,
    )
    item: MediaItem | None = MediaItem._from_son(row) if row else None
    return item


class _Watch:
    """Tells the item how far it is, at most once a second, and notices when the item is gone."""

    def __init__(self, item_id: str) -> None:
        self._item = item_id
        self._next = 0.0
        self._gone = False

    def progress(self, share: float) -> None:
        """Note a share from 0 to 1."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + PROGRESS_EVERY_S
        with suppress(PyMongoError):  # hours of work do not depend on it
            self._gone = not _update(self._item, {"progress": round(share, 3)})

    def gone(self) -> bool:
        """Tell whether nobody wants the work any more."""
        return self._gone


def _update(item_id: str, change: dict[str, Any]) -> bool:
    result = MediaItem._get_collection().update_one(
        {"_id": item_id, "state": MediaState.PROCESSING.value},
        {"$set": {**change, "updated_at": now()}},
    )
    return bool(result.matched_count)


def _made(item: MediaItem, folder: Path, watch: _Watch) -> Renditions:
    original, output = folder / "original", folder / "made"
    output.mkdir()
    fetch(stores.current(), item.original.key, original)
    limits, told = media_policy.current().limits, partial(_scaled, watch)
    if item.kind is MediaKind.SUBTITLES:
        return subtitles.make(original, output)
    if item.kind is MediaKind.IMAGE:
        return images.make(original, output, limits=limits, cancelled=watch.gone)
    if item.kind is MediaKind.VIDEO:
        return films.make(original, output, limits=limits, on_progress=told, cancelled=watch.gone)
    return documents.make(
        original,
        output,
        pages=item.pages or 1,
        limits=limits,
        on_progress=told,
        cancelled=watch.gone,
    )


def _scaled(watch: _Watch, share: float) -> None:
    watch.progress(share * MAKING)


def _stored(item: MediaItem, made: Renditions, watch: _Watch) -> dict[str, list[Any]]:
    """Put all files; return those for readers, those of the poster, and those for players."""
    digests = {one.name: _digest(one.path) for one in made.files}
    area = keys.PUBLIC if item.audience is MediaAudience.PUBLIC else keys.INTERNAL
    folder = keys.run_folder(area, digests)
    store = stores.current()
    found: dict[str, list[Any]] = {"sources": [], "stream": [], "poster": []}
    for number, one in enumerate(made.files):
        watch.progress(MAKING + (1 - MAKING) * number / len(made.files))
        if watch.gone():
            raise Cancelled
        key = f"{folder}/{one.name}"
        store.put(key, one.path)
        told = {"key": key, "size": one.size, "sha256": digests[one.name]}
        if one.role is Role.STREAM:
            found["stream"].append(MediaStream(**told))
        elif one.role is Role.POSTER:
            found["poster"].append(_source(one, told, MediaRole.PICTURE))
        else:
            found["sources"].append(_source(one, told, _SAME[one.role.value]))
    if item.kind is MediaKind.DOCUMENT:
        found["sources"].append(_to_be_saved(item, area))
    return found


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _source(one: Rendition, told: dict[str, Any], role: MediaRole) -> MediaSource:
    return MediaSource(
        **told, role=role, type=one.mime, width=one.width, height=one.height, page=one.page
    )


def _text(made: Renditions) -> str | None:
    """Return what search will know of a document: its pages from the first on."""
    found = next((one.path for one in made.files if one.role is Role.TEXT), None)
    return "\n".join(orjson.loads(found.read_bytes()))[:TEXT_MAX] if found else None


def _to_be_saved(item: MediaItem, area: str) -> MediaSource:
    """Let readers have a document itself: its original, where they can reach it."""
    original = item.original
    key = keys.content_key(area, original.sha256, original.key.rpartition(".")[2])
    if key != original.key:
        stores.current().copy(original.key, key)
    return MediaSource(
        key=key,
        size=original.size,
        sha256=original.sha256,
        role=MediaRole.DOCUMENT,
        type=original.type,
    )


def _appear(
    item: MediaItem, made: Renditions, files: dict[str, list[Any]], text: str | None
) -> None:
    """Make the item ready with all its files, and its poster with it."""
    poster = _poster(item, made, files["poster"]) if files["poster"] else None
    change: dict[str, Any] = {
        "state": MediaState.READY.value,
        "progress": 1.0,
        "updated_at": now(),
        "sources": [one.to_mongo() for one in files["sources"]],
        "stream": [one.to_mongo() for one in files["stream"]],
        "text": text,
        "placeholder": made.placeholder,
        "poster": poster.id if poster else None,
        "width": made.width,
        "height": made.height,
        "duration": made.duration if made.duration is not None else item.duration,
    }
    present = {name: value for name, value in change.items() if value is not None}

    def work(session: ClientSession) -> None:
        items = MediaItem._get_collection()
        waiting = {"_id": item.id, "state": MediaState.PROCESSING.value}
        ready = items.update_one(
            waiting, {"$set": present, "$unset": {"fault": ""}}, session=session
        )
        if ready.matched_count and poster is not None:
            items.replace_one({"_id": poster.id}, poster.to_mongo(), upsert=True, session=session)

    transaction(work)
    logger.info("media_ready", item=item.id, kind=item.kind.value, files=len(made.files))


def _poster(item: MediaItem, made: Renditions, sources: list[MediaSource]) -> MediaItem:
    largest = max(sources, key=lambda source: source.width)
    poster = MediaItem(
        id=media_items.poster_id(item.id),
        kind=MediaKind.IMAGE,
        audience=item.audience,
        alt=item.alt,
        rights=item.rights,
        name=item.name,
        width=largest.width,
        height=largest.height,
        placeholder=made.placeholder,
        sources=sources,
        sha256=largest.sha256,
        uploader=item.uploader,
        uploader_name=item.uploader_name,
    )
    poster.validate()
    return poster
