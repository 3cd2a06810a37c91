"""Sending a subscription message for an inbox entry: at most once, one at a time to a visitor.

WeChat knows no idempotency. The intent is written before the call and the outcome after it; a
message whose outcome nobody knows (the worker was killed between the two, or no answer came) is
not sent again: the entry goes on to the next channel.
"""

import datetime as dt

from pymongo.client_session import ClientSession
from pymongo.errors import DuplicateKeyError

from core import logs
from core.clock import now
from core.db import transaction
from core.errors import AppError
from models.enums import Language
from models.notifications import InboxEntry
from models.subscriptions import SendState, SubscriptionMessage
from models.visitors import Visitor
from services import notification_texts, notifications, outbox, wechat_gateway
from services.staff import policy
from services.subscriptions import ledger, templates
from services.subscriptions.templates import Template
from services.visitors import accounts
from services.wordings import Message
from wechat.errcodes import BAD_TOKEN
from wechat.errors import NoCredit, UnknownUser, WechatRefused, WechatUnavailable
from wechat.messages import SubscriptionMessage as Outgoing

# How long an entry waits for WeChat before it goes by another channel.
PATIENCE = dt.timedelta(minutes=10)
# For so long the entry before is tried by WeChat, or held for the conversation, and settled.
ORDER_PATIENCE = PATIENCE + dt.timedelta(minutes=1)
# An intent of which nothing was heard for so long was left by a worker that is gone.
LEFT_BEHIND = dt.timedelta(minutes=5)
TURN_PAUSE_S, TURN_PAUSE_MAX_S = 1, 20
KEPT = dt.timedelta(days=184)
LANGUAGES = {Language.ZH_CN: "zh_CN", Language.EN: "en_US"}
STATES = {"release": "formal", "trial": "trial", "develop": "developer"}

logger = logs.get(__name__)


class NotSent(Exception):
    """The message does not go out by subscription, now or later; the text says why, in a word."""


def may_reach(visitor: Visitor, entry: InboxEntry) -> bool:
    """Tell whether to try: a template, a credit, an account of this mini-program."""
    template = templates.of(entry.event)
    appid = policy.current().settings.wechat_appid
    if template is None or not appid or visitor.openid is None or visitor.appid != appid:
        return False
    return _begun(entry) is not None or ledger.has(visitor.id, template.template)


def send(visitor: Visitor, entry: InboxEntry, message: Message) -> None:
    """Send an entry's message, unless that was done.

    Raises `NotSent`, and `outbox.Later` while WeChat is away or another message is under way.
    """
    begun = _begun(entry)
    if begun is not None:
        _go_on(begun)
        return
    template = templates.of(entry.event)
    if template is None:
        raise NotSent("template")
    outgoing = _composed(visitor, entry, message, template)
    _take_turn(visitor, entry)
    _ready(entry)
    _begin(visitor, entry, template)
    _exchange(entry, outgoing, template)


def _go_on(begun: SubscriptionMessage) -> None:
    """Decide about a message that was begun before: it is never sent twice."""
    if begun.state is SendState.SENDING:
        _end(begun.id, SendState.UNKNOWN, reason="interrupted")
        raise NotSent("interrupted")
    if begun.state is not SendState.SENT:
        raise NotSent(begun.state.value)


def _composed(
    visitor: Visitor, entry: InboxEntry, message: Message, template: Template
) -> Outgoing:
    known = notification_texts.data_of(entry)
    data = template.filled(known, message)
    if data is None:
        logger.warning("subscription_not_filled", about=entry.event.value, entry=entry.id)
        raise NotSent("fields")
    version = policy.current().settings.wechat_version
    return Outgoing(
        openid=visitor.openid,
        template=template.template,
        data=data,
        page=template.leads_to(known),
        state=STATES[version],
        lang=LANGUAGES[visitor.language or Language.ZH_CN],
    )


def _take_turn(visitor: Visitor, entry: InboxEntry) -> None:
    """Wait for the entries before this one: a visitor is told things in their order.

    One that the quiet hours hold has its turn at their end: what is urgent overtakes it. One that
    WeChat cannot hold up any more counts while its job has not been tried, as after a worker that
    was down; one that another channel fails to deliver does not.
    """
    undelivered = InboxEntry.objects(visitor=visitor.id, delivered_at=None, at__lte=entry.goes_at)
    earlier = [one for one in undelivered if _turn(one) < _turn(entry)]
    since = now() - ORDER_PATIENCE
    ids = [one.id for one in earlier]
    if any(one.goes_at > since for one in earlier) or (
        ids and outbox.untried(notifications.DELIVER_JOB, "entry", ids)
    ):
        age_s = int((now() - entry.goes_at).total_seconds())
        pause = min(TURN_PAUSE_MAX_S, TURN_PAUSE_S + max(0, age_s) // 4)
        raise outbox.Later(pause, "an earlier message is under way")


def _turn(entry: InboxEntry) -> tuple[dt.datetime, dt.datetime, str]:
    return entry.goes_at, entry.at, entry.id


def _ready(entry: InboxEntry) -> None:
    """Have an access token at hand: what fails here surely sent nothing."""
    try:
        wechat_gateway.client().access_token()
    except WechatUnavailable as away:
        _wait(entry, away)
    except WechatRefused as refused:
        raise NotSent("refused") from refused


def _begin(visitor: Visitor, entry: InboxEntry, template: Template) -> None:
    """Write down that the message is about to be sent, and spend a credit on it."""
    moment = now()
    row = {
        **{"_id": entry.id, "visitor": visitor.id, "event": entry.event.value},
        **{"template": template.template, "state": SendState.SENDING.value},
        **{"at": moment, "drop_at": moment + KEPT},
    }

    def work(session: ClientSession) -> bool:
        spent = accounts.touch(visitor.id, session) and ledger.spend(
            visitor.id, template.template, session
        )
        if spent:
            SubscriptionMessage._get_collection().insert_one(row, session=session)
        return spent

    try:
        if not transaction(work):
            raise NotSent("credit")
    except DuplicateKeyError:
        _free(visitor)
        raise outbox.Later(TURN_PAUSE_S, "another message is under way") from None


def _exchange(entry: InboxEntry, outgoing: Outgoing, template: Template) -> None:
    """Make the call and write down how it ended."""
    try:
        message_id = wechat_gateway.client().send_subscription(outgoing)
    except WechatUnavailable as away:
        if not away.is_undone:
            _end(entry.id, SendState.UNKNOWN, reason=away.reason)
            raise NotSent(away.reason) from None
        _take_back(entry, template)
        _wait(entry, away)
    except (NoCredit, UnknownUser) as refused:
        _end(entry.id, SendState.REFUSED, error=refused)
        ledger.forget(entry.visitor, [template.template])
        raise NotSent(refused.code) from None
    except AppError as refused:
        if getattr(refused, "errcode", None) in BAD_TOKEN:
            _take_back(entry, template)
            _wait(entry, WechatUnavailable("token"))
        _end(entry.id, SendState.REFUSED, error=refused)
        ledger.give_back(entry.visitor, template.template)
        raise NotSent(refused.code) from None
    else:
        _end(entry.id, SendState.SENT, message_id=message_id)


def _wait(entry: InboxEntry, away: WechatUnavailable) -> None:
    """Try again while there is time; else the next channel has its turn."""
    age = now() - entry.goes_at
    pause = max(away.retry_after_s or 0, min(60, 2 + int(age.total_seconds() / 4)))
    if age + dt.timedelta(seconds=pause) > PATIENCE:
        raise NotSent(away.reason) from None
    raise outbox.Later(pause, f"WeChat: {away.reason}") from None


def _take_back(entry: InboxEntry, template: Template) -> None:
    """Forget an intent of which WeChat surely did nothing."""
    SubscriptionMessage._get_collection().delete_one(
        {"_id": entry.id, "state": SendState.SENDING.value}
    )
    ledger.give_back(entry.visitor, template.template)


def _free(visitor: Visitor) -> None:
    """Give up an intent that a worker left behind: it would hold back all that follow."""
    SubscriptionMessage._get_collection().update_many(
        {
            **{"visitor": visitor.id, "state": SendState.SENDING.value},
            "at": {"$lt": now() - LEFT_BEHIND},
        },
        {"$set": {**_outcome(SendState.UNKNOWN), "reason": "interrupted"}},
    )


def _end(
    entry_id: str,
    state: SendState,
    *,
    reason: str | None = None,
    error: AppError | None = None,
    message_id: str | None = None,
) -> None:
    told = {
        "reason": reason if error is None else error.code,
        "errcode": getattr(error, "errcode", None),
        "message_id": message_id or None,
    }
    present = {name: value for name, value in told.items() if value is not None}
    SubscriptionMessage._get_collection().update_one(
        {"_id": entry_id}, {"$set": {**_outcome(state), **present}}
    )


def _outcome(state: SendState) -> dict[str, object]:
    return {"state": state.value, "finished_at": now()}


def _begun(entry: InboxEntry) -> SubscriptionMessage | None:
    found: SubscriptionMessage | None = SubscriptionMessage.objects(id=entry.id).first()
    return found
