"""What visitors write with bookings and visits: checked by WeChat once it was kept.

Nobody but staff and its visitor reads it, so the visitor does not wait for WeChat: the job that
checks it is written with it. What does not pass lies before staff (`services.content_checks`).
"""

from enum import StrEnum

import orjson
from mongoengine import Document
from pymongo.client_session import ClientSession

from core.db import transaction
from models.bookings import Booking
from models.visitors import Visitor
from models.visits import Visit
from services import content_checks, outbox, personal_data

CHECK_JOB = "texts.check"


class Written(StrEnum):
    """What was written: with a booking, after a visit, with a request, about a proposal."""

    BOOKING = "bookings"
    FEEDBACK = "feedback"
    VISIT = "visits"
    ANSWERS = "answers"


# In which document, and in which of its sealed fields.
PLACES: dict[Written, tuple[type[Document], tuple[str, ...]]] = {
    Written.BOOKING: (Booking, ("purpose", "needs")),
    Written.FEEDBACK: (Booking, ("feedback_text",)),
    Written.VISIT: (Visit, ("purpose", "hosts", "needs")),
    Written.ANSWERS: (Visit, ("answers",)),
}


def later(written: Written, found: Booking | Visit, session: ClientSession) -> None:
    """Write the job that checks what a visitor wrote, where there is anything."""
    _, names = PLACES[written]
    if found.visitor is None or not any(getattr(found, name) for name in names):
        return
    args = {"written": written.value, "item": found.id, "revision": int(found.revision)}
    key = f"{CHECK_JOB}:{written.value}:{found.id}:{found.revision}"
    outbox.enqueue(CHECK_JOB, args, dedupe_key=key, session=session)


def check(written: Written, identity: str, revision: int) -> None:
    """Check what is there now; nothing happens when it is gone, or nobody's any more."""
    document, names = PLACES[written]
    found = document.objects(id=identity).first()
    visitor = None if found is None else Visitor.objects(id=found.visitor).first()
    if found is None or visitor is None:
        return
    text = "\n".join(_texts(found, names))
    verdict = content_checks.ask(visitor, text)
    subject = f"{written.value}:{identity}:{revision}"
    transaction(
        lambda session: content_checks.hold(visitor.id, subject, text, verdict, session=session)
    )


def _texts(found: Document, names: tuple[str, ...]) -> list[str]:
    opened = [personal_data.opened(found, name) for name in names]
    if names == PLACES[Written.ANSWERS][1]:
        # A JSON object, by version.
        return [str(text) for one in opened if one for text in orjson.loads(one).values()]
    return [one for one in opened if one]
