"""Media in the background: uploads are checked, renditions made, leftovers removed.

When the store does not answer or is full, or the disk of this host is, a job waits: it is put back
and its attempts do not count.
"""

import functools
from collections.abc import Callable
from typing import Any

from media.errors import StoreFull, StoreUnavailable
from media.failures import NO_ROOM
from services import (
    media_acceptance,
    media_items,
    media_library,
    media_rendering,
    media_upkeep,
    outbox,
)

PAUSE_S = 30.0


def patient(work: Callable[..., None]) -> Callable[..., None]:
    """Let a handler wait for the store and for room on the disk, instead of failing."""

    @functools.wraps(work)
    def wrapped(**arguments: Any) -> None:
        try:
            work(**arguments)
        except (StoreUnavailable, StoreFull) as away:
            raise outbox.Later(PAUSE_S, f"{type(away).__name__}: {away.code}") from away
        except OSError as failure:
            if failure.errno not in NO_ROOM:
                raise
            raise outbox.Later(PAUSE_S, f"no room to work: {failure.strerror}") from failure

    return wrapped


@patient
def check(*, upload: str) -> None:
    """Look at an upload, unless that was done."""
    media_acceptance.accept(upload)


@patient
def render(*, item: str) -> None:
    """Make the renditions of an item, unless it has them."""
    media_rendering.render(item)


@patient
def refresh(*, item: str) -> None:
    """Render anew what is live and shows an item that was described anew."""
    media_library.refresh_live(item)


@patient
def tidy(*, at: str) -> None:
    """End and remove what was left. `at` makes the job unique."""
    del at
    media_upkeep.tidy()


HANDLERS: dict[str, Any] = {
    media_acceptance.CHECK_JOB: check,
    media_items.RENDER_JOB: render,
    media_library.REFRESH_JOB: refresh,
    media_upkeep.TIDY_JOB: tidy,
}
