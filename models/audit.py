"""The audit log: entries, the seals that chain them, and what was exported and dropped.

Entries and seals are written once. The application's own database user can insert and read them
only, where `scripts/mongodb-roles` has set up roles; that is why a seal is a document of its own.
"""

from enum import StrEnum
from typing import ClassVar

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    EnumField,
    IntField,
    ListField,
    StringField,
)

from core.clock import now
from core.ids import new_id


class Outcome(StrEnum):
    """How what was tried has ended."""

    DONE = "done"
    DENIED = "denied"
    FAILED = "failed"


class AuditEntry(Document):
    """Who did what, when, from where. `target` is `resource:id`.

    `before` and `after` hold what differs, without secrets and with personal data masked.
    """

    meta: ClassVar = {
        "collection": "audit_entries",
        "indexes": [
            ("-at", "-id"),
            ("actor", "-at", "-id"),
            ("action", "-at", "-id"),
            ("target", "-at", "-id"),
            ("outcome", "-at", "-id"),
            ("request_id",),
        ],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True, default=new_id)
    at = DateTimeField(required=True, default=now)
    actor = StringField(required=True)
    actor_name = StringField(required=True)
    roles = ListField(StringField())
    department = StringField()
    address = StringField()
    request_id = StringField()
    action = StringField(required=True)
    target = StringField(required=True)
    outcome = EnumField(Outcome, required=True)
    before = DictField()
    after = DictField()


class AuditSeal(Document):
    """The seal of one entry; the id counts from 1 without gaps.

    `digest` is the SHA-256 of the entry's canonical JSON, `chain` that of the previous seal's
    `chain`, this number and `digest`.
    """

    meta: ClassVar = {
        "collection": "audit_seals",
        "indexes": [{"fields": ["entry"], "unique": True}, ("-at",)],
        "auto_create_index": False,
    }

    id = IntField(primary_key=True)
    entry = StringField(required=True)
    at = DateTimeField(required=True)
    digest = StringField(required=True)
    chain = StringField(required=True)
    sealed_at = DateTimeField(required=True, default=now)


class AuditExport(Document):
    """A file of entries and their seals that was written; the id is the SHA-256 of its bytes.

    With `dropped_at` its entries are gone from the database, and the chain begins after `last`
    with `last_chain`.
    """

    meta: ClassVar = {
        "collection": "audit_exports",
        "indexes": [("dropped_at", "-last")],
        "auto_create_index": False,
    }

    id = StringField(primary_key=True)
    first = IntField(required=True)
    last = IntField(required=True)
    last_chain = StringField(required=True)
    last_at = DateTimeField(required=True)
    exported_at = DateTimeField(required=True, default=now)
    dropped_at = DateTimeField()
