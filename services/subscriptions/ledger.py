"""How many messages of each template a visitor allows us: WeChat gives one for each answer.

WeChat does not tell the number. We count what it pushes (`popup`) and what the client reports
(`report`), which are the same answers told twice; a message that WeChat refuses for want of a
credit sets the count to zero, so that a wrong count corrects itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid
from core.ids import new_id
from models.notifications import Event
from models.subscriptions import SubscriptionAnswer, SubscriptionCredit
from models.visitors import Visitor
from services.staff import policy
from services.subscriptions import templates
from services.visitors import accounts

# A visitor may answer as often as they like; more than this is of no use to anybody.
CREDITS_MAX = 200
CLIENT, EVENT = "by_client", "by_event"
_LEFT = {"$subtract": [{"$max": ["$by_client", "$by_event"]}, "$spent"]}


@dataclass(frozen=True)
class Subscription:
    """A template as a visitor sees it: which events it tells of, how many messages are left."""

    template: str
    events: list[Event]
    credits: int


def listing(visitor_id: str) -> list[Subscription]:
    """Return all templates with what the visitor has left of each."""
    rows = SubscriptionCredit.objects(visitor=visitor_id)
    left = {row.template: _left(row) for row in rows}
    return [
        Subscription(template, sorted(events), left.get(template, 0))
        for template, events in sorted(templates.all_of().items())
    ]


def report(visitor: Visitor, answers: Mapping[str, SubscriptionAnswer]) -> None:
    """Take what a visitor's client was answered, by template.

    Raises `Conflict("no_wechat")` for an account without WeChat, `Invalid` for other templates.
    """
    if visitor.openid is None:
        raise Conflict("no_wechat")
    known = templates.all_of()
    if any(template not in known for template in answers):
        raise Invalid(fields={"items": ["choice"]})
    _take(visitor.id, CLIENT, answers)


def popup(openid: str, answers: Mapping[str, SubscriptionAnswer]) -> None:
    """Take what WeChat pushes after a visitor was asked (subscribe_msg_popup_event).

    For an openid that is no visitor's nothing happens; call it once for each event.
    """
    if visitor := visitor_of(openid):
        _take(visitor, EVENT, answers)


def changed(openid: str, answers: Mapping[str, SubscriptionAnswer]) -> None:
    """Take what WeChat pushes when a visitor changes it later (subscribe_msg_change_event)."""
    if visitor := visitor_of(openid):
        forget(
            visitor,
            [one for one, answer in answers.items() if answer is not SubscriptionAnswer.ACCEPT],
        )


def spend(visitor_id: str, template: str, session: ClientSession) -> bool:
    """Take one credit; False when there is none."""
    own = {"visitor": visitor_id, "template": template, "$expr": {"$gt": [_LEFT, 0]}}
    change = {"$inc": {"spent": 1}, "$set": {"updated_at": now()}}
    done = SubscriptionCredit._get_collection().update_one(own, change, session=session)
    return bool(done.modified_count)


def give_back(visitor_id: str, template: str) -> None:
    """Give a credit back that was spent on nothing."""
    own = {"visitor": visitor_id, "template": template, "spent": {"$gt": 0}}
    SubscriptionCredit._get_collection().update_one(own, {"$inc": {"spent": -1}})


def forget(visitor_id: str, named: Iterable[str]) -> None:
    """Leave a visitor no credit for these templates: WeChat or the visitor said so."""
    own = {"visitor": visitor_id, "template": {"$in": list(named)}}
    nothing = {CLIENT: 0, EVENT: 0, "spent": 0, "updated_at": now()}
    SubscriptionCredit._get_collection().update_many(own, {"$set": nothing})


def has(visitor_id: str, template: str) -> bool:
    """Tell whether there is a credit."""
    row: SubscriptionCredit | None = SubscriptionCredit.objects(
        visitor=visitor_id, template=template
    ).first()
    return row is not None and _left(row) > 0


def visitor_of(openid: str) -> str | None:
    """Return the id of the account of an openid of this mini-program."""
    appid = policy.current().settings.wechat_appid
    found = Visitor.objects(appid=appid, openid=openid).only("id").first()
    return None if found is None else str(found.id)


def _take(visitor_id: str, source: str, answers: Mapping[str, SubscriptionAnswer]) -> None:
    """Count what was accepted; a template that is banned has no credit any more."""
    accepted = [one for one, answer in answers.items() if answer is SubscriptionAnswer.ACCEPT]
    banned = [one for one, answer in answers.items() if answer is SubscriptionAnswer.BAN]

    def work(session: ClientSession) -> None:
        if accounts.touch(visitor_id, session):
            for template in accepted:
                _add(visitor_id, template, source, session)

    if accepted:
        transaction(work)
    if banned:
        forget(visitor_id, banned)


def _add(visitor_id: str, template: str, source: str, session: ClientSession) -> None:
    most = {"$add": ["$spent", CREDITS_MAX]}
    credits = SubscriptionCredit._get_collection()
    begun = {"_id": new_id(), CLIENT: 0, EVENT: 0, "spent": 0}
    own = {"visitor": visitor_id, "template": template}
    credits.update_one(own, {"$setOnInsert": begun}, upsert=True, session=session)
    raised = {"$min": [{"$add": [f"${source}", 1]}, most]}
    credits.update_one(own, [{"$set": {source: raised, "updated_at": now()}}], session=session)


def _left(row: SubscriptionCredit) -> int:
    accepted = max(int(row.by_client), int(row.by_event))
    return max(0, accepted - int(row.spent))
