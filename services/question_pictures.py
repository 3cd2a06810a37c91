"""Pictures that come with questions: WeChat is asked to look at them, and pushes what it found.

Whatever it finds, the question stays with staff; they are told before they open the picture.
"""

import datetime as dt

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import AppError
from models.questions import ContentVerdict, Question
from models.wechat_pushes import WechatPush
from services import outbox, wechat_gateway
from wechat.errors import WechatUnavailable

END_JOB = "questions.end_picture_check"
# WeChat pushes the result within this time, or never.
RESULT_WITHIN = dt.timedelta(minutes=30)
# How long a platform that is away for a moment is asked again.
ASKED_WITHIN = dt.timedelta(minutes=10)
ASK_PAUSE_S = 30.0
# A quota of the day is no matter of a moment.
USED_UP = "day_used_up"
# The result may overtake the note of what it is about.
PATIENCE = dt.timedelta(minutes=1)
PAUSE_S = 5.0


def ask(question: Question, url: str) -> None:
    """Have the picture of a question looked at, unless that was done.

    Raises `outbox.Later` when WeChat is away for a moment.
    """
    if question.trace or question.picture not in (None, ContentVerdict.WAITING):
        return
    try:
        trace = wechat_gateway.client().check_picture(question.openid, url)
    except WechatUnavailable as away:
        if away.reason != USED_UP and now() - question.asked_at < ASKED_WITHIN:
            _set(question.id, ContentVerdict.WAITING)
            raise outbox.Later(ASK_PAUSE_S, f"WeChat: {away.reason}") from None
        _set(question.id, ContentVerdict.UNCHECKED)
    except AppError:
        # The picture is not taken: staff know that nobody looked.
        _set(question.id, ContentVerdict.UNCHECKED)
    else:
        expect(question.id, trace)


def expect(question_id: str, trace: str) -> None:
    """Note under which name the result comes, with the job that ends the wait for it."""
    change = {"picture": ContentVerdict.WAITING.value, "trace": trace}

    def work(session: ClientSession) -> None:
        Question._get_collection().update_one(
            {"_id": question_id}, {"$set": change}, session=session
        )
        outbox.enqueue(
            END_JOB,
            {"question": question_id},
            run_at=now() + RESULT_WITHIN,
            dedupe_key=f"{END_JOB}:{question_id}",
            session=session,
        )

    transaction(work)


def end(question_id: str) -> None:
    """Wait no longer for a result; one that comes yet is noted all the same."""
    Question._get_collection().update_one(
        {"_id": question_id, "picture": ContentVerdict.WAITING.value},
        {"$set": {"picture": ContentVerdict.UNCHECKED.value}},
    )


def judged(found: WechatPush, trace: str, verdict: ContentVerdict) -> None:
    """Note what was found; raise `outbox.Later` when it is not known yet what about."""
    noted = Question._get_collection().update_one(
        {"trace": trace, "openid": found.openid}, {"$set": {"picture": verdict.value}}
    )
    if not noted.matched_count and now() - found.received_at < PATIENCE:
        raise outbox.Later(PAUSE_S, "the picture is not known yet")


def _set(question_id: str, verdict: ContentVerdict) -> None:
    change = {"$set": {"picture": verdict.value}}
    Question._get_collection().update_one({"_id": question_id}, change)
