"""Visitors: who they are, their sessions, one-time codes by e-mail.

Fields named in `SEALED` hold what `services.personal_data` encrypted; those in `INDEXED` are blind
indexes, by which an equal value is found without being told.
"""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentListField,
    EnumField,
    IntField,
    StringField,
)

from core.clock import now
from core.ids import new_id
from models.enums import Language

# Visits to come that one visitor has at most.
ENGAGEMENTS_MAX = 20


class SignInMethod(StrEnum):
    """How a visitor signed in."""

    WECHAT = "wechat"
    EMAIL = "email"
    DEMO = "demo"


class DemoVisitor(StrEnum):
    """The fictitious visitors of the demo."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"


class PhoneSource(StrEnum):
    """Whether WeChat vouches for a phone number or the visitor typed it."""

    WECHAT = "wechat"
    TYPED = "typed"


class Consent(EmbeddedDocument):
    """Consent to one version of the privacy notice."""

    version = StringField(required=True, max_length=40)
    given_at = DateTimeField(required=True)
    withdrawn_at = DateTimeField()


class Engagement(EmbeddedDocument):
    """A time, its end excluded, at which a visitor is on a visit: no two of them overlap."""

    booking = StringField(required=True)
    starts_at = DateTimeField(required=True)
    ends_at = DateTimeField(required=True)


class Visitor(Document):
    """A visitor: of one mini-program (`appid`, `openid`), of an e-mail address, or of the demo.

    `revision` grows with each change of the profile. The counters `favourites` and `history`
    bound those lists. `touched` moves with whatever is written for the visitor, in the same
    transaction, so that nothing comes into being while the account is deleted. Until
    `suspended_until` they cannot book by themselves; no-shows before `strikes_from` are forgiven.
    """

    SEALED: ClassVar = ("session_key", "email", "name", "organisation", "title", "phone")
    INDEXED: ClassVar = {"email_index": "email", "phone_index": "phone"}

    meta: ClassVar = {
        "collection": "visitors",
        "indexes": [
            {
                "fields": ["appid", "openid"],
                "unique": True,
                "partialFilterExpression": {"openid": {"$exists": True}},
            },
            {"fields": ["email_index"], "unique": True, "sparse": True},
            {"fields": ["demo"], "unique": True, "sparse": True},
            {"fields": ["phone_index"], "sparse": True},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    appid = StringField()
    openid = StringField()
    unionid = StringField()
    session_key = StringField()
    demo = StringField()
    email = StringField()
    email_index = StringField()
    name = StringField()
    organisation = StringField()
    title = StringField()
    phone = StringField()
    phone_index = StringField()
    phone_source = EnumField(PhoneSource)
    phone_given_at = DateTimeField()
    language = EnumField(Language)
    consents = EmbeddedDocumentListField(Consent)
    keeps_history = BooleanField(required=True, default=True)
    favourites = IntField(required=True, default=0)
    history = IntField(required=True, default=0)
    touched = IntField(required=True, default=0)
    engagements = EmbeddedDocumentListField(Engagement, max_length=ENGAGEMENTS_MAX)
    suspended_until = DateTimeField()
    strikes_from = DateTimeField()
    revision = IntField(required=True, default=1)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)
    seen_at = DateTimeField(required=True, default=now)


class VisitorSession(Document):
    """A sign-in of one device. `token_hash` is SHA-256; the token itself is nowhere.

    It holds until `ends_at`, which moves on with use, never beyond `expires_at`.
    """

    meta: ClassVar = {
        "collection": "visitor_sessions",
        "indexes": [
            {"fields": ["token_hash"], "unique": True},
            ("visitor", "-created_at"),
            {"fields": ["ends_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    token_hash = StringField(required=True)
    visitor = StringField(required=True)
    method = EnumField(SignInMethod, required=True)
    created_at = DateTimeField(required=True, default=now)
    seen_at = DateTimeField(required=True, default=now)
    ends_at = DateTimeField(required=True)
    expires_at = DateTimeField(required=True)


class EmailCode(Document):
    """A one-time code that was asked for; the id names it to whoever asked.

    The code is nowhere: it follows from the id and a secret of the settings. A hash of six
    digits would be undone by trying them all.
    """

    SEALED: ClassVar = ("email",)
    INDEXED: ClassVar = {"email_index": "email"}

    meta: ClassVar = {
        "collection": "email_codes",
        "indexes": [
            ("email_index",),
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    email = StringField(required=True)
    email_index = StringField(required=True)
    language = EnumField(Language, required=True)
    tries_left = IntField(required=True)
    sent_at = DateTimeField()
    created_at = DateTimeField(required=True, default=now)
    expires_at = DateTimeField(required=True)
