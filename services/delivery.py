"""Delivering an inbox entry by the first channel that reaches its visitor. Only the worker does.

A channel that is added stands in `CHANNELS`, before those that it is preferred to.
"""

from typing import Protocol

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from models.enums import Language
from models.notifications import DeliveredBy, InboxEntry
from models.visitors import Visitor
from services import call_tasks, mailing, notification_texts, outbox, personal_data, quiet_hours
from services.call_tasks import Contact
from services.mailing import Mail, MailRefused
from services.quiet_hours import Urgency
from services.staff import policy
from services.subscriptions import records, sending
from services.visitors import accounts
from services.wordings import Message


class Unreachable(Exception):
    """A channel does not reach this visitor after all, and never will with this message."""


class Channel(Protocol):
    """A way to a visitor outside of the product."""

    name: DeliveredBy

    def reaches(self, visitor: Visitor, entry: InboxEntry) -> bool:
        """Tell whether the channel can be tried."""
        ...

    def send(self, visitor: Visitor, entry: InboxEntry, message: Message) -> None:
        """Send an entry's message; the entry is the same for each try.

        Raises `Unreachable` when trying again is of no use, anything else when it may be.
        """
        ...


class WechatChannel:
    """A subscription message, for visitors who accepted one of the event's template."""

    name = DeliveredBy.WECHAT

    def reaches(self, visitor: Visitor, entry: InboxEntry) -> bool:
        """Tell whether there is a template, and a message of it is left."""
        return sending.may_reach(visitor, entry)

    def send(self, visitor: Visitor, entry: InboxEntry, message: Message) -> None:
        """Send the message, at most once whatever happens."""
        try:
            sending.send(visitor, entry, message)
        except sending.NotSent:
            raise Unreachable from None


class EmailChannel:
    """E-mail, for visitors whose address is known."""

    name = DeliveredBy.EMAIL

    def reaches(self, visitor: Visitor, entry: InboxEntry) -> bool:
        """Tell whether there is an address, and mail is sent at all."""
        del entry
        return visitor.email is not None and policy.current().settings.sends_mail

    def send(self, visitor: Visitor, entry: InboxEntry, message: Message) -> None:
        """Send the message; the entry's id is that of the mail."""
        address = personal_data.opened(visitor, "email") or ""
        try:
            mailing.send(Mail(entry.id, address, message.title, message.text))
        except MailRefused:
            raise Unreachable from None


CHANNELS: tuple[Channel, ...] = (WechatChannel(), EmailChannel())


def deliver(entry_id: str) -> None:
    """Deliver an entry that was not delivered yet; without a channel, staff call.

    An event that is not worth a call has the inbox. Raises what a channel raises, to be tried
    again, and `outbox.Later` for what is not worth it in the quiet hours.
    """
    entry: InboxEntry | None = InboxEntry.objects(id=entry_id, delivered_at=None).first()
    visitor = None if entry is None else Visitor.objects(id=entry.visitor).first()
    if entry is None or visitor is None:
        return
    _keep_quiet(entry)
    language = visitor.language or Language.ZH_CN
    data = notification_texts.data_of(entry)
    message = notification_texts.message(entry.event, data, language)
    for channel in CHANNELS:
        if channel.reaches(visitor, entry):
            try:
                channel.send(visitor, entry, message)
            except Unreachable:
                continue
            _settle(entry, channel.name)
            return
    calls = notification_texts.calls(entry.event)
    _settle(entry, DeliveredBy.CALL if calls else DeliveredBy.INBOX)


def _keep_quiet(entry: InboxEntry) -> None:
    """Put off what waits for the morning: also what was due before the night and was held up."""
    moment = now()
    urgency = Urgency(entry.acted_at, entry.deadlines)
    until = quiet_hours.held_until(entry.event, moment, urgency)
    if until is not None:
        InboxEntry._get_collection().update_one({"_id": entry.id}, {"$set": {"held_until": until}})
        raise outbox.Later((until - moment).total_seconds(), "quiet hours")


def _settle(entry: InboxEntry, by: DeliveredBy) -> None:
    """Note how the entry went out, with the call that it may need."""

    def work(session: ClientSession) -> None:
        if not accounts.touch(entry.visitor, session):
            return
        if by is DeliveredBy.WECHAT and records.has_failed(entry.id, session):
            return  # told meanwhile, and a job for the next channel came with it
        InboxEntry._get_collection().update_one(
            {"_id": entry.id},
            {"$set": {"delivered_by": by.value, "delivered_at": now()}},
            session=session,
        )
        if by is DeliveredBy.CALL:
            contact, key = Contact(visitor=entry.visitor), f"inbox:{entry.id}"
            text = personal_data.opened(entry, "text")
            call_tasks.create(entry.event, contact, entry.data, key, text=text, session=session)

    transaction(work)
