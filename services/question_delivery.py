"""Telling somebody the answer of staff: in the conversation, once, or else as usual.

Only the worker does. That a message is about to be sent is noted before: who finds such a note
does not send it again, but lets the inbox entry go out by the other channels.
"""

import datetime as dt

from core.clock import now
from models.enums import Language
from models.notifications import DeliveredBy, InboxEntry
from models.questions import Question
from services import (
    customer_service,
    notifications,
    outbox,
    personal_data,
    questions,
    quiet_hours,
)
from services.customer_service import NotSent, PerhapsSent

# A platform that is busy for a moment is waited for; then other channels have their turn.
PAUSE_S = 30.0
PATIENCE = dt.timedelta(minutes=10)
ASKED_SHOWN = 40
WORDINGS = {
    Language.ZH_CN: "您的咨询“{asked}”，答复如下：\n{answer}",
    Language.EN: "Your question “{asked}” was answered:\n{answer}",
}


def deliver(question_id: str) -> None:
    """Tell the answer of a question, unless that was done; raise `outbox.Later`."""
    question: Question | None = Question.objects(id=question_id, told_by=None).first()
    if question is None or question.answer is None:
        return
    if (held := questions.held_until(question)) is not None:
        raise outbox.Later((held - now()).total_seconds(), "quiet hours")
    by = DeliveredBy.WECHAT if _claim(question) and _sent(question) else DeliveredBy.INBOX
    _settle(question, by)


def _sent(question: Question) -> bool:
    """Send it in the conversation; False when it did not go out, or nobody knows."""
    asked = personal_data.opened(question, "text") or ""
    shown = asked if len(asked) <= ASKED_SHOWN else f"{asked[:ASKED_SHOWN]}…"
    answer = personal_data.opened(question, "answer")
    text = WORDINGS[question.language].format(asked=shown, answer=answer)
    try:
        customer_service.send(question.openid, text)
    except NotSent as refused:
        if refused.for_now and _is_waited_for(question):
            _set(question, {"$unset": {"told_at": ""}})
            raise outbox.Later(PAUSE_S, str(refused)) from None
        return False
    except PerhapsSent:
        return False
    return True


def _is_waited_for(question: Question) -> bool:
    """Tell whether to try again; who has no account has this way only, while it is open."""
    moment, answered_at = now(), question.answered_at
    held_until = quiet_hours.after(answered_at)
    since = held_until if held_until <= moment else answered_at
    return question.visitor is None or moment - since < PATIENCE


def _settle(question: Question, by: DeliveredBy) -> None:
    """Note how it went out; what did not go out in the conversation goes the usual way."""
    key = {"visitor": question.visitor, "dedupe_key": questions.inbox_key(question.id)}
    entry = InboxEntry._get_collection().find_one(key, {"_id": 1}) if question.visitor else None
    if entry is not None and by is DeliveredBy.WECHAT:
        done = {"delivered_by": by.value, "delivered_at": now()}
        InboxEntry._get_collection().update_one({"_id": entry["_id"]}, {"$set": done})
    elif entry is not None:
        notifications.enqueue_delivery(entry["_id"])
    _set(question, {"$set": {"told_by": by.value}})


def _claim(question: Question) -> bool:
    """Note that it is about to be sent; False when somebody did before."""
    claimed = Question._get_collection().update_one(
        {"_id": question.id, "told_at": None}, {"$set": {"told_at": now()}}
    )
    return bool(claimed.modified_count)


def _set(question: Question, update: dict[str, dict[str, object]]) -> None:
    Question._get_collection().update_one({"_id": question.id}, update)
