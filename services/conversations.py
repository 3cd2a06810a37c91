"""What somebody wrote in the conversation: answered from published content, or asked of staff.

Only the worker does. A message of ours is sent at most once: that it is about to be sent is noted
before, and when nobody knows whether it went out, the question goes to staff.
"""

import contextlib
import datetime as dt
from dataclasses import dataclass

from core.clock import SHANGHAI, now
from models.enums import Language
from models.visitors import Visitor
from models.wechat_pushes import WechatPush
from services import (
    automatic_answers,
    customer_service,
    outbox,
    question_pictures,
    questions,
    wechat_pushes,
)
from services.automatic_answers import language_of
from services.customer_service import NotSent, PerhapsSent
from services.questions import Asked
from services.staff import policy
from wechat.pushes import Push

# A platform that is away for a moment is waited for; then staff answer.
PAUSE_S = 30.0
PATIENCE = dt.timedelta(minutes=10)
LOOKED_BACK = 5
# Words by which somebody asks for a person.
PERSON = frozenset(
    {"人工", "转人工", "人工客服", "人工服务", "真人", "客服", "staff", "human", "agent"}
)
TEXT, IMAGE, CARD = "text", "image", "miniprogrampage"


@dataclass(frozen=True)
class _Wording:
    greeting: str
    passed_on: str
    image: str
    card: str


WORDINGS = {
    Language.ZH_CN: _Wording(
        greeting="您好，这里是招商工具箱。请直接输入您的问题；回复“人工”，由工作人员答复。",
        passed_on="您的问题已转工作人员，将于 {due} 前答复。",
        image="[图片] {}",
        card="[小程序卡片] {}",
    ),
    Language.EN: _Wording(
        greeting="Welcome to the investment toolbox. Please type your question, "
        "or “staff” to reach a colleague.",
        passed_on="Your question went to our staff. They will answer by {due} (Beijing time).",
        image="[picture] {}",
        card="[card] {}",
    ),
}


def greet(found: WechatPush, _push: Push) -> None:
    """Greet who came in without a word, in both languages: nothing tells theirs."""
    customer_service.came_in(found)
    visitor = visitor_of(found.openid)
    known = visitor.language if visitor else None
    chosen = [known] if known else list(Language)
    _say(found, "\n".join(WORDINGS[one].greeting for one in chosen))


def hear(found: WechatPush, push: Push) -> None:
    """Answer what somebody wrote, or ask staff; raise `outbox.Later`."""
    customer_service.heard(found)
    visitor = visitor_of(found.openid)
    usual = (visitor.language if visitor else None) or Language.ZH_CN
    text = _text(push, usual)
    language = language_of(text, usual)
    if push.kind == TEXT and not _wants_person(text):
        if _was_answered(found, text, language):
            return
    elif push.kind == TEXT:
        text = _before(found) or text
    visitor_id = visitor.id if visitor else None
    question = questions.ask(Asked(found.id, found.openid, text, language, visitor_id))
    due = f"{question.due_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    _say(found, WORDINGS[language].passed_on.format(due=due))
    if push.kind == IMAGE:
        question_pictures.ask(question, push.text("PicUrl"))


def visitor_of(openid: str) -> Visitor | None:
    """Return the account of an openid of this mini-program."""
    appid = policy.current().settings.wechat_appid
    found: Visitor | None = Visitor.objects(appid=appid, openid=openid).first()
    return found


def _was_answered(found: WechatPush, text: str, language: Language) -> bool:
    """Answer from published content; False when staff have to, because nothing fits or came."""
    if found.told_at is not None:
        return found.answered_with is not None
    answer = automatic_answers.find(text, language, policy.current().settings.wechat_appid)
    if answer is None or not wechat_pushes.claim(found):
        return False
    try:
        customer_service.send(found.openid, answer.text)
    except NotSent as refused:
        if refused.for_now and now() - found.received_at < PATIENCE:
            _set(found, {"$unset": {"told_at": ""}})
            raise outbox.Later(PAUSE_S, str(refused)) from None
        return False
    except PerhapsSent:
        return False
    _set(found, {"$set": {"answered_with": answer.key}})
    return True


def _say(found: WechatPush, text: str) -> None:
    """Say something that nothing depends on, once."""
    if wechat_pushes.claim(found):
        with contextlib.suppress(NotSent, PerhapsSent):
            customer_service.send(found.openid, text)


def _set(found: WechatPush, update: dict[str, dict[str, object]]) -> None:
    WechatPush._get_collection().update_one({"_id": found.id}, update)


def _text(push: Push, language: Language) -> str:
    """Return what somebody sent, in words that staff can go by."""
    words = WORDINGS[language]
    if push.kind == IMAGE:
        return words.image.format(push.text("PicUrl"))
    if push.kind == CARD:
        return words.card.format(f"{push.text('Title')} {push.text('PagePath')}")
    return push.text("Content").strip() or "…"


def _before(found: WechatPush) -> str | None:
    """Return what somebody wrote last, before they asked for a person."""
    earlier = WechatPush.objects(
        openid=found.openid, kind=TEXT, at__lte=found.at, id__ne=found.id
    ).order_by("-at")
    for one in earlier[:LOOKED_BACK]:
        text = wechat_pushes.opened(one).text("Content").strip()
        if text and not _wants_person(text):
            return text
    return None


def _wants_person(text: str) -> bool:
    return text.strip(" 。.!！").casefold() in PERSON
