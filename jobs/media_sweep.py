"""The nightly sweep of the media store."""

from typing import Any

from core import logs
from media import stores
from services import media_sweep

SWEEP_JOB = "media.sweep"
# More than this is not what deleted items leave: somebody should look first.
SHARE_MAX = 0.5
FEW = 100

logger = logs.get(__name__)


def sweep(*, day: str) -> None:
    """Remove what nobody refers to. `day` makes the job unique.

    Most of the store being orphaned means that the database is another one, or an old one: then
    nothing is removed.
    """
    del day
    store = stores.current()
    found = media_sweep.find(store)
    count = len(found.orphans)
    if count > max(FEW, found.objects * SHARE_MAX):
        logger.warning("media_sweep_refused", orphans=count, objects=found.objects)
        return
    removed, dropped = media_sweep.remove(store, found.orphans), media_sweep.clean(store)
    logger.info("media_swept", removed=removed, bytes=found.size, unfinished=dropped)


HANDLERS: dict[str, Any] = {SWEEP_JOB: sweep}
