"""The PDFs of the handbook's editions: drawn after each change, and looked at once a day."""

from typing import Any

from jobs.media import patient
from services import handbook_files
from services.handbook_changes import CHECK_JOB, DRAW_JOB


@patient
def draw(*, edition: str) -> None:
    """Draw what changed of an edition, unless that was done."""
    handbook_files.draw(edition)


def check(*, day: str) -> None:
    """Have every edition looked at. `day` makes the job unique.

    Editions that went live before the product could draw them are found so, files that their
    store lost, and what a new design draws otherwise.
    """
    handbook_files.check(day)


HANDLERS: dict[str, Any] = {DRAW_JOB: draw, CHECK_JOB: check}
