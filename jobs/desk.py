"""E-mail to the booking desk."""

from typing import Any

from services import desk_mail
from services.desk_mail import Notice


def mail(*, notice: str, about: str, data: dict[str, Any]) -> None:
    """Tell the desk what waits for it."""
    desk_mail.deliver(Notice(notice), about, data)


HANDLERS: dict[str, Any] = {desk_mail.MAIL_JOB: mail}
