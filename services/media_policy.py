"""What media may be, from the settings, and where this host works on them."""

import datetime as dt
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.settings import Settings
from media.limits import MB, Limits

# A folder of a process that died is removed when it is older than any work may take.
LEFT_BEHIND_S = 2 * 24 * 60 * 60


@dataclass(frozen=True)
class Policy:
    """Limits for each kind of file, how long an upload waits for its parts, where work is done."""

    limits: Limits
    upload_for: dt.timedelta
    folder: Path


_configured: list[Policy] = []


def configure(settings: Settings) -> None:
    """Take over limits and folders."""
    limits = Limits(
        image_bytes=settings.media_image_max_mb * MB,
        film_bytes=settings.media_film_max_mb * MB,
        document_bytes=settings.media_document_max_mb * MB,
    )
    keep = dt.timedelta(hours=settings.media_upload_hours)
    _configured[:] = [Policy(limits, keep, settings.data_dir / "work")]


def current() -> Policy:
    """Return the policy of this process."""
    if not _configured:
        message = "services.media_policy.configure was not called"
        raise RuntimeError(message)
    return _configured[0]


@contextmanager
def workspace() -> Iterator[Path]:
    """Give a folder on this host's disk; it is gone afterwards. Raises `OSError`."""
    folder = current().folder
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.iterdir():
        if left.stat().st_mtime < time.time() - LEFT_BEHIND_S:
            shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as work:
        yield Path(work)
