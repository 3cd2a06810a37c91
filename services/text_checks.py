"""What visitors write, wherever they do: checked by WeChat once it was kept.

Nobody but staff and its visitor reads it, so the visitor does not wait for WeChat: the job that
checks it is written with it. What does not pass lies before staff (`services.content_checks`). A
question lies before them anyway: what was found is noted with it.
"""

from mongoengine import Document
from pymongo.client_session import ClientSession

from core.db import transaction
from models.held_texts import HeldReason
from models.questions import ContentVerdict, Question
from models.visitors import Visitor
from services import content_checks, outbox, written_texts
from services.content_checks import Verdict
from services.written_texts import PLACES
from services.written_texts import Written as Written
from wechat.checks import Scene

CHECK_JOB = "texts.check"
# What WeChat says of a text itself.
FOUND = frozenset({HeldReason.REVIEW, HeldReason.RISKY})
_NOTED = {
    None: ContentVerdict.PASS,
    HeldReason.REVIEW: ContentVerdict.REVIEW,
    HeldReason.RISKY: ContentVerdict.RISKY,
    HeldReason.UNAVAILABLE: ContentVerdict.UNCHECKED,
    HeldReason.NO_WECHAT: ContentVerdict.UNCHECKED,
}

# Where WeChat could not be asked about these alone, nothing is held: staff read them anyway.
NAMES = frozenset({"name", "organisation", "title", "companions", "plates"})


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
    texts = written_texts.read(found, names)
    if isinstance(found, Question):
        _note(found, content_checks.ask_of(found.openid, "\n".join(texts.values())))
        return
    visitor = Visitor.objects(id=_writer(written, found)).first()
    if visitor is None:
        return
    scene = Scene.PROFILE if written is Written.PROFILE else Scene.COMMENT
    verdict = content_checks.ask(visitor, "\n".join(texts.values()), scene)
    if verdict.reason in FOUND:
        texts = _at_fault(visitor, texts, scene)
    elif not verdict.passes and texts.keys() <= NAMES:
        return
    subject, text = f"{written.value}:{identity}:{revision}", "\n".join(texts.values())
    transaction(
        lambda session: content_checks.hold(
            *(visitor.id, subject, text, verdict), parts=list(texts), session=session
        )
    )


def _at_fault(visitor: Visitor, texts: dict[str, str], scene: Scene) -> dict[str, str]:
    """Return the fields that do not pass by themselves; all, when only together they do not."""
    if len(texts) == 1:
        return texts
    verdicts = {name: content_checks.ask(visitor, text, scene) for name, text in texts.items()}
    return {name: texts[name] for name, one in verdicts.items() if not one.passes} or texts


def _writer(written: Written, found: Document) -> str | None:
    """Return who wrote it: an account, or for a question the openid, which needs none."""
    if written is Written.PROFILE:
        return str(found.pk)
    writer: str | None = found.openid if isinstance(found, Question) else found.visitor
    return writer


def _note(question: Question, verdict: Verdict) -> None:
    change = {"verdict": _NOTED[verdict.reason].value}
    Question._get_collection().update_one({"_id": question.id}, {"$set": change})
