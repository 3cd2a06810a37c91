"""Sending one-time codes. Only the worker does."""

import contextlib

from core.clock import now
from models.enums import Language
from models.visitors import EmailCode
from services import mailing, personal_data
from services.mailing import Mail, MailRefused
from services.staff import policy
from services.visitors import email_codes

SUBJECTS = {
    Language.ZH_CN: "招商工具箱登录验证码",
    Language.EN: "Your sign-in code for the investment toolbox",
}
TEXTS = {
    Language.ZH_CN: "您的登录验证码是 {code}，{minutes} 分钟内有效。如非本人操作，请忽略此邮件。",
    Language.EN: "Your sign-in code is {code}. It is valid for {minutes} minutes. "
    "If you did not ask for it, please ignore this message.",
}


def send(challenge: str) -> None:
    """Send the code of a record that still holds, once; raise `MailFailed`."""
    record: EmailCode | None = EmailCode.objects(
        id=challenge, sent_at=None, expires_at__gt=now()
    ).first()
    if record is None:
        return
    text = TEXTS[record.language].format(
        code=email_codes.code_of(challenge), minutes=policy.current().settings.email_code_minutes
    )
    address = personal_data.opened(record, "email") or ""
    with contextlib.suppress(MailRefused):  # nobody is there to tell: no code comes
        mailing.send(Mail(challenge, address, SUBJECTS[record.language], text))
    EmailCode._get_collection().update_one({"_id": challenge}, {"$set": {"sent_at": now()}})
