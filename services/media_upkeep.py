"""What interrupted uploads and given-up work leave behind: ended, removed, said so."""

import datetime as dt

from mongoengine import QuerySet

from core.clock import now
from models.media_items import MediaItem, MediaState
from models.uploads import Upload, UploadState
from services import media_acceptance, media_items, media_rendering, outbox

TIDY_JOB = "media.tidy"
# Longer than a step takes when nothing goes wrong, so that nobody is overtaken.
QUIET = dt.timedelta(minutes=15)
BATCH = 100
ENDED = (UploadState.DONE, UploadState.REFUSED, UploadState.ABORTED)


def is_pending() -> bool:
    """Tell whether there is something that `tidy` would look at."""
    looked = (
        Upload.objects(state=UploadState.OPEN, expires_at__lt=now()),
        Upload.objects(cleared=False, state__in=ENDED, updated_at__lt=now() - QUIET),
        Upload.objects(state=UploadState.CHECKING, updated_at__lt=now() - QUIET),
        _waiting_items(),
    )
    return any(rows.only("id").first() is not None for rows in looked)


def tidy() -> None:
    """End what nobody will end any more; done again, it changes nothing."""
    for upload in Upload.objects(state=UploadState.OPEN, expires_at__lt=now()).limit(BATCH):
        media_acceptance.end(upload.id, UploadState.OPEN, UploadState.ABORTED)
    _give_up_checks()
    _give_up_renditions()
    for upload in Upload.objects(cleared=False, state__in=ENDED).limit(BATCH):
        media_acceptance.clear(upload)


def _give_up_checks() -> None:
    """Refuse uploads whose job failed for good."""
    old = Upload.objects(state=UploadState.CHECKING, updated_at__lt=now() - QUIET).limit(BATCH)
    uploads = {upload.id: upload for upload in old}
    held = outbox.waiting(media_acceptance.CHECK_JOB, "upload", list(uploads))
    for upload_id in uploads.keys() - held:
        media_acceptance.refuse(uploads[upload_id], "media_check_failed")


def _give_up_renditions() -> None:
    """Say of items whose job failed for good that they failed."""
    found = {item.id for item in _waiting_items().only("id").limit(BATCH)}
    for item_id in found - outbox.waiting(media_items.RENDER_JOB, "item", list(found)):
        media_rendering.fail(item_id, "media_render_failed", {"reason": "given up"})


def _waiting_items() -> QuerySet:
    """Return the items that were checked and wait, or are worked on without a word, for long."""
    return MediaItem.objects(
        state=MediaState.PROCESSING, original__exists=True, updated_at__lt=now() - QUIET
    )
