"""Pictures that come with questions: WeChat is asked to look at them, and pushes what it found.

Whatever it finds, the question stays with staff; they are told before they open the picture.
"""

import datetime as dt

from core.clock import now
from core.errors import AppError
from models.questions import ContentVerdict, Question
from models.wechat_pushes import WechatPush
from services import outbox, wechat_gateway

# The result may overtake the note of what it is about.
PATIENCE = dt.timedelta(minutes=1)
PAUSE_S = 5.0


def ask(question: Question, url: str) -> None:
    """Have the picture of a question looked at, unless that was done."""
    if question.picture is not None:
        return
    change: dict[str, object] = {"picture": ContentVerdict.UNCHECKED.value}
    try:
        trace = wechat_gateway.client().check_picture(question.openid, url)
        change = {"picture": ContentVerdict.WAITING.value, "trace": trace}
    except AppError:
        pass  # away, or the picture is not taken: staff know that nobody looked
    Question._get_collection().update_one({"_id": question.id}, {"$set": change})


def judged(found: WechatPush, trace: str, verdict: ContentVerdict) -> None:
    """Note what was found; raise `outbox.Later` when it is not known yet what about."""
    noted = Question._get_collection().update_one(
        {"trace": trace, "openid": found.openid}, {"$set": {"picture": verdict.value}}
    )
    if not noted.matched_count and now() - found.received_at < PATIENCE:
        raise outbox.Later(PAUSE_S, "the picture is not known yet")
