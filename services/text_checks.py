"""What visitors write, wherever they do: checked by WeChat once it was kept.

Nobody but staff and its visitor reads it, so the visitor does not wait for WeChat: the job that
checks it is written with it. What does not pass lies before staff (`services.content_checks`). A
question lies before them anyway: what was found is noted with it.
"""

from enum import StrEnum

import orjson
from mongoengine import Document
from pymongo.client_session import ClientSession

from core.db import transaction
from models.bookings import Booking
from models.held_texts import HeldReason
from models.questions import ContentVerdict, Question
from models.visitors import Visitor
from models.visits import Visit
from services import content_checks, outbox, personal_data
from services.content_checks import Verdict
from wechat.checks import Scene

CHECK_JOB = "texts.check"


class Written(StrEnum):
    """What was written.

    With a booking, when it was cancelled, after a visit; with a request, about a proposal; in the
    profile; in the conversation.
    """

    BOOKING = "bookings"
    CANCELLATION = "cancellations"
    FEEDBACK = "feedback"
    VISIT = "visits"
    ANSWERS = "answers"
    PROFILE = "profiles"
    QUESTION = "questions"


# In which document, and in which of its fields.
PLACES: dict[Written, tuple[type[Document], tuple[str, ...]]] = {
    Written.BOOKING: (
        Booking,
        ("name", "organisation", "companions", "plates", "purpose", "needs"),
    ),
    Written.CANCELLATION: (Booking, ("reason",)),
    Written.FEEDBACK: (Booking, ("feedback_text",)),
    Written.VISIT: (Visit, ("name", "organisation", "purpose", "hosts", "needs")),
    Written.ANSWERS: (Visit, ("answers",)),
    Written.PROFILE: (Visitor, ("name", "organisation", "title")),
    Written.QUESTION: (Question, ("text",)),
}
# Sealed fields that hold JSON: a list of texts, or an object from version to text.
STRUCTURED = frozenset({"companions", "plates", "answers"})
_NOTED = {
    None: ContentVerdict.PASS,
    HeldReason.REVIEW: ContentVerdict.REVIEW,
    HeldReason.RISKY: ContentVerdict.RISKY,
    HeldReason.UNAVAILABLE: ContentVerdict.UNCHECKED,
    HeldReason.NO_WECHAT: ContentVerdict.UNCHECKED,
}


def later(written: Written, found: Document, session: ClientSession) -> None:
    """Write the job that checks what a visitor wrote, where there is anything."""
    _, names = PLACES[written]
    if _writer(written, found) is None or not any(getattr(found, name) for name in names):
        return
    revision = int(getattr(found, "revision", 0))
    args = {"written": written.value, "item": found.pk, "revision": revision}
    key = f"{key_of(written, found.pk)}{revision}"
    outbox.enqueue(CHECK_JOB, args, dedupe_key=key, session=session)


def key_of(written: Written, identity: str) -> str:
    """Return how the keys begin under which the checks of a document are written."""
    return f"{CHECK_JOB}:{written.value}:{identity}:"


def check(written: Written, identity: str, revision: int) -> None:
    """Check what is there now; nothing happens when it is gone, or nobody's any more."""
    document, names = PLACES[written]
    found = document.objects(id=identity).first()
    if found is None:
        return
    text = "\n".join(_texts(found, names))
    if isinstance(found, Question):
        _note(found, content_checks.ask_of(found.openid, text))
        return
    visitor = Visitor.objects(id=_writer(written, found)).first()
    if visitor is None:
        return
    scene = Scene.PROFILE if written is Written.PROFILE else Scene.COMMENT
    verdict = content_checks.ask(visitor, text, scene)
    subject = f"{written.value}:{identity}:{revision}"
    transaction(
        lambda session: content_checks.hold(visitor.id, subject, text, verdict, session=session)
    )


def _writer(written: Written, found: Document) -> str | None:
    """Return who wrote it: an account, or for a question the openid, which needs none."""
    if written is Written.PROFILE:
        return str(found.pk)
    writer: str | None = found.openid if isinstance(found, Question) else found.visitor
    return writer


def _note(question: Question, verdict: Verdict) -> None:
    change = {"verdict": _NOTED[verdict.reason].value}
    Question._get_collection().update_one({"_id": question.id}, {"$set": change})


def _texts(found: Document, names: tuple[str, ...]) -> list[str]:
    return [text for name in names for text in _parts(found, name)]


def _parts(found: Document, name: str) -> list[str]:
    """Return the texts of one field, in plain."""
    if name not in found.SEALED:
        plain: str | None = getattr(found, name)
    else:
        plain = personal_data.opened(found, name)
    if not plain:
        return []
    if name not in STRUCTURED:
        return [plain]
    held = orjson.loads(plain)
    return [str(text) for text in (held.values() if isinstance(held, dict) else held)]
