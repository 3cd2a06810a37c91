"""What publishing and its like mean for the PDFs of editions: they are drawn again, a little later.

`services.snapshots`, through which everything live changes, tells of each change here.
"""

import datetime as dt
from collections.abc import Iterable

from pymongo.client_session import ClientSession

from core.clock import now
from models.enums import Kind
from models.snapshots import Snapshot, in_time
from services import outbox

DRAW_JOB, CHECK_JOB = "handbook.draw", "handbook.check"
# Whoever publishes a chapter often publishes the next one too.
PAUSE = dt.timedelta(seconds=10)


def edition_of(kind: Kind, item: str, facet: str | None) -> set[str]:
    """Return the id of the edition whose PDF shows an item; nothing for other kinds."""
    if kind == Kind.HANDBOOK:
        return {item}
    return {facet} if kind == Kind.CHAPTERS and facet else set()


def changed(editions: Iterable[str], session: ClientSession) -> None:
    """Have the PDFs of editions drawn, with the change of this transaction.

    A burst of changes is drawn once: a job that waits takes in the next change, and does not wait
    longer for it.
    """
    for edition in sorted(editions):
        outbox.gather(
            DRAW_JOB,
            {"edition": edition},
            run_at=now() + PAUSE,
            key=f"{DRAW_JOB}:{edition}",
            session=session,
        )


def live_editions() -> set[str]:
    """Return the ids of all editions that are live."""
    rows = Snapshot.raw().find({"kind": Kind.HANDBOOK, **in_time()}, {"item": 1})
    return {row["item"] for row in rows}
