"""What visitors are sent: one-time codes and notifications."""

from typing import Any

from services import delivery, notifications
from services.visitors import code_mails, email_codes


def send_code(*, challenge: str) -> None:
    """Send a one-time code by e-mail, unless it was sent or used since."""
    code_mails.send(challenge)


def deliver(*, entry: str) -> None:
    """Deliver an entry of an inbox by a channel, unless that was done."""
    delivery.deliver(entry)


HANDLERS: dict[str, Any] = {
    email_codes.SEND_JOB: send_code,
    notifications.DELIVER_JOB: deliver,
}
