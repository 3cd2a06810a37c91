"""Questions to staff: asked, answered in time, told in the conversation and in the inbox."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, NotFound
from core.ids import new_id
from models.enums import Language
from models.notifications import Event
from models.questions import ANSWER_MAX, TEXT_MAX, ContentVerdict, Question, QuestionState
from models.visitors import Visitor
from models.wechat_pushes import WechatWindow
from services import (
    audit,
    customer_service,
    keyset,
    notifications,
    outbox,
    permissions,
    personal_data,
    quiet_hours,
    text_checks,
    working_days,
)
from services.actors import Actor
from services.keyset import Position
from services.notifications import ToVisitor
from services.quiet_hours import Urgency
from services.text_checks import Written
from services.visitors import accounts, masking

RESOURCE = "questions"
DELIVER_JOB = "questions.deliver"
KEPT = dt.timedelta(days=365)
# Staff answer within a working day.
ANSWER_WITHIN_HOURS = 8
DAY_BEGINS, DAY_ENDS = dt.time(9), dt.time(17)
TITLES = {Language.ZH_CN: "您的咨询已有答复", Language.EN: "Your question was answered"}

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What somebody asked, and where."""

    push: str
    openid: str
    text: str
    language: Language
    visitor: str | None


@dataclass(frozen=True)
class Shown:
    """A question as staff see it: who asked is masked; `window` is open while they can be told."""

    question: Question
    text: str
    answer: str | None
    person: str | None
    window: WechatWindow | None


def due_at(asked_at: dt.datetime) -> dt.datetime:
    """Return until when staff should have answered: so many office hours later, on working days."""
    return working_days.add_working_hours(
        asked_at, ANSWER_WITHIN_HOURS, begins=DAY_BEGINS, ends=DAY_ENDS
    )


def ask(asked: Asked) -> Question:
    """Write a question for staff with the job that checks it, once for each push; return it."""
    question_id, moment = new_id(), now()
    row = {
        "_id": question_id,
        "openid": asked.openid,
        "language": asked.language.value,
        **personal_data.sealed(Question, question_id, {"text": asked.text[:TEXT_MAX]}),
        "verdict": ContentVerdict.WAITING.value,
        "state": QuestionState.OPEN.value,
        "asked_at": moment,
        "due_at": due_at(moment),
        "drop_at": moment + KEPT,
    }

    def work(session: ClientSession) -> Question:
        # An account that is deleted at this moment leaves a question of nobody's account.
        if asked.visitor and accounts.touch(asked.visitor, session):
            row["visitor"] = asked.visitor
        questions = Question._get_collection()
        questions.update_one(
            {"push": asked.push}, {"$setOnInsert": row}, upsert=True, session=session
        )
        row_now = questions.find_one({"push": asked.push}, session=session)
        question: Question = Question._from_son(row_now)
        text_checks.later(Written.QUESTION, question, session)
        return question

    return transaction(work)


def listing(
    actor: Actor,
    *,
    state: QuestionState = QuestionState.OPEN,
    limit: int = 50,
    after: Position | None = None,
) -> list[Question]:
    """Return questions after a position (when they are due, and id), the most urgent first."""
    permissions.require(actor, RESOURCE, "read")
    further = keyset.after(after, "due_at", ascending=True)
    rows = Question._get_collection().find({"state": state.value, **further})
    ordered = rows.sort([("due_at", 1), ("_id", 1)]).limit(limit)
    return [Question._from_son(row) for row in ordered]


def get(actor: Actor, question_id: str) -> Question:
    """Return a question; raise `NotFound`."""
    permissions.require(actor, RESOURCE, "read", _target(question_id))
    found: Question | None = Question.objects(id=question_id).first()
    if found is None:
        raise NotFound
    return found


def in_words(found: list[Question]) -> list[Shown]:
    """Return questions with their texts, and with who asked masked."""
    ids = [one.visitor for one in found if one.visitor]
    names = {
        one.id: masking.name(personal_data.opened(one, "name"))
        for one in (Visitor.objects(id__in=ids) if ids else ())
    }
    return [
        Shown(
            one,
            personal_data.opened(one, "text") or "",
            personal_data.opened(one, "answer"),
            names.get(one.visitor),
            customer_service.window(one.openid),
        )
        for one in found
    ]


def answer(actor: Actor, question_id: str, *, text: str) -> Question:
    """Answer an open question: at once in the inbox, by a job in the conversation.

    At night the job waits, as `held_until` says. Raises `NotFound`, `Conflict("question_closed")`.
    """
    change = {
        **personal_data.sealed(Question, question_id, {"answer": text[:ANSWER_MAX]}),
        "state": QuestionState.ANSWERED.value,
        "answered_at": now(),
        "answered_by": actor.id,
        "answered_by_name": actor.name,
    }

    def follow(row: Row, session: ClientSession) -> None:
        held = held_until(Question._from_son(row))
        outbox.enqueue(DELIVER_JOB, {"question": question_id}, run_at=held, session=session)
        if visitor := row.get("visitor"):
            told = {"title": TITLES[Language(row["language"])]}
            notifications.notify(
                Event.MESSAGE,
                ToVisitor(visitor),
                told,
                inbox_key(question_id),
                text=text[:ANSWER_MAX],
                urgency=Urgency(acted_at=row["asked_at"]),
                session=session,
                deliver=False,
            )

    return _change(actor, "answer", question_id, change, follow)


def held_until(question: Question) -> dt.datetime | None:
    """Return until when the quiet hours hold an answer that would go out now; None: it goes.

    It goes where the conversation would be over, or nearly, by their end.
    """
    window = customer_service.window(question.openid)
    deadlines = () if window is None else (window.until,)
    return quiet_hours.held_until(Event.MESSAGE, now(), Urgency(question.asked_at, deadlines))


def close(actor: Actor, question_id: str) -> Question:
    """Close an open question that needs no answer; raise `NotFound`, `Conflict`."""
    change = {
        "state": QuestionState.CLOSED.value,
        "closed_at": now(),
        "closed_by": actor.id,
    }
    return _change(actor, "close", question_id, change, lambda _row, _session: None)


def inbox_key(question_id: str) -> str:
    """Return the key of the inbox entry that holds the answer."""
    return f"question:{question_id}"


def _change(actor: Actor, verb: str, question_id: str, change: Row, follow: Any) -> Question:
    """Change a question that is open, and let follow what follows."""
    target = _target(question_id)
    permissions.require(actor, RESOURCE, "write", target)
    guard = {"_id": question_id, "state": QuestionState.OPEN.value}

    def work(session: ClientSession) -> Row:
        questions = Question._get_collection()
        before = questions.find_one_and_update(guard, {"$set": change}, session=session)
        after = questions.find_one({"_id": question_id}, session=session)
        if after is None:
            raise NotFound
        if before is None:
            raise Conflict("question_closed")
        follow(after, session)
        states = [{"state": row["state"]} for row in (before, after)]
        audit.record(
            actor,
            f"{RESOURCE}.{verb}",
            target,
            before=states[0],
            after=states[1],
            session=session,
        )
        return dict(after)

    question: Question = Question._from_son(transaction(work))
    return question


def _target(question_id: str) -> str:
    return f"questions:{question_id}"
