"""Staff: accounts, their sessions, and counters of failed sign-ins."""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    BooleanField,
    DateTimeField,
    Document,
    EmbeddedDocument,
    EmbeddedDocumentField,
    EnumField,
    IntField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import new_id


class Role(StrEnum):
    """What a member of staff does; rights follow from it (`services.permissions`)."""

    EDITOR = "editor"
    FIRST_REVIEWER = "first_reviewer"
    SECOND_REVIEWER = "second_reviewer"
    FINAL_REVIEWER = "final_reviewer"
    BOOKING_DESK = "booking_desk"
    INVESTMENT_OFFICER = "investment_officer"
    DEPARTMENT_LIAISON = "department_liaison"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"


class SessionStage(StrEnum):
    """How far a sign-in has come."""

    CODE = "code"
    FULL = "full"


class Totp(EmbeddedDocument):
    """A second factor. `secret` is encrypted; no code of `last_counter` or before counts again.

    Without `confirmed_at` it was offered and not taken up yet: sign-in does not ask for it.
    """

    secret = StringField(required=True)
    confirmed_at = DateTimeField()
    last_counter = IntField(required=True, default=0)


class Staff(Document):
    """An account. `username` is lower-case and never changes.

    `password_history` holds the hashes before the present one, the newest first.
    `recovery_codes` are hashes; one is taken out when it is used. `revision` grows with each
    change that administrators make, so that two of them do not overwrite each other.
    """

    meta: ClassVar = {
        "collection": "staff",
        "indexes": [
            {"fields": ["username"], "unique": True},
            ("roles", "enabled"),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    username = StringField(required=True, min_length=3, max_length=40)
    name = StringField(required=True, min_length=1, max_length=60)
    department = StringField(max_length=80)
    roles = ListField(EnumField(Role), required=True)
    enabled = BooleanField(required=True, default=True)
    password_hash = StringField(required=True)
    password_history = ListField(StringField())
    password_changed_at = DateTimeField(required=True, default=now)
    must_change_password = BooleanField(required=True, default=True)
    totp = EmbeddedDocumentField(Totp)
    recovery_codes = ListField(StringField())
    revision = IntField(required=True, default=1)
    created_at = DateTimeField(required=True, default=now)
    updated_at = DateTimeField(required=True, default=now)
    last_sign_in_at = DateTimeField()


class StaffSession(Document):
    """A sign-in of one browser. `token_hash` is SHA-256; the token itself is nowhere.

    At the stage `code` the password was right and the second factor is awaited. MongoDB drops
    it at `expires_at`, the absolute end.
    """

    meta: ClassVar = {
        "collection": "staff_sessions",
        "indexes": [
            {"fields": ["token_hash"], "unique": True},
            ("staff", "-created_at"),
            {"fields": ["expires_at"], "expireAfterSeconds": 0},
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    token_hash = StringField(required=True)
    staff = StringField(required=True)
    stage = EnumField(SessionStage, required=True)
    address = StringField(required=True)
    agent = StringField(max_length=200)
    created_at = DateTimeField(required=True, default=now)
    seen_at = DateTimeField(required=True, default=now)
    expires_at = DateTimeField(required=True)


class SignInFailures(Document):
    """Failed sign-ins of one account name or one address; the id is a hash of either.

    `rounds` counts how often it was locked: each time takes twice as long. `locked_by` is the
    try that locked it, which may take its lock back when it turns out right.
    """

    meta: ClassVar = {
        "collection": "sign_in_failures",
        "indexes": [{"fields": ["expires_at"], "expireAfterSeconds": 0}],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    failures = IntField(required=True, default=0)
    rounds = IntField(required=True, default=0)
    locked_until = DateTimeField()
    locked_by = StringField()
    expires_at = DateTimeField(required=True)
