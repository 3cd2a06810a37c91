"""Uploads: a file goes to the store in parts, straight from the browser; then it is checked.

The order of steps, so that a process may die between any two of them:

1. `begin` opens an upload in the store, then writes the record. Left between: an upload in the
   store without a record, which the store drops after a while.
2. Parts go to the store by signed addresses; `status` asks the store itself what has arrived.
3. `finish` joins the parts to the object `incoming/<id>`. Left here: the record is still open,
   finishing again finds the object; who never comes back loses it with the record's time.
4. One transaction moves the record to `checking`, writes the job that checks it whatever happens
   to this process, and for a film the item, which staff see as `processing`.
5. `media_acceptance.accept` inspects the bytes, copies them to the key of their hash, and in one
   transaction records item, rendering job and the end of the upload. It may run any number of
   times, also at once: the hash is unique among items, and only one run ends the upload.
6. `clear` removes what is left in the store; `media_upkeep` does it when nobody else did.
"""

import io
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from pymongo.client_session import ClientSession

from core import logs
from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, NotFound
from core.ids import new_id
from media import stores
from media.errors import ObjectMissing, PartsDiffer, StoreUnavailable
from media.facts import Kind
from media.failures import RenditionFailed
from media.limits import MB
from media.signatures import HEAD_BYTES, kind_declared, type_of
from media.storage import Part, Target
from models.media_items import MediaAudience, MediaItem, MediaKind, MediaState
from models.uploads import Upload, UploadState
from services import audit, media_acceptance, media_policy, outbox, permissions
from services.actors import Actor

PART_BYTES = 8 * MB
SIGNED_S = 60 * 60
OPEN_MAX = 20
MISSING_TOLD = 100

logger = logs.get(__name__)


@dataclass(frozen=True)
class Offer:
    """A file as its sender describes it; all but the size is optional and will be checked."""

    name: str
    size: int
    sha256: str | None = None
    type: str | None = None
    kind: MediaKind | None = None
    alt: str | None = None
    rights: str | None = None
    audience: MediaAudience = MediaAudience.PUBLIC


@dataclass(frozen=True)
class Status:
    """An upload, and the numbers of those parts that the store has whole."""

    upload: Upload
    arrived: list[int]


def begin(actor: Actor, offer: Offer) -> Upload:
    """Open an upload.

    Raises `Invalid` for a file that is empty or larger than its kind may be, `Conflict` when too
    many uploads of this person are open.
    """
    permissions.require(actor, "media", "write")
    _check_size(offer)
    mine = Upload.objects(owner=actor.id, state=UploadState.OPEN).limit(OPEN_MAX).count(True)
    if mine >= OPEN_MAX and not actor.is_system:
        raise Conflict("uploads_open", limit=OPEN_MAX)
    upload_id = new_id()
    upload = Upload(
        id=upload_id,
        owner=actor.id,
        owner_name=actor.name,
        parts=stores.current().begin(media_acceptance.incoming(upload_id)),
        part_bytes=PART_BYTES,
        expires_at=now() + media_policy.current().upload_for,
        **vars(offer),
    )
    upload.save(force_insert=True)
    return upload


def _check_size(offer: Offer) -> None:
    limits = media_policy.current().limits
    if offer.size < 1:
        raise Invalid("media_empty")
    kind = Kind(offer.kind.value) if offer.kind else kind_declared(offer.type)
    most = max(limits.bytes_of(one) for one in ([kind] if kind else Kind))
    if offer.size > most:
        raise Invalid("media_too_large", megabytes=most // MB)


def get(actor: Actor, upload_id: str) -> Upload:
    """Return one's own upload; raise `NotFound`."""
    upload: Upload | None = Upload.objects(id=upload_id, owner=actor.id).first()
    if upload is None:
        raise NotFound
    return upload


def status(actor: Actor, upload_id: str) -> Status:
    """Return how far an upload is: what to send again after a break."""
    upload = get(actor, upload_id)
    if upload.state is not UploadState.OPEN:
        return Status(upload, [])
    key = media_acceptance.incoming(upload.id)
    try:
        parts = stores.current().list_parts(key, upload.parts)
    except ObjectMissing:  # joined already, and the process died: all of it is there
        return Status(upload, [*range(1, count(upload) + 1)])
    return Status(upload, sorted(part.number for part in parts if is_whole(upload, part)))


def sign(actor: Actor, upload_id: str, numbers: list[int]) -> dict[int, Target]:
    """Return where to send these parts; the upload's time begins anew."""
    permissions.require(actor, "media", "write", f"uploads:{upload_id}")
    upload = _open(get(actor, upload_id))
    if any(not 1 <= number <= count(upload) for number in numbers):
        raise Invalid(fields={"parts": "out_of_range"})
    expires_at = now() + media_policy.current().upload_for
    Upload.objects(id=upload.id, state=UploadState.OPEN).update(expires_at=expires_at)
    key, store = media_acceptance.incoming(upload.id), stores.current()
    return {number: store.sign_part(key, upload.parts, number, SIGNED_S) for number in numbers}


def count(upload: Upload) -> int:
    """Return of how many parts an upload is."""
    return -(-int(upload.size) // int(upload.part_bytes))


def size_of(upload: Upload, number: int) -> int:
    """Return how many bytes a part has."""
    return int(min(upload.part_bytes, upload.size - (number - 1) * upload.part_bytes))


def is_whole(upload: Upload, part: Part) -> bool:
    """Tell whether what the store has is a part of the upload, in its full size."""
    return 1 <= part.number <= count(upload) and part.size == size_of(upload, part.number)


def put_file(
    actor: Actor, upload_id: str, path: Path, on_bytes: Callable[[int], None] = lambda _count: None
) -> None:
    """Hand over all bytes at once, for who has the file and the store; then `finish`.

    `on_bytes` hears how many more were read.
    """
    upload, store = _open(get(actor, upload_id)), stores.current()
    key = media_acceptance.incoming(upload.id)
    with _Told(path, on_bytes) as file:
        store.put(key, cast(BinaryIO, file), int(upload.size))
    store.abort(key, upload.parts)


class _Told(io.FileIO):
    """A file that tells how it is read."""

    def __init__(self, path: Path, on_bytes: Callable[[int], None]) -> None:
        super().__init__(path)
        self._on_bytes = on_bytes

    def read(self, size: int | None = -1, /) -> bytes:
        """Return the next bytes."""
        data: bytes = super().read(size) or b""
        self._on_bytes(len(data))
        return data


def finish(actor: Actor, upload_id: str) -> Upload:
    """Check what arrived and take it, or raise why not; done again, it answers the same.

    A film is checked in the background: the answer is at `checking` then, as it is when the store
    goes away half-way. The same bytes as those of an item end with that item.

    Raises:
        PartsDiffer: Parts are missing or too short; `details.missing` has their numbers.
        Invalid: The file is not taken, with the code of the reason.
        Conflict: `upload_ended`, by abort or by time.
        StoreUnavailable: The parts could not be joined: finish again later.
    """
    permissions.require(actor, "media", "write", f"uploads:{upload_id}")
    upload = get(actor, upload_id)
    if upload.state is UploadState.OPEN:
        _join(upload)
        _hand_over(actor, upload)
        upload.reload()
    if upload.state is UploadState.CHECKING and not MediaItem.objects(id=upload.id).count():
        try:
            media_acceptance.accept(upload.id)
        except (StoreUnavailable, RenditionFailed, OSError) as error:
            logger.warning("check_postponed", upload=upload.id, error=type(error).__name__)
        upload.reload()
    if upload.state is UploadState.REFUSED:
        raise Invalid(upload.fault.code, **upload.fault.params)
    if upload.state is UploadState.ABORTED:
        media_acceptance.clear(upload)
        raise Conflict("upload_ended")
    return upload


def abort(actor: Actor, upload_id: str) -> None:
    """Give an upload up; one that was given up is no error. Raises `Conflict` when it ended."""
    permissions.require(actor, "media", "write", f"uploads:{upload_id}")
    upload = get(actor, upload_id)
    if not media_acceptance.end(upload.id, UploadState.OPEN, UploadState.ABORTED):
        upload.reload()
        if upload.state is not UploadState.ABORTED:
            raise Conflict("upload_ended")
    media_acceptance.clear(upload)


def _open(upload: Upload) -> Upload:
    if upload.state is not UploadState.OPEN:
        raise Conflict("upload_ended")
    return upload


def _join(upload: Upload) -> None:
    """Make one object of the parts; when that was done before, it is there."""
    store, key = stores.current(), media_acceptance.incoming(upload.id)
    with suppress(ObjectMissing):
        parts = [one for one in store.list_parts(key, upload.parts) if is_whole(upload, one)]
        missing = sorted({*range(1, count(upload) + 1)} - {part.number for part in parts})
        if missing:
            differ = PartsDiffer()
            differ.details["missing"] = missing[:MISSING_TOLD]
            raise differ
        store.complete(key, upload.parts, parts)
    try:
        found = store.stat(key)
    except ObjectMissing:
        raise Conflict("upload_ended") from None
    if found.size != upload.size:
        raise PartsDiffer


def _hand_over(actor: Actor, upload: Upload) -> None:
    """Note that all bytes are there, and that they will be checked whatever happens now."""
    key = media_acceptance.incoming(upload.id)
    with stores.current().open(key, 0, HEAD_BYTES) as chunks:
        found = type_of(b"".join(chunks))
    is_film = found is not None and found.kind is Kind.VIDEO

    def work(session: ClientSession) -> None:
        moved = Upload._get_collection().update_one(
            {"_id": upload.id, "state": UploadState.OPEN.value},
            {"$set": {"state": UploadState.CHECKING.value, "updated_at": now()}},
            session=session,
        )
        if not moved.matched_count:
            return
        if is_film:
            MediaItem._get_collection().insert_one(_awaited(upload), session=session)
        after = {"name": upload.name, "size": upload.size, "audience": upload.audience.value}
        audit.record(actor, "media.upload", f"media:{upload.id}", after=after, session=session)
        outbox.enqueue(
            media_acceptance.CHECK_JOB,
            {"upload": upload.id},
            run_at=now() + (media_acceptance.AT_ONCE if is_film else media_acceptance.RECOVERY),
            dedupe_key=f"{media_acceptance.CHECK_JOB}:{upload.id}",
            session=session,
        )

    transaction(work)


def _awaited(upload: Upload) -> dict[str, Any]:
    """Return the item of a film that was not looked at yet, as it is stored."""
    item = MediaItem(
        id=upload.id,
        kind=MediaKind.VIDEO,
        state=MediaState.PROCESSING,
        progress=0,
        **media_acceptance.told(upload),
    )
    item.validate()
    row: dict[str, Any] = item.to_mongo().to_dict()
    return row
