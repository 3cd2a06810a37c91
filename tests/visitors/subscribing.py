"""What tests of subscription messages do and look at."""

import datetime as dt
from typing import Any

from core.clock import now
from models.notifications import Event, InboxEntry
from models.outbox import Job, JobState
from models.subscriptions import SubscriptionAnswer
from models.subscriptions import SubscriptionMessage as Message
from models.visitors import Visitor
from models.wechat_pushes import WechatPush
from services.subscriptions import records
from tests.simulator.running import RunningSimulator
from tests.visitors.callers import Caller
from tests.visitors.conftest import NAME, TEMPLATE

ACCEPT = SubscriptionAnswer.ACCEPT


def allow(caller: Caller, simulator: RunningSimulator, times: int = 1) -> None:
    """Accept messages, at the phone and as the client tells us."""
    for _ in range(times):
        simulator.control("POST", "subscriptions", visitor=NAME, template=TEMPLATE)
        answer = caller.post(
            "/me/subscriptions", {"items": [{"template": TEMPLATE, "answer": "accept"}]}
        )
        assert answer.status_code == 200, answer.text


def left(caller: Caller) -> int:
    """Return how many credits a visitor has left."""
    (one,) = caller.get("/me/subscriptions").get_json()["items"]
    assert (one["template"], one["events"]) == (TEMPLATE, ["message"])
    return int(one["credits"])


def received(simulator: RunningSimulator) -> list[dict[str, Any]]:
    """Return what came to the phone, the newest first."""
    return list(simulator.control("GET", "received")["items"])


def again() -> None:
    """Let every job run once more, as after a worker that was killed."""
    Job.objects.update(set__state=JobState.PENDING, set__run_at=now())


def entry() -> InboxEntry:
    """Return the only entry of all inboxes."""
    found: InboxEntry = InboxEntry.objects.get()
    return found


def titles(simulator: RunningSimulator) -> list[str]:
    """Return what came to the phone, the oldest first."""
    return [one["data"]["thing1"] for one in reversed(received(simulator))]


def about(openid: str) -> WechatPush:
    """Return a push about a visitor, as it came just now."""
    return WechatPush(openid=openid, received_at=now())


def arrived(errcode: int) -> None:
    """Let WeChat tell what became of the only message."""
    message_id = Message.objects.get().message_id
    records.arrived(about(Visitor.objects.get().openid), message_id, TEMPLATE, errcode)


def left_behind(visitor: str, message: str) -> None:
    """Write what a worker that was killed between intent and outcome leaves."""
    moment = now()
    Message(
        id=message,
        visitor=visitor,
        event=Event.MESSAGE,
        template=TEMPLATE,
        at=moment,
        drop_at=moment + dt.timedelta(days=1),
    ).save(force_insert=True)
