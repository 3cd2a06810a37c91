"""Telling the booking desk by e-mail what waits for it; nothing personal stands in it.

The desk's lists have all of this too. Without `DESK_EMAIL` nothing is written or sent.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum

from pymongo.client_session import ClientSession

from core import logs
from services import mailing, outbox
from services.mailing import Mail, MailRefused
from services.staff import policy
from services.wordings import Message

MAIL_JOB = "desk.mail"

logger = logs.get(__name__)


class Notice(StrEnum):
    """What the desk is told."""

    BOOKING_REQUESTED = "booking_requested"
    DECISION_ENDING = "decision_ending"
    BELOW_MINIMUM = "below_minimum"
    VISIT_ASKED = "visit_asked"
    VISIT_CHANGE_ASKED = "visit_change_asked"
    VISIT_ACCEPTED = "visit_accepted"
    VISIT_WITHDRAWN = "visit_withdrawn"
    DAYS_REFUSED = "days_refused"


WORDINGS: Mapping[Notice, Message] = {
    Notice.BOOKING_REQUESTED: Message(
        "有新的预约待确认", "{at}“{route}”，{people}人，请在{until}前处理，逾期自动失效。"
    ),
    Notice.DECISION_ENDING: Message(
        "预约即将过期", "{at}“{route}”，{people}人的预约仍待确认，{until}后自动失效。"
    ),
    Notice.BELOW_MINIMUM: Message(
        "有班次未达到成团人数", "{at}“{route}”，现有{people}人，请决定照常成行或取消。"
    ),
    Notice.VISIT_ASKED: Message("有新的定制考察申请", "{people}人，希望日期：{dates}。"),
    Notice.VISIT_CHANGE_ASKED: Message(
        "定制考察行程单需要修改", "第{version}版行程单，客人提出了修改意见。"
    ),
    Notice.VISIT_ACCEPTED: Message("定制考察行程单已确认", "{at}“{route}”，第{version}版。"),
    Notice.VISIT_WITHDRAWN: Message("定制考察申请已撤回", "{people}人，所留资源已释放。"),
    Notice.DAYS_REFUSED: Message(
        "周计划有日期未能排班",
        "{starts}出发的周计划，以下日期因冲突、停开等原因未能生成班次：{days}。原因见该计划的问题列表。",
    ),
}


def tell(notice: Notice, about: str, *, session: ClientSession, **data: str | int) -> None:
    """Tell the desk, once for each notice and `about`, in the transaction that causes it.

    `about` is the id that staff find it by; `data` fills the words.
    """
    if not policy.current().settings.desk_email:
        return
    outbox.enqueue(
        MAIL_JOB,
        {"notice": notice.value, "about": about, "data": data},
        dedupe_key=f"{MAIL_JOB}:{notice.value}:{about}",
        session=session,
    )


def deliver(notice: Notice, about: str, data: Mapping[str, str | int]) -> None:
    """Send a notice; raise `MailFailed`, to be tried again."""
    settings, words = policy.current().settings, WORDINGS[notice]
    if not settings.desk_email:
        return  # it was set when this was written
    mail_id = hashlib.blake2b(f"{notice.value}:{about}".encode(), digest_size=12).hexdigest()
    text = f"{words.text.format_map(data)}\n编号：{about}"
    try:
        mailing.send(Mail(mail_id, settings.desk_email, words.title, text))
    except MailRefused:
        logger.warning("desk_mail_refused", notice=notice.value)
