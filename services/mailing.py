"""Sending e-mail: by SMTP, or into the simulator's mailbox. Only the worker does.

Errors hold no address and no text: they are kept with the job.
"""

import http.client
import json
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from urllib.parse import urlsplit

from core.settings import Settings
from services.staff import policy

MAILBOX_PATH = "/__sim__/mail"
REFUSED_FOR_GOOD = 500


@dataclass(frozen=True)
class Mail:
    """A message. `id` is the same for each try, so that a receiver can tell a repeated one."""

    id: str
    to: str
    subject: str
    text: str


class MailFailed(Exception):
    """The message did not leave; trying again may help. The text names no one."""


class MailRefused(Exception):
    """The receiver's server refuses this address for good."""


def send(mail: Mail) -> None:
    """Send a message; raise `MailFailed`, `MailRefused`."""
    settings = policy.current().settings
    if settings.mailbox_url:
        _to_mailbox(settings, mail)
    elif settings.smtp_host:
        _by_smtp(settings, mail)
    else:
        raise MailFailed("no mail server is set")


def _by_smtp(settings: Settings, mail: Mail) -> None:
    try:
        with _server(settings) as server:
            server.send_message(_message(settings, mail))
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _ in error.recipients.values()]
        if all(code >= REFUSED_FOR_GOOD for code in codes):
            raise MailRefused from None
        raise MailFailed("the receiver is refused for now") from None
    except (smtplib.SMTPException, OSError) as error:
        raise MailFailed(type(error).__name__) from None


def _server(settings: Settings) -> smtplib.SMTP:
    host, port, timeout = settings.smtp_host, settings.smtp_port, settings.smtp_timeout_s
    if settings.smtp_security == "tls":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=timeout)
    if settings.smtp_security == "starttls":
        server.starttls(context=ssl.create_default_context())
    if settings.smtp_username:
        server.login(settings.smtp_username, settings.smtp_password)
    return server


def _message(settings: Settings, mail: Mail) -> EmailMessage:
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.to
    message["Subject"] = " ".join(mail.subject.split())
    message["Message-ID"] = f"<{mail.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    return message


def _to_mailbox(settings: Settings, mail: Mail) -> None:
    parts = urlsplit(settings.mailbox_url)
    body = {"to": mail.to, "subject": mail.subject, "text": mail.text, "message_id": mail.id}
    connection = http.client.HTTPConnection(
        parts.hostname or "", parts.port, timeout=settings.smtp_timeout_s
    )
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", MAILBOX_PATH, json.dumps(body).encode(), headers)
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise MailFailed(type(error).__name__) from None
    finally:
        connection.close()
    if status != http.HTTPStatus.OK:
        message = f"the mailbox answers {status}"
        raise MailFailed(message)
