"""What follows from each push. Only the worker does; a push may be handled again after a kill."""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from core import logs
from core.clock import now
from models.questions import ContentVerdict
from models.subscriptions import SubscriptionAnswer
from models.visitors import Visitor
from models.wechat_pushes import WechatPush
from services import conversations, question_pictures, wechat_pushes
from services.subscriptions import ledger, records
from services.visitors import deletion, phones
from wechat.pushes import Push

# What a user takes back: of all that there is we hold the phone.
PHONE = 8
NUMBER = re.compile(r"[0-9]+")
POPUP, CHANGE = "subscribe_msg_popup_event", "subscribe_msg_change_event"
# WeChat tells when something happened in whole seconds, cut off.
SECOND = dt.timedelta(seconds=1)

logger = logs.get(__name__)

Handler = Callable[[WechatPush, Push], None]


def handle(push_id: str) -> None:
    """Do what follows from a push that was not handled yet; raise `outbox.Later`."""
    found: WechatPush | None = WechatPush.objects(id=push_id, handled_at=None).first()
    if found is None:
        return
    handler = HANDLERS.get(found.kind)
    if handler is None:
        logger.info("wechat_push_unused", kind=found.kind)
    else:
        handler(found, wechat_pushes.opened(found))
    WechatPush._get_collection().update_one({"_id": push_id}, {"$set": {"handled_at": now()}})


def _asked_once(found: WechatPush, push: Push) -> None:
    """Count what a user answered in a popup; at most once, since an answer has no name."""
    if wechat_pushes.claim(found):
        ledger.popup(found.openid, _answers(push))


def _changed(found: WechatPush, push: Push) -> None:
    """Take what a user changed in the settings of the mini-program, unless they accepted since."""
    since = _accepted_from(found.openid, _end(found))
    told = {one: answer for one, answer in _answers(push).items() if one not in since}
    ledger.changed(found.openid, told)


def _accepted_from(openid: str, moment: dt.datetime) -> set[str]:
    """Return the templates of which a user was asked again, and that they accepted."""
    pushes = WechatPush.objects(openid=openid, kind__in=(POPUP, CHANGE), at__gte=moment)
    return {
        template
        for one in pushes
        for template, answer in _answers(wechat_pushes.opened(one)).items()
        if answer is SubscriptionAnswer.ACCEPT
    }


def _sent(found: WechatPush, push: Push) -> None:
    """Take what became of subscription messages."""
    for one in _listed(push):
        message_id, template = _word(one, "MsgID"), _word(one, "TemplateId")
        records.arrived(found, message_id, template, _number(one.get("ErrorCode")))


def _media_checked(found: WechatPush, push: Push) -> None:
    """Take what the check of a picture found; one that failed means that nobody looked."""
    result = push.fields.get("result")
    suggested = _word(result, "suggest") if isinstance(result, dict) else ""
    if _number(push.fields.get("errcode")):
        verdict = ContentVerdict.UNCHECKED
    elif suggested in (ContentVerdict.PASS, ContentVerdict.RISKY):
        verdict = ContentVerdict(suggested)
    else:
        verdict = ContentVerdict.REVIEW
    question_pictures.judged(found, push.text("trace_id"), verdict)


def _answers(push: Push) -> dict[str, SubscriptionAnswer]:
    """Return what was answered, by template; the settings say `accept` or `reject`."""
    known = {answer.value: answer for answer in SubscriptionAnswer}
    return {
        _word(one, "TemplateId"): known[_word(one, "SubscribeStatusString")]
        for one in _listed(push)
        if _word(one, "SubscribeStatusString") in known
    }


def _revoked(found: WechatPush, push: Push) -> None:
    """Remove the phone when its use was taken back, whichever way it was given."""
    visitor = _about(found, push)
    told = {int(number) for number in NUMBER.findall(str(push.fields.get("RevokeInfo", "")))}
    if visitor is not None and PHONE in told:
        phones.take_back(visitor.id, _end(found))


def _cancelled(found: WechatPush, push: Push) -> None:
    """Delete whoever gave up the mini-program, with everything that is held about them.

    Who signed up, or agreed to the notice, since then has come back: their account stays.
    """
    visitor, until = _about(found, push), _end(found)
    if visitor is not None and not _came_back(visitor, until):
        deletion.delete(visitor.id, until=until)
    deletion.delete_openid(found.openid, until=until)


def _came_back(visitor: Visitor, until: dt.datetime) -> bool:
    given = [one.given_at for one in visitor.consents if one.withdrawn_at is None]
    return any(moment >= until for moment in (visitor.created_at, *given))


def _nothing_held(_found: WechatPush, _push: Push) -> None:
    """Do nothing: name and picture that WeChat knows are never asked for."""


HANDLERS: Mapping[str, Handler] = {
    **dict.fromkeys((conversations.TEXT, conversations.IMAGE), conversations.hear),
    conversations.CARD: conversations.hear,
    "user_enter_tempsession": conversations.greet,
    POPUP: _asked_once,
    CHANGE: _changed,
    "subscribe_msg_sent_event": _sent,
    "wxa_media_check": _media_checked,
    "user_info_modified": _nothing_held,
    "user_authorization_revoke": _revoked,
    "user_authorization_cancellation": _cancelled,
}


def _listed(push: Push) -> Iterator[Mapping[str, Any]]:
    """Yield the entries of a list: at the top in JSON, nested in XML, an object when it is one."""
    nested = [value for value in push.fields.values() if isinstance(value, dict)]
    for holder in (push.fields, *nested):
        entries = holder.get("List", [])
        for entry in entries if isinstance(entries, list) else [entries]:
            if isinstance(entry, dict):
                yield entry


def _end(found: WechatPush) -> dt.datetime:
    """Return until when, at the latest, an event came up: what happened from then on is newer."""
    end: dt.datetime = found.at + SECOND
    return end


def _about(found: WechatPush, push: Push) -> Visitor | None:
    return conversations.visitor_of(push.text("OpenID") or found.openid)


def _word(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name, "")
    return str(value) if isinstance(value, str | int) else ""


def _number(value: object) -> int:
    """Return a whole number, which may come as text; -1 for anything else."""
    text = str(value) if isinstance(value, str | int) else "0" if value is None else ""
    return int(text) if NUMBER.fullmatch(text) else -1
