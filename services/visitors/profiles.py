"""The profile of a visitor: what they tell of themselves, encrypted at rest, masked when shown."""

import re
from collections.abc import Mapping
from typing import Any

from pymongo.client_session import ClientSession

from core.clock import now
from core.db import transaction
from core.errors import Conflict, Invalid, Unauthenticated
from models.history import HistoryEntry
from models.notifications import Event
from models.visitors import PhoneSource, Visitor
from services import inbox, notifications, personal_data, text_checks, wechat_gateway
from services.notifications import ToVisitor
from services.quiet_hours import Urgency
from services.staff import policy
from services.text_checks import Written
from services.visitors import consents, masking

SEALED_TEXTS = ("name", "organisation", "title")
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{6,14}")
MAINLAND_MOBILE = re.compile(r"1[3-9][0-9]{9}")
BETWEEN_DIGITS = str.maketrans("", "", " -()")


def shown(visitor: Visitor) -> dict[str, Any]:
    """Return the profile as the visitor sees it: phone and e-mail masked."""
    consent = consents.standing(visitor)
    plain = {name: personal_data.opened(visitor, name) for name in SEALED_TEXTS}
    return {
        **plain,
        "id": visitor.id,
        "revision": visitor.revision,
        "language": visitor.language,
        "phone": masking.phone(personal_data.opened(visitor, "phone")),
        "phone_source": visitor.phone_source,
        "email": masking.email(personal_data.opened(visitor, "email")),
        "keeps_history": visitor.keeps_history,
        "unread": inbox.unread(visitor.id),
        "consent": {
            "current_version": consents.current_version(),
            "due": consent is None,
            "given_at": consent.given_at if consent else None,
        },
        "created_at": visitor.created_at,
    }


def update(visitor: Visitor, fields: Mapping[str, Any], *, revision: int) -> Visitor:
    """Change what `fields` names of a profile that was seen at `revision`; None removes.

    Whoever keeps no history any more has none left. Raises `Conflict("stale_profile")`.
    """
    texts = {name: fields[name] for name in SEALED_TEXTS if name in fields}
    change: dict[str, Any] = personal_data.sealed(Visitor, visitor.id, texts)
    if fields.get("language"):
        change["language"] = fields["language"].value
    if "keeps_history" in fields:
        change["keeps_history"] = fields["keeps_history"]

    def work(session: ClientSession) -> Visitor:
        if fields.get("keeps_history") is False:
            HistoryEntry._get_collection().delete_many({"visitor": visitor.id}, session=session)
            change["history"] = 0
        after = _write(visitor.id, change, revision, session)
        if any(texts.values()):
            text_checks.later(Written.PROFILE, after, session)
        return after

    return transaction(work)


def type_phone(visitor: Visitor, phone: str | None, *, revision: int) -> Visitor:
    """Set the contact phone as the visitor typed it; None removes it.

    Raises `Invalid`, `Conflict("stale_profile")`.
    """
    number = None if phone is None else international(phone)
    return _set_phone(visitor, number, PhoneSource.TYPED, revision)


def take_phone(visitor: Visitor, code: str, *, revision: int) -> Visitor:
    """Set the contact phone that WeChat knows, by the code of its button.

    WeChat sees to it that the code is this visitor's. Raises as
    `wechat.client.WechatClient.phone_number` does, `Conflict("stale_profile")`, and
    `Conflict("no_wechat")` for an account that WeChat does not know.
    """
    if visitor.revision != revision:
        raise Conflict("stale_profile")
    number = wechat_gateway.client().phone_number(code, _openid(visitor))
    return _set_phone(visitor, number, PhoneSource.WECHAT, revision)


def international(phone: str) -> str:
    """Return a typed number in international form; raise `Invalid` for what cannot be one."""
    digits = phone.translate(BETWEEN_DIGITS)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if MAINLAND_MOBILE.fullmatch(digits):
        digits = f"+86{digits}"
    if not INTERNATIONAL.fullmatch(digits):
        raise Invalid(fields={"phone": "format"})
    return digits


def _openid(visitor: Visitor) -> str | None:
    """Return whose code it must be; None for the fictitious visitors of the demo."""
    if visitor.demo is not None:
        return None
    appid = policy.current().settings.wechat_appid
    if appid and (visitor.openid is None or visitor.appid != appid):
        raise Conflict("no_wechat")
    openid: str | None = visitor.openid
    return openid


def _set_phone(visitor: Visitor, number: str | None, source: PhoneSource, revision: int) -> Visitor:
    change = personal_data.sealed(Visitor, visitor.id, {"phone": number})
    change["phone_source"] = None if number is None else source.value
    change["phone_given_at"] = None if number is None else now()

    def work(session: ClientSession) -> Visitor:
        changed = _write(visitor.id, change, revision, session)
        if number is not None:
            key = f"{Event.PHONE_CHANGED}:{changed.revision}"
            notifications.notify(
                Event.PHONE_CHANGED,
                ToVisitor(visitor.id),
                {},
                key,
                urgency=Urgency(acted_at=now()),
                session=session,
            )
        return changed

    return transaction(work)


def _write(
    visitor_id: str, change: Mapping[str, Any], revision: int, session: ClientSession
) -> Visitor:
    """Write a change of the profile that was seen at `revision`."""
    visitors = Visitor._get_collection()
    written = {**personal_data.update({**change, "updated_at": now()}), "$inc": {"revision": 1}}
    result = visitors.update_one(
        {"_id": visitor_id, "revision": revision}, written, session=session
    )
    row = visitors.find_one({"_id": visitor_id}, session=session)
    if row is None:
        raise Unauthenticated
    if not result.matched_count:
        raise Conflict("stale_profile")
    changed: Visitor = Visitor._from_son(row)
    return changed
