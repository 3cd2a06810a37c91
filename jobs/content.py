"""Publishing by the clock: scheduled publishing, expiry, figures that become due for review.

A job says which state it was made for. When staff changed their mind since, it does nothing.
"""

import datetime as dt
from typing import Any

from core import logs
from core.errors import Conflict, NotFound, Unprocessable
from models.content import Content
from models.enums import Kind
from models.snapshots import Snapshot, snapshot_key
from services import content, publishing
from services.actors import system

ACTOR = system("schedule")

logger = logs.get(__name__)


def publish(*, kind: str, item: str, at: dt.datetime, revision: int) -> None:
    """Publish the revision that was scheduled, unless it was edited or rescheduled since."""
    document = _document(kind, item)
    if document is None or document.publish_at != at or document.revision != revision:
        return
    try:
        publishing.publish(Kind(kind), item, actor=ACTOR, revision=revision)
    except Conflict:
        logger.info("schedule_void", kind=kind, item=item, revision=revision)
    except Unprocessable as refused:
        # It cannot become publishable by trying again: staff see the reason on the item.
        logger.warning("schedule_refused", kind=kind, item=item, fields=sorted(refused.fields))


def expire(*, kind: str, item: str, at: dt.datetime) -> None:
    """Take an item offline at its time, unless its expiry was changed since."""
    document = _document(kind, item)
    if document is None or document.expire_at != at:
        return
    try:
        publishing.expire(Kind(kind), item, actor=ACTOR)
    except Conflict:
        logger.info("expiry_void", kind=kind, item=item)


def refresh(*, kind: str, item: str, at: dt.datetime) -> None:
    """Render the live copy anew, unless that was done since a figure became due at `at`."""
    due = {"_id": snapshot_key(kind, item), "changes_at": at}
    if Snapshot.raw().find_one(due, {"_id": 1}) is not None:
        publishing.refresh(Kind(kind), item, actor=ACTOR)


def _document(kind: str, item: str) -> Content | None:
    try:
        return content.get(Kind(kind), item)
    except NotFound:
        return None


HANDLERS: dict[str, Any] = {
    publishing.PUBLISH_JOB: publish,
    publishing.EXPIRE_JOB: expire,
    publishing.REFRESH_JOB: refresh,
}
