"""Bespoke visits in the background: proposals expire, what nobody uses comes free."""

from typing import Any

from core.errors import NotFound
from services.visits import ending, proposing


def expire(*, visit: str, departure: str) -> None:
    """Let a proposal expire, unless it was answered, or its account deleted."""
    try:
        proposing.expire(visit, departure)
    except NotFound:
        return


def tidy(*, at: str) -> None:
    """End requests that are out of date, free visits that lost their group.

    `at` makes the job unique.
    """
    del at
    ending.lapse_outdated()
    ending.free_abandoned()


HANDLERS: dict[str, Any] = {proposing.EXPIRE_JOB: expire, ending.TIDY_JOB: tidy}
