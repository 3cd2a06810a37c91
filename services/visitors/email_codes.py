"""One-time codes by e-mail: asked for, sent by a job, used once, for a short time, with few tries.

Every address gets the same answer, whether it has an account or not. A code follows from the id of
its record and SECRET_KEY, so that the worker can send it and no database ever held it.
"""

import datetime as dt
import hmac
from dataclasses import dataclass

from pymongo import ReturnDocument
from pymongo.client_session import ClientSession

from core.addresses import EMAIL
from core.clock import now
from core.db import transaction
from core.errors import Invalid, Unauthenticated, Unavailable
from core.ids import ID_PATTERN, new_id
from models.enums import Language
from models.visitors import EmailCode
from services import outbox, personal_data
from services.staff import policy

SEND_JOB = "email_codes.send"
DIGITS = 6
ADDRESS_MAX = 254


@dataclass(frozen=True)
class Asked:
    """A code that is on its way: what names it, and until when it holds."""

    challenge: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Used:
    """Whose code was right."""

    email: str
    language: Language


def normal(address: str) -> str:
    """Return an address as it is compared: without blanks around, in lower case.

    Raises `Invalid` for what cannot be one.
    """
    text = address.strip().lower()
    if len(text) > ADDRESS_MAX or not EMAIL.fullmatch(text):
        raise Invalid(fields={"email": "format"})
    return text


def ask(address: str, language: Language) -> Asked:
    """Write a code for a normal address, and the job that sends it, in one step.

    Raises `Unavailable("mail_not_configured")`.
    """
    settings = policy.current().settings
    if not settings.sends_mail:
        raise Unavailable("mail_not_configured")
    challenge, moment = new_id(), now()
    expires_at = moment + dt.timedelta(minutes=settings.email_code_minutes)
    row = {
        "_id": challenge,
        **personal_data.sealed(EmailCode, challenge, {"email": address}),
        "language": language.value,
        "tries_left": settings.email_code_tries,
        "created_at": moment,
        "expires_at": expires_at,
    }

    def work(session: ClientSession) -> None:
        EmailCode._get_collection().insert_one(row, session=session)
        outbox.enqueue(SEND_JOB, {"challenge": challenge}, session=session)

    transaction(work)
    return Asked(challenge, expires_at)


def use(challenge: str, code: str) -> Used:
    """Use a code up. Each call takes a try; whoever has none left must ask anew.

    Raises `Unauthenticated("email_code_wrong")`, the same for every reason.
    """
    codes = EmailCode._get_collection()
    live = {"_id": challenge, "expires_at": {"$gt": now()}}
    if not ID_PATTERN.fullmatch(challenge):
        raise Unauthenticated("email_code_wrong")
    row = codes.find_one_and_update(
        {**live, "tries_left": {"$gt": 0}},
        {"$inc": {"tries_left": -1}},
        return_document=ReturnDocument.AFTER,
    )
    right = hmac.compare_digest(code_of(challenge).encode(), code.strip().encode())
    # Deleting decides: of all who bring the right code, one gets it.
    if row is None or not right or not codes.delete_one({"_id": challenge}).deleted_count:
        raise Unauthenticated("email_code_wrong")
    found: EmailCode = EmailCode._from_son(row)
    return Used(personal_data.opened(found, "email") or "", found.language)


def code_of(challenge: str) -> str:
    """Return the code that belongs to a record."""
    number = int(policy.keyed_hash("email-code", challenge), 16) % 10**DIGITS
    return f"{number:0{DIGITS}}"
